"""A long form filled page by page: what is saved stays, and one goes on where one stopped."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from services.applications import actions
from services.applications.models import Application
from services.catalogue.queries import service
from tenants.registry.scope import in_city
from tests.factories import make_cast, photo

pytestmark = pytest.mark.django_db


def begin(bontang, slug: str, client, cast) -> str:
    with in_city(bontang):
        application = actions.begin(service=service(slug), applicant=cast.sari_person, by=cast.sari)
    return f"/permohonan/{application.pk}/isi/"


def test_page_by_page(bontang, client_for) -> None:
    with in_city(bontang):
        cast = make_cast()
        client = client_for(bontang)
        client.force_login(cast.sari, backend="services.residents.backends.NikBackend")
    address = begin(bontang, "izin-keramaian", client, cast)
    first = client.get(address).content.decode()
    assert 'name="acara"' in first
    assert 'name="undangan"' not in first
    typed = {"acara": "Resepsi pernikahan", "tanggal": "2099-01-10", "mulai": "10.00"}
    after = client.post(f"{address}?mulai=acara", typed)
    assert after.status_code == 302
    assert after["Location"].endswith("?mulai=selesai")

    wrong = client.post(after["Location"], {"selesai": "sore", "tempat": "", "undangan": "50"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "Tulis seperti 08.30" in page
    assert 'value="sore"' in page, "what was typed stays"

    with in_city(bontang):
        kept = Application.objects.get().answers
    assert kept["acara"] == "Resepsi pernikahan"
    assert kept["undangan"] == "50", "what was right on the page is kept"

    resumed = client.get(address).content.decode()
    assert 'name="selesai"' in resumed, "one goes on where one stopped"
    assert 'name="acara"' not in resumed

    good = {"selesai": "22.00", "tempat": "Jalan Cumi-cumi 12", "undangan": "50"}
    third = client.post(f"{address}?mulai=selesai", good)
    security = {"hiburan": "tidak", "keamanan": "Hasan, 0812 3456 7890", "tutup_jalan": "tidak"}
    fourth = client.post(third["Location"], security)
    last = client.get(fourth["Location"]).content.decode()
    assert 'name="persetujuan_tetangga"' in last
    assert 'name="denah"' not in last, "no street is closed, so no map is asked for"
    upload = photo()
    done = client.post(
        fourth["Location"],
        {"persetujuan_tetangga": SimpleUploadedFile("setuju.jpg", upload, "image/jpeg")},
    )
    assert done["Location"].endswith("/periksa/")


def test_a_person_is_found_only_by_nik_and_name(bontang, client_for) -> None:
    with in_city(bontang):
        cast = make_cast()
        client = client_for(bontang)
        client.force_login(cast.sari, backend="services.residents.backends.NikBackend")
        neighbour = cast.tetangga.resident.person
        nik, name, place = neighbour.nik, neighbour.name, neighbour.birth_place
    address = begin(bontang, "surat-kuasa", client, cast)
    probe = client.post(address, {"penerima-nik": nik, "penerima-nama": "Orang Lain"})
    assert probe.status_code == 422
    shown = probe.content.decode()
    assert "tidak cocok" in shown
    assert name not in shown
    right = client.post(
        f"{address}?mulai=penerima",
        {"penerima-nik": nik, "penerima-nama": name.upper(), "untuk": "Mengambil BPKB di dealer."},
    )
    assert right.status_code == 302
    check = client.get(right["Location"]).content.decode()
    assert name in check
    assert place not in check, "only the name is shown before the office has looked"
