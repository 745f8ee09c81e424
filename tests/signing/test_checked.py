"""What a check of a signed letter says, by its code and by its file."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from services.applications import issuing
from services.letters import archive
from services.letters.comparing import Same
from services.letters.models import Letter
from services.letters.render import render_pdf
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
    file = SimpleUploadedFile("a.pdf", bytes(changed))
    page = client_for(in_bontang).post("/v/", {"file": file}).content.decode()
    assert "berbeda dengan surat" in page and "rusak" in page


def test_where_the_archive_is_damaged_no_signature_holds(letter: Letter) -> None:
    archive.put_back(letter.file, b"%PDF-1.7 lain")
    found = verifying.by_code(letter.code, today=TODAY)
    assert found is not None
    assert [point.result for point in found.points] == ["invalid", "valid", "invalid"]
