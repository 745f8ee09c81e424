"""What a check of a signed letter says, by its code and by its file."""

import io
import re
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from services.applications import issuing
from services.letters import archive
from services.letters.comparing import Same
from services.letters.models import Letter
from services.letters.render import render_pdf
from services.signing import apart
from services.web import verifying
from tenants.registry import stored_files
from tenants.registry.models import City
from tests.factories import MONDAY
from tests.signing.conftest import Desk
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def letter(local: Desk) -> Letter:
    found = local.letter()
    local.sign(found)
    tell_subscribers()
    issuing.finish_letters(application_id=found.issued_from.application_id, at=MONDAY)
    found.refresh_from_db()
    assert found.state == Letter.State.READY
    return found


def test_it_names_who_signed_and_that_the_certificate_is_not_certified(
    letter: Letter, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    found = verifying.by_code(letter.code, today=TODAY)
    assert found is not None
    [one] = found.signed
    assert one.title and not one.is_certified and one.level == "B-B"
    point = found.points[2]
    assert (point.name, point.result) == ("issuer", "valid")
    assert "tidak tersertifikasi" in point.text
    anyone = client_for(in_bontang)
    page = anyone.get(f"/v/{letter.code}").content.decode()
    assert one.name in page and "tidak tersertifikasi" in page
    said = anyone.get(f"/api/v1/verifikasi/{letter.code}/").json()
    assert said["signatures"][0]["is_certified"] is False


def test_one_that_waits_for_its_signature_is_not_final(local: Desk) -> None:
    found = verifying.by_code(local.letter().code, today=TODAY)
    assert found is not None
    assert (found.verdict, found.points[2].result) == ("not_final", "skipped")


def test_a_file_says_which_of_hash_and_signature_holds(
    letter: Letter, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    pdf = stored_files.read(letter.file)
    same = verifying.by_file(pdf)
    assert same.compared.same is Same.SAME and "mencakup seluruh berkas" in same.signatures[0]
    added = verifying.by_file(pdf + b"\n% ditambah\n")
    assert added.compared.same is Same.EXTENDED
    assert "hanya mencakup versi sebelumnya" in added.signatures[0]
    changed = bytearray(pdf)
    changed[1500] ^= 1
    broken = verifying.by_file(bytes(changed))
    assert broken.compared.same is Same.ALTERED and "rusak" in broken.signatures[0]
    unsigned = verifying.by_file(render_pdf(letter.content))
    assert (unsigned.compared.same, unsigned.signatures) == (Same.EARLIER, [])
    cut = verifying.by_file(pdf[: len(pdf) - 2000])
    assert cut.compared.same is Same.ALTERED, "the start of a letter is not the letter"
    file = SimpleUploadedFile("a.pdf", bytes(changed))
    page = client_for(in_bontang).post("/v/", {"file": file}).content.decode()
    assert "berbeda dengan surat" in page and "rusak" in page


def test_where_the_archive_is_damaged_no_signature_holds(letter: Letter) -> None:
    archive.put_back(letter.file, b"%PDF-1.7 lain")
    found = verifying.by_code(letter.code, today=TODAY)
    assert found is not None
    assert [point.result for point in found.points] == ["invalid", "valid", "invalid"]


def test_a_file_of_thousands_of_signatures_takes_no_more_than_its_process_may(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf = stored_files.read(letter.file)
    field = re.search(rb"/V (\d+ 0 R)", pdf)
    assert field is not None
    many = Fields(pdf).with_fields(20_000, field[1])
    assert [one.is_intact for one in apart.findings(pdf)] == [True]
    monkeypatch.setattr(apart, "WALL_SECONDS", 3)
    with pytest.raises(apart.Unreadable):
        apart.findings(many)


def test_signatures_of_foreign_files_are_not_read(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []
    monkeypatch.setattr(verifying, "verify_bytes", lambda pdf: read.append(pdf) or [])
    judged = verifying.by_file(b"%PDF-1.7 /ByteRange orang lain")
    assert (judged.compared.same, read) == (Same.FOREIGN, [])
    verifying.by_file(stored_files.read(letter.file))
    assert len(read) == 1


class Fields:
    """A PDF with more form fields."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf

    def with_fields(self, count: int, value: bytes) -> bytes:
        """As many signature fields that share one signature, as a further revision."""
        reader = PdfReader(io.BytesIO(self.pdf))
        first, start = int(reader.trailer["/Size"]), self.pdf.rindex(b"startxref")
        before, root = int(self.pdf[start:].split()[1]), reader.trailer.raw_get("/Root").idnum
        out, places = bytearray(self.pdf + b"\n"), []
        for number in range(first, first + count):
            places.append(len(out))
            out += b"%d 0 obj\n<</FT/Sig/T(s%d)/V %s>>\nendobj\n" % (number, number, value)
        catalogue = reader.trailer["/Root"]
        fields = catalogue["/AcroForm"]["/Fields"]
        fields.extend(IndirectObject(number, 0, reader) for number in range(first, first + count))
        said = io.BytesIO()
        catalogue.write_to_stream(said)
        at = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (root, said.getvalue())
        xref = len(out)
        out += b"xref\n%d 1\n%010d 00000 n \n%d %d\n" % (root, at, first, count)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
            first + count, root, before, xref
        )  # fmt: skip
        return bytes(out)
