"""Letters signed with certificates of the city's own authority."""

import subprocess
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from services.applications import issuing
from services.letters.models import Letter
from services.signing import certificates, ordering, queries
from services.signing.models import Attempt, Signature
from tests.factories import MONDAY, approve
from tests.neighbours import asked
from tests.signing.conftest import PASSPHRASE, Desk

pytestmark = pytest.mark.django_db


def pdf_of(letter: Letter) -> bytes:
    letter.refresh_from_db()
    with default_storage.open(letter.file) as file:
        found: bytes = file.read()
    return found


def pdfsig(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "surat.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False)
    return done.stdout


def test_a_city_without_a_provider_gives_its_letters_out_as_before(cast) -> None:
    letter = Desk(cast).letter()
    assert letter.state == Letter.State.READY
    assert "belum memakai tanda tangan" in letter.content.footer[1]
    assert queries.signatures_of(letter.pk) == []


def test_a_letter_waits_for_the_official_who_approved_it(local: Desk) -> None:
    letter = local.letter()
    assert letter.state == Letter.State.RENDERED
    assert "tidak tersertifikasi" in letter.content.footer[1]
    waiting = queries.waiting_for(local.lurah).get()
    assert (waiting.letter_id, waiting.order, waiting.state) == (letter.pk, 1, "prepared")
    assert waiting.signer_name == letter.content.signer_name


def test_signed_it_is_stored_said_and_given_out(local: Desk, tmp_path: Path) -> None:
    letter = local.letter()
    unsigned = pdf_of(letter)
    batch = local.sign(letter)
    assert queries.progress(batch).signed == 1
    signed = pdf_of(letter)
    assert signed.startswith(unsigned)
    [one] = queries.signatures_of(letter.pk)
    assert not one.is_certified and one.level == "B-B" and one.provider == "local"
    assert local.lurah.name in one.certificate_subject.replace("\\,", ",")
    assert "tidak tersertifikasi" in one.certificate_issuer
    said = pdfsig(signed, tmp_path)
    assert "Signature is Valid." in said and "Total document signed" in said
    [found] = queries.verify_bytes(signed)
    assert found.is_intact and found.covers_all and found.serial == one.serial
    assert ordering.is_complete(letter.pk)


@pytest.mark.parametrize("where", ["page", "value", "end"])
def test_one_other_byte_and_both_refuse(local: Desk, tmp_path: Path, where: str) -> None:
    letter = local.letter()
    size = len(pdf_of(letter))
    local.sign(letter)
    signed = bytearray(pdf_of(letter))
    start = signed.rfind(b"/Contents<") + len(b"/Contents<")
    value = len(bytes(signed[start : signed.index(b">", start)]).rstrip(b"0"))
    at = {"page": size // 2, "value": start + value - 100, "end": len(signed) - 20}[where]
    signed[at : at + 1] = b"1" if signed[at : at + 1] == b"0" else b"0"
    assert "Signature is Valid." not in pdfsig(bytes(signed), tmp_path)
    try:
        found = queries.verify_bytes(bytes(signed))
    except queries.Unreadable:
        return
    assert not any(one.is_intact and one.covers_all for one in found)


def test_a_wrong_passphrase_signs_nothing_and_may_be_tried_again(local: Desk) -> None:
    letters = [local.letter(), local.letter()]
    for _ in range(3):
        batch = local.sign(*letters, passphrase="bukan yang ini, bukan")
        assert [one.code for one in Attempt.objects.filter(batch=batch)] == ["passphrase"] * 2
    assert queries.wrong_in_a_row(local.lurah) == 3
    assert queries.count_waiting(local.lurah) == 2
    batch = local.sign(*letters)
    assert queries.progress(batch).signed == 2
    assert queries.wrong_in_a_row(local.lurah) == 0


def test_the_passphrase_is_written_nowhere(local: Desk, caplog) -> None:
    from django.db import connection

    letter = local.letter()
    local.sign(letter)
    local.sign(local.letter(), passphrase="rahasia yang lain sekali")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text ~ %s',
                           ["kuda hijau|rahasia yang lain"])  # fmt: skip
            assert cursor.fetchone()[0] == 0, table
    assert "kuda hijau" not in caplog.text


def test_the_same_confirmation_signs_once(local: Desk) -> None:
    letter = local.letter()
    assert local.sign(letter, key="sekali").pk == local.sign(letter, key="sekali").pk
    assert Attempt.objects.count() == 1


def test_a_revoked_certificate_signs_nothing(local: Desk) -> None:
    letter = local.letter()
    own = certificates.own(local.lurah)
    assert own is not None
    certificates.revoke(
        certificate_id=own.pk, by=local.lurah, reason="Ponsel saya hilang", at=MONDAY
    )
    own.refresh_from_db()
    assert bytes(own.key_locked) == b""
    local.sign(letter)
    assert Signature.objects.get().state == "prepared"
    assert Attempt.objects.get().code == "none"


def test_the_letter_of_a_ketua_rt_goes_out_without_a_signature(local: Desk) -> None:
    """Heads have no certificate: their word is the vouch."""
    cast = local.cast
    sent = asked(cast.sari, cast.sari_person, "pengantar-rt-rw")
    approve(sent, cast.hasan)
    issuing.finish_letters(application_id=sent.pk, at=MONDAY)
    letter = sent.issued.get().letter
    assert letter.state == Letter.State.READY
    assert not Signature.objects.filter(letter=letter).exists()
    assert "belum memakai tanda tangan" in letter.content.footer[1]


def test_long_names_have_room(local: Desk, tmp_path: Path) -> None:
    """Of a certificate whose names are as long as they may be."""
    lurah = local.lurah
    lurah.name = "Prof. Dr. " + "Raden Mas Panjang Sekali Namanya " * 4
    lurah.save()
    certificates.enrol(user=lurah, passphrase=PASSPHRASE, again=PASSPHRASE, at=MONDAY)
    letter = local.letter()
    local.sign(letter)
    assert "Signature is Valid." in pdfsig(pdf_of(letter), tmp_path)


def test_a_fault_of_our_own_is_no_doubt(local: Desk, monkeypatch) -> None:
    """Nothing left this process: the letter waits again."""
    letter = local.letter()
    monkeypatch.setattr("services.signing.pades.increment.add", lambda *_, **__: 1 // 0)
    local.sign(letter)
    assert (Signature.objects.get().state, Attempt.objects.get().code) == ("failed", "fault")
