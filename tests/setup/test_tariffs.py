"""An administrator sets what a service costs, and adds the steps that charge and that visit."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from services.catalogue import explaining
from services.catalogue.models import Service
from services.catalogue.queries import service
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import Cast, make_cast, official
from tests.fees import TARIFF, treasurer

pytestmark = pytest.mark.django_db
PAGE = "/kelola/layanan/sktm/tarif/"
TYPED = {
    "law": TARIFF["law"], "dated": "5 Januari 2024", "account": TARIFF["account"],
    "rows__0__label": "Setiap tanggungan", "rows__0__amount": "12.500",
    "rows__0__per": "tanggungan", "rows__0__unit": "orang", "rows__0__minimum": "",
    "rows__1__label": "", "rows__1__amount": "", "rows__1__per": "", "rows__1__unit": "",
    "rows__1__minimum": "",
}  # fmt: skip


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def admin(cast: Cast, in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    client = client_for(in_bontang)
    who = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    client.force_login(who, "accounts.backends.LoginBackend")
    return client


def edition() -> str:
    return str(Service.objects.get(slug="sktm").draft_edition)


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_a_tariff_is_typed_as_people_type_it_and_shown_as_an_example(admin: Client) -> None:
    page = text(admin.get(PAGE))
    assert "Perda yang mengaturnya" in page and "Baris tarif 1" in page
    example = text(admin.post("/kelola/layanan/sktm/pratinjau/?part=tariff&key=&kind=", TYPED))
    assert "Contoh tagihan" in example and "Rp12.500" in example and "orang" in example
    assert admin.post(PAGE, {**TYPED, "edition": edition()}).status_code == 302
    draft = Service.objects.get(slug="sktm").draft
    assert draft is not None
    assert draft["tariff"]["dated"] == "2024-01-05"
    [row] = draft["tariff"]["rows"]
    assert (row["amount"], row["per"], row["minimum"]) == (12_500, "tanggungan", 0)
    again = admin.get(PAGE).content.decode()
    assert 'value="12500"' in again and 'value="05-01-2024"' in again and "Baris tarif 2" in again


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"law": ""}, "Isi “Perda yang mengaturnya”"),
        ({"dated": "kapan-kapan"}, "Tulis tanggal, bulan, dan tahun"),
        ({"account": "abc"}, "tulis kode rekening lengkap"),
        ({"rows__0__amount": "dua ribu"}, "dengan angka saja"),
        ({"rows__0__amount": "2.000.000.000"}, "paling banyak"),
        ({"rows__0__label": ""}, "Baris tarif"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_lost(
    admin: Client, change: dict[str, str], words: str
) -> None:
    answer = admin.post(PAGE, {**TYPED, "edition": edition(), **change})
    assert answer.status_code == 422 and words in text(answer)
    assert "Setiap tanggungan" in text(answer) or "rows__0__label" in change
    assert Service.objects.get(slug="sktm").draft is None


def test_a_service_with_a_fee_is_published_once_it_asks_for_it(admin: Client, cast: Cast) -> None:
    treasurer(cast.village, cast.lurah)
    admin.post(PAGE, {**TYPED, "edition": edition()})
    steps = "/kelola/layanan/sktm/langkah/"
    assert "langkah Pembayaran" in text(admin.get("/kelola/layanan/sktm/draf/"))
    refused = admin.post("/kelola/layanan/sktm/draf/", {"edition": edition(), "note": ""})
    assert refused.status_code == 422
    assert "Tambah pembayaran" in text(admin.get(steps))
    form = {
        "title": "Pembayaran retribusi", "level": "kelurahan", "dinas": "", "role": "bendahara",
        "clock__amount": "14", "clock__unit": "hari", "on_timeout": "ingatkan", "parallel": "",
    }  # fmt: skip
    shown = text(admin.get(f"{steps}tambah/?kind=payment"))
    assert "Surat boleh terbit sebelum dibayar" in shown and "tombol setuju" not in shown
    added = admin.post(f"{steps}tambah/?kind=payment", {**form, "edition": edition()})
    assert added.status_code == 302
    assert "terbit tanpa dibayar" in text(admin.get("/kelola/layanan/sktm/draf/"))
    [key] = [step["key"] for step in _draft()["steps"] if step.get("kind") == "payment"]
    up = {"edition": edition(), "part": "steps", "key": key, "do": "naik"}
    assert admin.post("/kelola/layanan/sktm/susun/", up).status_code == 302
    done = admin.post("/kelola/layanan/sktm/draf/", {"edition": edition(), "note": ""})
    assert done.status_code == 302, text(done)
    current = service("sktm").current
    assert current is not None and current.blueprint.tariff is not None
    assert "bertarif" in text(admin.get("/kelola/layanan/?q=sktm"))
    walk = text(admin.get("/kelola/layanan/sktm/simulasi/?tanggungan=2"))
    assert "tagihan Rp" in walk


def _draft() -> dict:  # type: ignore[type-arg]
    draft = Service.objects.get(slug="sktm").draft
    assert draft is not None
    return dict(draft)


def test_a_tariff_is_taken_away_again(admin: Client) -> None:
    admin.post(PAGE, {**TYPED, "edition": edition()})
    assert admin.post(PAGE, {"edition": edition(), "remove": "ya"}).status_code == 302
    assert "tariff" not in _draft()


def test_a_change_of_a_tariff_is_told_in_words(admin: Client) -> None:
    admin.post(PAGE, {**TYPED, "edition": edition()})
    current = service("sktm").current
    assert current is not None
    found = explaining.changes(current.definition, _draft())
    places = {change.place: change.new for change in found}
    assert places["Perda yang mengaturnya"] == TARIFF["law"]
    assert any("Rp12.500" in new and "×" in new for new in places.values())


def test_a_visit_is_added_with_its_questions(admin: Client) -> None:
    steps = "/kelola/layanan/sktm/langkah/"
    form = {
        "title": "Kelurahan memeriksa rumah", "level": "kelurahan", "dinas": "", "role": "kasi",
        "fields-0-label": "Luas lantai", "fields-0-type": "number", "fields-0-required": "1",
        "photos_min": "1", "photos_max": "4", "place": "wajib", "on_differing": "kembalikan",
        "clock__amount": "5", "clock__unit": "hari_kerja", "parallel": "",
    }  # fmt: skip
    assert "Yang dicatat di lapangan" in text(admin.get(f"{steps}tambah/?kind=inspection"))
    added = admin.post(f"{steps}tambah/?kind=inspection", {**form, "edition": edition()})
    assert added.status_code == 302, text(added)
    [step] = [one for one in _draft()["steps"] if one.get("kind") == "inspection"]
    assert step["fields"][0]["key"] == "luas_lantai" and step["on_differing"] == "kembalikan"
    page = f"{steps}ubah/{step['key']}/"
    assert "Luas lantai" in text(admin.get(page))
    kept = {**form, "fields-0-key": "luas_lantai", "photos_max": "6", "edition": edition()}
    assert admin.post(page, kept).status_code == 302
    wrong = admin.post(page, {**kept, "photos_min": "9", "edition": edition()})
    assert wrong.status_code == 422


def test_others_set_no_tariff(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    def enter(user: User) -> Client:
        client = client_for(in_bontang)
        client.force_login(user, "accounts.backends.LoginBackend")
        return client

    for somebody in (cast.lurah, cast.rina, treasurer(cast.village, cast.lurah)):
        assert enter(somebody).get(PAGE).status_code == 403
        assert enter(somebody).get("/kelola/pembayaran/").status_code == 403
