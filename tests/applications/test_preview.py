"""The letter as it will be, before it is approved."""

import io

import pytest
from pypdf import PdfReader

from audit.models import Entry
from services.letters.models import Counter, Letter
from tenants.backend.scope import in_city
from tests.factories import approve, make_cast, submitted

pytestmark = pytest.mark.django_db


def words(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.fixture
def waiting(bontang):
    """An SKTM on the Lurah's desk."""
    with in_city(bontang):
        cast = make_cast()
        application = submitted(cast)
        approve(application, cast.hasan, cast.rina)
        return cast, application, cast.sari_person.name


def test_the_lurah_sees_the_letter_before_approving(bontang, client_for, waiting) -> None:
    cast, application, name = waiting
    client = client_for(bontang)
    with in_city(bontang):
        client.force_login(cast.lurah, backend="accounts.backends.LoginBackend")
        page = client.get(f"/meja/berkas/{application.pk}/")
    assert f"/meja/berkas/{application.pk}/surat/surat/" in page.content.decode()
    answer = client.get(f"/meja/berkas/{application.pk}/surat/surat/")
    assert answer["Content-Type"] == "application/pdf"
    text = words(answer.content)
    assert "PRATINJAU" in text
    assert name in text
    with in_city(bontang):
        assert not Letter.objects.exists()
        assert not Counter.objects.filter(scope__startswith="surat:").exists(), "no number is used"
        assert Entry.objects.filter(what="person.read", detail__purpose="pratinjau").count() == 1


@pytest.mark.parametrize("who", ["rina", "camat", "lurah_lain", "sari"])
def test_nobody_else_sees_it(bontang, client_for, waiting, who) -> None:
    cast, application, _ = waiting
    client = client_for(bontang)
    with in_city(bontang):
        client.force_login(getattr(cast, who), backend="accounts.backends.LoginBackend")
    assert client.get(f"/meja/berkas/{application.pk}/surat/surat/").status_code == 404
