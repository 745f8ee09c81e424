"""A long form filled page by page: what is saved stays, and one goes on where one stopped."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.errors import RuleBroken
from services.applications import actions, queries
from services.applications.models import Application
from services.catalogue.queries import service
from tenants.backend.scope import in_city
from tests.factories import MONDAY, make_cast, photo

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
    after = client.post(f"{address}?start=acara", typed)
    assert after.status_code == 302
    assert after["Location"].endswith("?start=selesai")

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
    third = client.post(f"{address}?start=selesai", good)
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
    asked = {"penerima-nik": nik, "penerima-nama": "Orang Lain", "untuk": "Mengambil BPKB."}
    probe = client.post(address, asked)
    assert probe.status_code == 302
    assert name not in client.get(probe["Location"]).content.decode()
    right = client.post(
        f"{address}?start=penerima",
        {"penerima-nik": nik, "penerima-nama": name.upper(), "untuk": "Mengambil BPKB di dealer."},
    )
    assert right.status_code == 302
    check = client.get(right["Location"]).content.decode()
    assert name in check
    assert place not in check, "only the name is shown before the office has looked"


def test_a_second_tab_does_not_wipe_what_was_saved(bontang, client_for) -> None:
    with in_city(bontang):
        cast = make_cast()
        client = client_for(bontang)
        client.force_login(cast.sari, backend="services.residents.backends.NikBackend")
    address = begin(bontang, "domisili-usaha", client, cast)
    firm = {"nama_usaha": "Barokah", "jenis_usaha": "Toko", "bentuk": "pt", "nomor_akta": "12"}
    client.post(address, {"_asked": list(firm), **firm})
    place = {"alamat_usaha": "Jalan Ahmad Yani 12", "status_tempat": "milik"}
    client.post(f"{address}?start=alamat_usaha", {"_asked": list(place), **place})
    client.post(f"{address}?start=nama_usaha", {"_asked": ["bentuk"], "bentuk": "perorangan"})
    late = {"karyawan": "3", "nib": "1234567890123", "kbli": "47112"}
    client.post(f"{address}?start=karyawan", {"_asked": list(late), **late})
    with in_city(bontang):
        kept = Application.objects.get().answers
    assert kept["alamat_usaha"]["alamat"] == "Jalan Ahmad Yani 12"
    assert kept["status_tempat"] == "milik"
    assert kept["nama_usaha"] == "Barokah"
    assert (kept["karyawan"], kept["nib"]) == ("3", "1234567890123")


def test_every_question_of_a_page_is_named_in_its_form(bontang, client_for) -> None:
    with in_city(bontang):
        cast = make_cast()
        client = client_for(bontang)
        client.force_login(cast.sari, backend="services.residents.backends.NikBackend")
    page = client.get(begin(bontang, "surat-kuasa", client, cast)).content.decode()
    assert '<input type="hidden" name="_asked" value="penerima">' in page


def test_a_file_of_a_question_no_longer_asked_is_not_sent(bontang) -> None:
    with in_city(bontang):
        cast = make_cast()
        application = actions.begin(
            service=service("permohonan-kk"), applicant=cast.sari_person, by=cast.sari
        )
        by = {"application_id": application.pk, "by": cast.sari}
        lost = {"kehilangan": photo()}
        actions.save_answers(
            typed={"alasan": "hilang"}, files=lost, names={"kehilangan": "lapor.jpg"}, **by
        )
        assert [d.key for d in application.documents.all()] == ["kehilangan"]
        damaged = {"kk_rusak": photo()}
        actions.save_answers(
            typed={"alasan": "rusak"}, files=damaged, names={"kk_rusak": "kk.jpg"}, **by
        )
        application.refresh_from_db()
        shown = [file.document.key for file in queries.handed_in(application)]
        assert shown == ["kk_rusak"], "the check page shows what will be sent"
        actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
        assert [d.key for d in application.documents.all()] == ["kk_rusak"]


def test_asking_for_numbers_says_nothing_and_is_counted(bontang) -> None:
    with in_city(bontang):
        cast = make_cast()
        application = actions.begin(
            service=service("surat-kuasa"), applicant=cast.sari_person, by=cast.sari
        )
        known = cast.tetangga.resident.person.nik
        by = {"application_id": application.pk, "by": cast.sari, "files": {}, "names": {}}

        def ask(nik: str) -> dict[str, str]:
            typed = {"penerima-nik": nik, "penerima-nama": "Orang Lain", "untuk": "Ambil BPKB."}
            return actions.save_answers(typed=typed, **by)

        unknown = known[:12] + "9876"
        assert ask(known) == ask(unknown) == {}
        kept = Application.objects.get().answers["penerima"]
        assert kept["nama"] == "Orang Lain"
        with pytest.raises(RuleBroken, match="Terlalu banyak"):
            for serial in range(1, actions.BY_HAND.most + 2):
                ask(f"{known[:12]}{serial:04d}")


def test_a_place_without_a_map_asks_for_no_coordinates(bontang, client_for, settings) -> None:
    with in_city(bontang):
        cast = make_cast()
        client = client_for(bontang)
        client.force_login(cast.sari, backend="services.residents.backends.NikBackend")
    address = f"{begin(bontang, 'sku', client, cast)}?start=alamat_usaha"
    plain = client.get(address).content.decode()
    assert "Lintang" not in plain
    assert '<input type="hidden" name="alamat_usaha-lintang"' in plain
    settings.MAP_TILES = "https://peta.contoh.id/{z}/{x}/{y}.png"
    assert "Lintang" in client.get(address).content.decode()
