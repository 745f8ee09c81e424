"""Letters outlive a subscription: they are checked and downloaded in a suspended city too."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from services.applications import issuing
from services.letters import exporting
from services.letters.models import Letter, LetterWatch
from services.records import filing
from services.records.models import ArchiveItem
from tenants.registry import entitlements, hosts, stored_files
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    cache.clear()
    return make_cast()


@pytest.fixture
def letter(cast: Cast) -> Letter:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    return Letter.objects.get()


@pytest.fixture
def suspended(in_bontang: City, letter: Letter) -> Iterator[City]:
    entitlements.set_status(in_bontang.pk, City.Status.SUSPENDED, reason="uji", by=None)
    hosts.forget()
    yield in_bontang
    hosts.forget()


def test_checks_and_downloads_go_on(
    suspended: City, cast: Cast, letter: Letter, client_for: Callable[[City], Client]
) -> None:
    anyone, sari = client_for(suspended), client_for(suspended)
    for path in (
        f"/v/{letter.code}", "/v/", "/v/nomor/", "/v/luring/", f"/api/v1/verifikasi/{letter.code}/",
        "/.well-known/balai/kunci.json", "/.well-known/balai/dicabut.json",
    ):  # fmt: skip
        assert anyone.get(path).status_code == 200, path
    pdf = stored_files.read(letter.file)
    for path in ("/v/", f"/v/{letter.code}"):
        page = anyone.post(path, {"file": SimpleUploadedFile("a.pdf", pdf)})
        assert page.status_code == 200 and "sama persis" in page.content.decode(), path
    sari.force_login(cast.sari, "accounts.backends.LoginBackend")
    assert sari.get(f"/surat/{letter.pk}/?unduh").content == pdf


def test_a_wrong_letter_is_taken_back_all_the_same(
    suspended: City, cast: Cast, letter: Letter, client_for: Callable[[City], Client]
) -> None:
    anyone, lurah = client_for(suspended), client_for(suspended)
    lurah.force_login(cast.lurah, "accounts.backends.LoginBackend")
    asked = anyone.post(f"/v/{letter.code}/kabari/", {"email": "bank@contoh.id"})
    assert asked.status_code == 302 and LetterWatch.objects.exists()
    case = f"/meja/berkas/{letter.issued_from.application_id}/"
    typed = {
        "keperluan": "Keringanan biaya kuliah", "penghasilan": "1.450.000", "tanggungan": "3",
        "reason": "Keperluannya tertulis salah.", "sure": "1",
    }  # fmt: skip
    assert lurah.post(f"{case}ganti/?letter={letter.pk}", typed).status_code == 302
    right = Letter.objects.get(replaces=letter)
    issuing.finish_letters(application_id=letter.issued_from.application_id, at=MONDAY)
    taken = {"letter": right.pk, "reason": "Ternyata juga keliru."}
    assert lurah.post(f"{case}cabut/", taken).status_code == 302
    assert set(Letter.objects.values_list("state", flat=True)) == {Letter.State.REVOKED}


def test_a_letter_is_in_the_archive_and_in_the_citys_own_copy(letter: Letter) -> None:
    filing.file_the_rest()
    item = ArchiveItem.objects.get(letter=letter)
    assert (item.number, item.unit) == (letter.number, letter.unit)
    [copied] = exporting.letters()
    assert (copied.path, copied.about["sha256"]) == (letter.file, letter.sha256)
    assert copied.about["kode_cek"] == letter.code
