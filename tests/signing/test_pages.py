"""The pages of signing: an official's own, and the city's."""

import re
from datetime import timedelta

import pytest

from messaging import outbox
from messaging.models import Outbox
from services.applications import issuing
from services.letters.models import Letter
from services.residents import officials
from services.signing import accounts, certificates, queries, refusing
from services.signing.models import Account, Attempt, Batch, Signature
from tests.factories import MONDAY, official
from tests.signing.conftest import PASSPHRASE, Desk

pytestmark = pytest.mark.django_db


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_ticked_letters_are_signed_with_one_confirmation(local: Desk, as_) -> None:
    letters = [local.letter() for _ in range(3)]
    client = as_(local.lurah)
    page = client.get("/meja/tanda-tangan/").content.decode()
    assert all(letter.number in page for letter in letters)
    ids = list(Signature.objects.values_list("pk", flat=True))
    answer = client.post(
        "/meja/tanda-tangan/", {"key": key_of(page), "step": ids, "passphrase": PASSPHRASE}
    )
    assert answer.status_code == 302
    outbox.run_due()
    after = client.get(answer["Location"]).content.decode()
    assert "3 surat ditandatangani" in after
    assert PASSPHRASE not in after
    assert Letter.objects.filter(state=Letter.State.READY).count() == 3
    log = client.get("/meja/tanda-tangan/riwayat/").content.decode()
    assert all(letter.number in log for letter in letters)


def test_the_inbox_leads_there(local: Desk, as_) -> None:
    local.letter()
    page = as_(local.lurah).get("/meja/").content.decode()
    assert "1 surat yang disetujui menunggu tanda tangan" in page


def test_without_a_passphrase_nothing_is_ordered(local: Desk, as_) -> None:
    local.letter()
    client = as_(local.lurah)
    pk = Signature.objects.get().pk
    answer = client.post("/meja/tanda-tangan/", {"key": "k", "step": [pk], "passphrase": ""})
    assert answer.status_code == 422 and not Batch.objects.exists()
    assert f'value="{pk}"' in answer.content.decode()


def test_three_wrong_passphrases_are_warned_of(local: Desk, as_) -> None:
    letter = local.letter()
    for _ in range(3):
        local.sign(letter, passphrase="bukan yang ini, bukan")
    page = as_(local.lurah).get("/meja/tanda-tangan/").content.decode()
    assert "salah 3 kali berturut-turut" in page
    assert "Frasa sandi salah." in as_(local.lurah).get(
        f"/meja/tanda-tangan/hasil/{Batch.objects.latest('pk').pk}/"
    ).content.decode()  # fmt: skip


def test_somebody_else_sees_nothing_of_it(local: Desk, as_) -> None:
    local.letter()
    row = Signature.objects.get()
    for user in (local.cast.rina, local.cast.lurah_lain, local.cast.camat):
        client = as_(user)
        assert client.get(f"/meja/tanda-tangan/{row.pk}/").status_code == 404
        assert client.get(f"/meja/tanda-tangan/{row.pk}/surat/").status_code == 404
        assert client.post(f"/meja/tanda-tangan/{row.pk}/tolak/").status_code == 404


def test_refused_it_is_void_and_its_people_are_told(local: Desk, as_) -> None:
    letter = local.letter()
    row = Signature.objects.get()
    client = as_(local.lurah)
    url = f"/meja/tanda-tangan/{row.pk}/tolak/"
    assert client.post(url, {"reason": "x"}).status_code == 422
    assert client.post(url, {"reason": "Nama orang tuanya keliru."}).status_code == 302
    outbox.run_due()
    letter.refresh_from_db()
    assert letter.state == Letter.State.REVOKED and letter.revoked_for
    case = letter.issued_from.application
    case.refresh_from_db()
    assert case.state == "refused"
    assert not queries.waiting_for(local.lurah).exists()
    mails = Outbox.objects.filter(kind="mail.send", key__contains="not-signed")
    assert mails.exists()


def test_the_case_ends_as_refused_where_the_first_signatory_refuses(
    local: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[int] = []
    monkeypatch.setattr("services.applications.kind.make_ready", lambda case, at: handed.append(1))
    local.sign(local.letter())
    outbox.run_due()
    assert handed == [1], "what is signed is handed over"
    letter = local.letter()
    row = Signature.objects.get(letter=letter)
    refusing.refuse(
        signature_id=row.pk, by=local.lurah, reason="Nama orang tuanya keliru.", at=MONDAY
    )
    outbox.run_due()
    letter.refresh_from_db()
    assert letter.state == Letter.State.REVOKED and handed == [1]
    case = letter.issued_from.application
    case.refresh_from_db()
    assert case.state == "refused" and case.finished_at is not None
    last = case.steps.order_by("pk").last()
    assert (last.state, last.decided_by, last.note) == (
        "refused", local.lurah, "Nama orang tuanya keliru.",
    )  # fmt: skip
    approved = case.steps.filter(key=last.key, state="approved")
    assert approved.exists(), "what was decided before stays as it was"


def test_handed_on_it_is_written_in_the_others_name(local: Desk, as_) -> None:
    deputy = official("sekretaris-lurah", local.cast.village, "sekretaris")
    letter = local.letter()
    number = letter.number
    row = Signature.objects.get()
    client = as_(local.lurah)
    page = client.get(f"/meja/tanda-tangan/{row.pk}/").content.decode()
    assert deputy.name in page
    answer = client.post(
        f"/meja/tanda-tangan/{row.pk}/serahkan/", {"to": deputy.pk, "why": "Saya dinas luar kota"}
    )
    assert answer.status_code == 302
    issuing.finish_letters(application_id=letter.issued_from.application_id, at=MONDAY)
    letter.refresh_from_db()
    assert (letter.number, letter.state) == (number, Letter.State.RENDERED)
    assert letter.content.signer_name == deputy.name
    assert letter.content.signer_title[0].startswith("a.n. Lurah")
    assert queries.waiting_for(deputy).get().letter_id == letter.pk
    assert not queries.waiting_for(local.lurah).exists()


def test_an_official_makes_and_revokes_their_certificate(cast, as_) -> None:
    accounts.keep(
        provider="local", is_on=True, base="", allow_http=False, typed={}, by=cast.lurah, at=MONDAY
    )
    client = as_(cast.lurah)
    url = "/meja/tanda-tangan/sertifikat/"
    short = client.post(url, {"do": "make", "passphrase": "pendek", "again": "pendek"})
    assert short.status_code == 422
    wanted = {"do": "make", "passphrase": PASSPHRASE, "again": PASSPHRASE}
    for wrong in ({}, {"current": "bukan kata sandinya"}):  # an open session is not enough
        assert client.post(url, wanted | wrong).status_code == 422
        assert certificates.own(cast.lurah) is None
    made = client.post(url, wanted | {"current": "kata-sandi-uji"})
    assert made.status_code == 302
    own = certificates.own(cast.lurah)
    assert own is not None and bytes(own.key_locked)
    assert own.serial in client.get(url).content.decode()
    client.post(url, {"do": "revoke", "reason": "Ponsel saya hilang"})
    assert certificates.own(cast.lurah) is not None
    revoked = {"do": "revoke", "reason": "Ponsel saya hilang", "current": "kata-sandi-uji"}
    assert client.post(url, revoked).status_code == 302
    assert certificates.own(cast.lurah) is None
    told = Outbox.objects.filter(kind="mail.send").values_list("key", flat=True)
    assert {f"mail:certificate-made:{own.pk}", f"mail:certificate-revoked:{own.pk}"} <= {*told}


def test_wrong_passwords_are_counted(cast, as_) -> None:
    accounts.keep(
        provider="local", is_on=True, base="", allow_http=False, typed={}, by=cast.lurah, at=MONDAY
    )
    client = as_(cast.lurah)
    sent = {"do": "make", "passphrase": PASSPHRASE, "again": PASSPHRASE, "current": "salah"}
    for _ in range(5):
        assert client.post("/meja/tanda-tangan/sertifikat/", sent).status_code == 422
    right = client.post("/meja/tanda-tangan/sertifikat/", sent | {"current": "kata-sandi-uji"})
    assert "Terlalu banyak percobaan" in right.content.decode()
    assert certificates.own(cast.lurah) is None


def test_an_official_notes_no_nik_for_themselves(cast, as_) -> None:
    accounts.keep(
        provider="bsre_v2", is_on=True, base="https://esign.contoh.go.id", allow_http=False,
        typed={"user": "kota", "password": "rahasia"}, by=cast.lurah, at=MONDAY,
    )  # fmt: skip
    client = as_(cast.lurah)
    url = "/meja/tanda-tangan/sertifikat/"
    page = client.get(url).content.decode()
    assert "Minta admin kota mencatatnya" in page and 'name="nik"' not in page
    client.post(url, {"do": "nik", "nik": cast.sari_person.nik})
    assert not officials.nik_prints(cast.lurah)


def test_an_admin_revokes_the_certificate_of_who_left(local: Desk, as_, admin_of) -> None:
    own = certificates.own(local.lurah)
    assert own is not None
    local.lurah.holdings.update(until=(MONDAY - timedelta(days=3)).date())
    client = as_(admin_of)
    url = f"/kelola/tanda-tangan/sertifikat/{own.pk}/"
    listed = client.get("/kelola/tanda-tangan/").content.decode()
    assert url in listed and "Tidak menjabat lagi" in listed
    sent = {"reason": "Sudah pensiun, akunnya ditutup"}
    assert client.post(url, sent).status_code == 422
    assert client.post(url, sent | {"current": "kata-sandi-uji"}).status_code == 302
    own.refresh_from_db()
    assert own.revoked_by == admin_of and not bytes(own.key_locked)
    assert Outbox.objects.filter(key=f"mail:certificate-revoked:{own.pk}").exists()
    assert as_(local.cast.rina).get(url).status_code in (403, 404)


def test_an_admin_finds_letters_whose_signer_left(local: Desk, as_, admin_of) -> None:
    letters = [local.letter(), local.letter()]
    rows = {row.letter_id: row for row in Signature.objects.all()}
    client = as_(admin_of)
    assert "Surat yang tertahan" not in client.get("/kelola/tanda-tangan/").content.decode()
    deputy = official("sekretaris-lurah", local.cast.village, "sekretaris")
    local.lurah.holdings.update(until=(MONDAY - timedelta(days=3)).date())
    page = client.get("/kelola/tanda-tangan/").content.decode()
    urls = [f"/kelola/tanda-tangan/surat/{rows[letter.pk].pk}/" for letter in letters]
    assert all(url in page for url in urls)
    sent = {"do": "hand", "to": deputy.pk, "why": "Jabatannya kosong"}
    assert client.post(urls[0], sent).status_code == 302
    assert client.post(urls[1], {"do": "void", "reason": "x"}).status_code == 422
    assert client.post(urls[1], {"do": "void", "reason": "Tidak ada pejabat"}).status_code == 302
    outbox.run_due()
    assert queries.waiting_for(deputy).get().letter_id == letters[0].pk
    letters[1].refresh_from_db()
    assert letters[1].state == Letter.State.REVOKED
    assert "Surat yang tertahan" not in client.get("/kelola/tanda-tangan/").content.decode()


def test_the_case_says_that_a_letter_waits_for_its_signature(local: Desk, as_) -> None:
    letter = local.letter()
    case = letter.issued_from.application_id
    client = as_(local.lurah)
    page = client.get(f"/meja/berkas/{case}/").content.decode()
    assert "Menunggu tanda tangan" in page and "Surat terbit" not in page
    assert "Lihat PDF" not in page and "Cabut surat" not in page
    sent = {"letter": letter.pk, "reason": "Pemohon sudah meninggal"}
    assert as_(local.cast.rina).post(f"/meja/berkas/{case}/batal/", sent).status_code == 404
    assert client.post(f"/meja/berkas/{case}/batal/", {**sent, "reason": ""}).status_code == 422
    assert client.post(f"/meja/berkas/{case}/batal/", sent).status_code == 302
    letter.refresh_from_db()
    assert letter.state == Letter.State.REVOKED
    signed = local.letter()
    local.sign(signed)
    outbox.run_due()
    page = client.get(f"/meja/berkas/{signed.issued_from.application_id}/").content.decode()
    assert "Surat terbit" in page and "Lihat PDF" in page and "Cabut surat" in page


def test_a_city_chooses_how_it_signs(cast, as_, admin_of) -> None:
    client = as_(admin_of)
    url = "/kelola/tanda-tangan/"
    page = client.get(url).content.decode()
    assert "BSrE" in page and "Peragaan" not in page
    sent = {"provider": "bsre_v2", "is_on": "on", "base": "http://esign.contoh.go.id"}
    assert client.post(url, sent).status_code == 422
    sent |= {"allow_http": "on"}
    assert "jaringan dalam" in client.post(url, sent).content.decode()
    sent |= {"base": "https://esign.contoh.go.id", "user": "kota", "password": "sandi-gateway"}
    assert client.post(url, sent).status_code == 302
    assert Account.objects.get(is_on=True).keys == {"user": "kota", "password": "sandi-gateway"}
    assert "sandi-gateway" not in client.get(url).content.decode()
    client.post(url, {"provider": "local", "is_on": "on", "level": "B-B"})
    assert Account.objects.get(is_on=True).provider == "local"


def test_what_nobody_knows_is_settled_on_a_page(local: Desk, as_, admin_of) -> None:
    local.letter()
    row = Signature.objects.get()
    batch = Batch.objects.create(key="k", by=local.lurah, at=MONDAY)
    attempt = Attempt.objects.create(
        signature=row, batch=batch, number=1, provider="local", state="unknown", started_at=MONDAY
    )
    Signature.objects.update(state="unknown")
    url = f"/meja/tanda-tangan/percobaan/{attempt.pk}/"
    assert as_(local.cast.rina).get(url).status_code == 404
    client = as_(admin_of)
    assert client.get(url).status_code == 200
    assert client.post(url, {"do": "look"}).status_code == 302
    assert client.post(url, {"do": "declare", "reason": "y"}).status_code == 422
    assert client.post(url, {"do": "declare", "reason": "Tidak ada di gateway"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "failed"
