"""How a certified signature is told: by the signer's certificate, and the operator's roots."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from kernel.clock import now
from messaging import outbox
from services.letters import archive
from services.letters.models import Letter
from services.signing import certificates, checking, queries, settling
from services.signing.models import Attempt, Signature
from services.signing.pades import increment, issuing, keys
from services.signing.pades.cms import Sealer
from services.signing.providers import http
from services.web import verifying
from tests.factories import MONDAY
from tests.signing import test_same
from tests.signing.conftest import Desk
from tests.signing.standin import Standin
from tests.signing.test_gateway import Gateway, signing_by
from tests.signing.test_local import pdf_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def v1(cast, standin: Standin, monkeypatch) -> Gateway:
    standin.tell("clear")
    monkeypatch.setattr(http, "READ", 2)
    return signing_by("bsre_v1", Desk(cast), standin, is_known=False)


def roots(tmp_path: Path, *certificates_: object) -> str:
    path = tmp_path / "akar.pem"
    path.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in certificates_))
    return str(path)


def root_of(gateway: Gateway) -> bytes:
    """The stand-in's own root, out of a file that it signed."""
    letter = gateway.desk.letter()
    gateway.desk.sign(letter)
    [attempt] = Attempt.objects.filter(signature__letter=letter)
    [found] = checking.findings(archive.read(attempt.returned))
    return found.chain[1]


def self_made(pdf: bytes, name: str, *, ends_in: timedelta = timedelta(days=300)) -> bytes:
    """The letter signed by somebody with a certificate of their own making."""
    key = keys.new()
    at = now() - timedelta(days=730) + ends_in
    root = issuing.authority(key, government="Balai Sertifikasi Elektronik", at=at, mark="BSSN")
    leaf = issuing.official(
        key.public_key(), name=name, post="Lurah", government="BSSN", issuer=root, issuer_key=key,
        at=at,
    )  # fmt: skip
    sealer = Sealer(key, leaf.public_bytes(Encoding.DER), [root.public_bytes(Encoding.DER)])
    opened = increment.add(
        pdf, at=now(), name=name, reason="", place="", room=sealer.room, field="Satu"
    )
    assert opened is not None
    return opened.closed(sealer.sign(opened.digest))


def in_doubt(gateway: Gateway, kind: str = "drop") -> tuple[Letter, Attempt]:
    letter = gateway.desk.letter()
    gateway.standin.tell("fault", part="sign/pdf", kind=kind)
    gateway.desk.sign(letter)
    [attempt] = queries.in_doubt(gateway.lurah).filter(signature__letter=letter)
    return letter, attempt


def test_a_certificate_of_ones_own_making_is_not_taken(v1: Gateway) -> None:
    letter, attempt = in_doubt(v1)
    with pytest.raises(settling.RuleBroken, match="belum tercatat"):
        settling.hand_in(
            attempt_id=attempt.pk, pdf=self_made(pdf_of(letter), v1.lurah.name), by=v1.lurah,
            at=now(),
        )  # fmt: skip
    attempt.refresh_from_db()
    assert not attempt.returned and not queries.signatures_of(letter.pk)


def test_the_signer_says_once_which_certificate_is_theirs(v1: Gateway, as_, admin_of) -> None:
    letter, attempt = in_doubt(v1, kind="none")
    url = f"/meja/tanda-tangan/percobaan/{attempt.pk}/"
    finding = settling.stranger_of(attempt)
    assert finding is not None
    sent = {"do": "own", "fingerprint": finding.fingerprint}
    assert "Hanya" in as_(admin_of).get(url).content.decode()
    assert as_(admin_of).post(url, sent).status_code == 404
    client = as_(v1.lurah)
    page = client.get(url).content.decode()
    assert "Ini sertifikat saya" in page and finding.serial in page
    assert "Nama pada sertifikat ini berbeda" not in page
    assert client.post(url, {**sent, "fingerprint": "lain"}).status_code == 404
    assert client.post(url, sent).status_code == 302
    [one] = queries.signatures_of(letter.pk)
    assert one.is_certified and not one.root_checked
    second = v1.desk.letter()
    v1.desk.sign(second)
    assert queries.signatures_of(second.pk), "nothing more is asked"


def test_a_name_that_differs_is_warned_of_and_does_not_decide(v1: Gateway, as_) -> None:
    v1.standin.tell(
        "user", nik="6474014107800001", name="MOCHAMMAD LAIN", passphrase="empat kuda hijau berlari"
    )
    letter, attempt = in_doubt(v1, kind="none")
    client = as_(v1.lurah)
    url = f"/meja/tanda-tangan/percobaan/{attempt.pk}/"
    assert "Nama pada sertifikat ini berbeda" in client.get(url).content.decode()
    finding = settling.stranger_of(attempt)
    assert finding is not None
    client.post(url, {"do": "own", "fingerprint": finding.fingerprint})
    assert queries.signatures_of(letter.pk)


def test_a_path_to_the_operator_s_root_is_told_on_the_letter_s_page(
    v1: Gateway, settings, tmp_path: Path
) -> None:
    from cryptography import x509

    root = x509.load_der_x509_certificate(root_of(v1))
    settings.SIGNING_ROOTS = roots(tmp_path, root)
    [attempt] = queries.in_doubt(v1.lurah)
    finding = settling.stranger_of(attempt)
    assert finding is not None
    settling.confirm(attempt_id=attempt.pk, fingerprint=finding.fingerprint, by=v1.lurah, at=now())
    [one] = queries.signatures_of(attempt.signature.letter_id)
    assert one.is_certified and one.root_checked
    found = verifying.by_code(attempt.signature.letter.code, today=MONDAY.date())
    assert found is not None and "sampai akar" not in str([p.text for p in found.points])


def test_a_certificate_that_leads_to_another_root_is_not_taken(
    v1: Gateway, settings, tmp_path: Path
) -> None:
    key = keys.new()
    other = issuing.authority(key, government="Lain", at=now())
    settings.SIGNING_ROOTS = roots(tmp_path, other)
    letter = v1.desk.letter()
    v1.desk.sign(letter)
    row = Signature.objects.get()
    assert row.state == "unknown" and "tidak berujung" in row.said
    settings.SIGNING_ROOTS = str(tmp_path / "tidak-ada.pem")
    attempt = Attempt.objects.get()
    with pytest.raises(settling.RuleBroken, match="tidak bisa dibaca"):
        settling.hand_in(
            attempt_id=attempt.pk, pdf=archive.read(attempt.returned), by=v1.lurah, at=now()
        )


def test_without_roots_the_letter_s_page_says_so(v1: Gateway, client_for, in_bontang) -> None:
    letter, attempt = in_doubt(v1, kind="none")
    finding = settling.stranger_of(attempt)
    assert finding is not None
    settling.confirm(attempt_id=attempt.pk, fingerprint=finding.fingerprint, by=v1.lurah, at=now())
    letter.refresh_from_db()
    Letter.objects.filter(pk=letter.pk).update(state=Letter.State.READY)
    page = client_for(in_bontang).get(f"/v/{letter.code}").content.decode()
    assert "tidak diperiksa sampai akar" in page
    said = client_for(in_bontang).get(f"/api/v1/verifikasi/{letter.code}/").json()
    assert said["signatures"][0]["root_checked"] is False


@pytest.mark.parametrize("ends_in", [timedelta(days=-1), timedelta(days=1000)])
def test_a_certificate_that_is_not_valid_at_the_time_is_not_taken(
    v1: Gateway, ends_in: timedelta
) -> None:
    """Over before, or begins after the signature was made."""
    letter, attempt = in_doubt(v1)
    with pytest.raises(settling.RuleBroken, match="tidak berlaku saat"):
        settling.hand_in(
            attempt_id=attempt.pk,
            pdf=self_made(pdf_of(letter), v1.lurah.name, ends_in=ends_in), by=v1.lurah, at=now(),
        )  # fmt: skip


def test_the_file_that_a_gateway_gives_once_is_kept_before_it_is_judged(v1: Gateway) -> None:
    letter, attempt = in_doubt(v1, kind="empty")
    sent = hashlib.sha256(pdf_of(letter)).hexdigest()
    looked = settling.examine(attempt_id=attempt.pk, by=v1.lurah, at=now())
    assert looked is settling.Looked.ASKED
    outbox.run_due()
    attempt.refresh_from_db()
    assert attempt.asked_at is None and "belum tercatat" in attempt.asked_said
    assert archive.read(attempt.returned) == v1.standin.result(sent)
    finding = settling.stranger_of(attempt)
    assert finding is not None
    settling.confirm(attempt_id=attempt.pk, fingerprint=finding.fingerprint, by=v1.lurah, at=now())
    assert queries.signatures_of(letter.pk)


def test_a_returned_file_that_is_not_the_letter_does_not_keep_the_gateway_from_being_asked(
    v1: Gateway,
) -> None:
    _letter, attempt = in_doubt(v1, kind="empty")
    attempt.returned, _ = archive.store("rusak", b"%PDF-1.7 bukan surat ini")
    attempt.save()
    looked = settling.examine(attempt_id=attempt.pk, by=v1.lurah, at=now())
    assert looked is settling.Looked.ASKED


def test_the_certificate_of_version_2_is_the_one_that_its_gateway_names(
    cast, standin: Standin
) -> None:
    standin.tell("clear")
    v2 = signing_by("bsre_v2", Desk(cast), standin, is_known=False)
    v2.desk.sign(v2.desk.letter())
    own = certificates.own(v2.lurah, "bsre_v2")
    assert own is not None
    standin.tell("fault", part="certificate/chain", kind="silent", seconds=0.1)
    letter = v2.desk.letter()
    v2.desk.sign(letter)
    assert queries.signatures_of(letter.pk), "known from before, while the chain is not answered"


def test_a_letter_with_other_words_is_not_taken(v1: Gateway) -> None:
    """Its bytes begin with those that were sent, and its signature covers all of it."""
    letter, attempt = in_doubt(v1)
    altered = test_same.signed(test_same.updated(pdf_of(letter), test_same.other_words))
    assert altered.startswith(pdf_of(letter)) and checking.findings(altered)[0].covers_all
    with pytest.raises(settling.RuleBroken, match="bukan surat yang dikirim"):
        settling.hand_in(attempt_id=attempt.pk, pdf=altered, by=v1.lurah, at=now())
