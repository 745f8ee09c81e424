"""How requests pass RT and RW where a city asks for both: a stand-in, silence, the own request of
a Ketua RT, and the end of a term."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from kernel.clock import now
from tenants.registry import regions
from tests.journeys import people
from tests.journeys.device import ROWS, ready
from tests.journeys.inside import manage
from tests.journeys.walker import Installation, Walker

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("size", ["phone"])]
SMALL = {"width": 360, "height": 740}
VILLAGE = regions.villages("64.74")[3].code  # where no other journey is walked
HERE = f"""
from tenants.backend.scope import in_city
from tenants.registry.models import City
village = "{VILLAGE}"
"""
# Who lives in three RT of the village, all with a password, as after some weeks of use.
WHO = f"""{HERE}
import json
from datetime import date
from django.contrib.auth.hashers import make_password
from accounts.models import User
from services.residents.actions import login_for
from services.residents.models import Person, ResidentAccount
from tenants.office.models import Holding, Unit
password = make_password("{people.PASSWORD}")

def nik(person):
    account = ResidentAccount.objects.filter(person=person).first()
    if account is None:
        user = User(login=login_for(bytes(person.nik_print)), name=person.name)
        account = ResidentAccount(user=user, person=person)
        user.save()
        account.save()
    User.objects.filter(pk=account.user_id).update(password=password)
    return person.nik

with in_city(City.objects.get(code="64.74")):
    found = {{}}
    for number in (1, 2, 3):
        living = Person.objects.filter(place=f"{{village}}/001/{{number:03d}}")
        held = Holding.objects.get(post__unit__code=f"{{village}}/001/{{number:03d}}")
        grown = living.filter(birth_date__lt=date(2000, 1, 1)).exclude(account__user=held.user)
        head = Person.objects.get(account__user=held.user)
        found[number] = [nik(one) for one in (head, *grown.order_by("pk")[:3])]
    found["village"] = Unit.objects.get(code=village).pk
    found["post"] = Holding.objects.get(post__unit__code=f"{{village}}/001/002").post_id
    for role in ("loket", "lurah"):
        held = Holding.objects.get(post__unit__code=village, post__role=role)
        User.objects.filter(pk=held.user_id).update(password=password)
        found[role] = held.user.login
    print(json.dumps(found))
"""
# The time to answer of the step that waits is over, and the clock is looked at.
SILENT = f"""{HERE}
from datetime import timedelta
from kernel.clock import now
from services.cases.models import Step
from services.cases.tasks import overdue
with in_city(City.objects.get(code="64.74")):
    late = Step.objects.filter(case__number="%s", state="open")
    assert late.update(due_at=now() - timedelta(minutes=1)) == 1
    overdue({{}})
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A village whose RW answers behind the RT, and the logins of its people."""

    city: str
    people: dict[str, list[str]]  # by RT: its head, then three neighbours
    secretary: str
    rw: str
    loket: str
    lurah: str
    post: int  # of the head of RT 002


def narrow(walker: Walker) -> Walker:
    walker.page.set_viewport_size(SMALL)
    return walker


@pytest.fixture(scope="module")
def place(
    balai: Installation, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """The administrator wants the RW to answer too, and appoints one and a secretary by a file."""
    city, told = balai.city("bontang"), json.loads(manage(balai, WHO))
    found = Place(
        city=city, people=told, secretary=told["1"][3], rw=told["3"][1], loket=told["loket"],
        lurah=told["lurah"], post=told["post"],
    )  # fmt: skip
    admin = Walker(browser, "desktop", "jalan-rt-admin")
    people.take_the_place_of(admin, city, "Admin kota")
    page = admin.page
    page.goto(f"{city}kelola/rt-rw/")
    page.get_by_label("Buat aturan sendiri untuk").select_option(str(told["village"]))
    admin.press("Buka", exact=True)
    page.get_by_label("Ya: sesudah Ketua RT").check()
    page.get_by_label("ke Ketua RW dulu").check()
    admin.press("Simpan aturan")
    admin.expect("Sesudah itu Ketua RW menjawab juga")

    today = f"{now().astimezone(ZoneInfo('Asia/Makassar')):%d-%m-%Y}"
    file = tmp_path_factory.mktemp("rt") / "pengurus.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter=";").writerows(
            [
                ["kode_unit", "jabatan", "nik", "mulai", "sampai"],
                [f"{VILLAGE}/001", "Ketua RW", found.rw, today, "31-01-2031"],
                [f"{VILLAGE}/001/001", "Sekretaris RT", found.secretary, today, "31-01-2031"],
            ]
        )
    page.goto(f"{city}kelola/rt/")
    admin.press("Tunjuk dari lembar kerja")
    page.set_input_files("#id_file", file)
    admin.press("Unggah dan periksa")
    page.wait_for_selector("text=baris sudah diperiksa", timeout=60_000)
    admin.press("Tunjuk 2 orang")
    page.wait_for_selector("text=2 orang ditunjuk", timeout=60_000)
    yield found
    admin.context.close()
    assert not admin.problems


def ask(walker: Walker, place: Place, folder: Path, purpose: str) -> tuple[str, str]:
    """A resident asks for a certificate that RT and RW vouch for: its number and its page."""
    page = walker.page
    page.goto(f"{place.city}layanan/sktm/")
    people.begin_request(walker)
    page.fill("#id_keperluan", purpose)
    page.fill("#id_penghasilan", "900.000")
    page.fill("#id_tanggungan", "2")
    page.set_input_files("#id_pernyataan", people.photo("PERNYATAAN", folder / "surat.jpg"))
    walker.press("Lanjut")
    walker.press("Kirim permohonan")
    number = page.locator(".number").inner_text().strip()
    walker.press("Lihat perjalanan")
    return number, page.url


def letter_of(walker: Walker, address: str, folder: Path) -> str:
    """The words of the letter, once a worker has made it."""
    page = walker.page
    for _ in range(60):
        page.goto(address)
        if walker.sees("Surat sudah jadi"):
            break
        page.wait_for_timeout(500)
    walker.look("surat-jadi")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Unduh PDF").first.click()
    coming.value.save_as(folder / "surat.pdf")
    return " ".join(people.text_of(folder / "surat.pdf").split())


def test_a_stand_in_and_the_rw_answer_and_the_letter_says_so(
    place: Place, person: Callable[..., Walker], tmp_path: Path
) -> None:
    city, (ketua_nik, warga_nik, *_) = place.city, place.people["1"]
    warga, ketua = narrow(person("warga")), narrow(person("ketua"))
    deputy, rw, desk = narrow(person("wakil")), narrow(person("rw")), person("kelurahan")
    people.sign_in(warga, city, warga_nik)
    number, address = ask(warga, place, tmp_path, "Beasiswa anak")

    people.sign_in(ketua, city, ketua_nik)
    ketua.page.goto(f"{city}rt/")
    ketua.press("Berhalangan", "kapan")
    ketua.page.get_by_label("Sampai tanggal").fill(
        ketua.page.get_by_label("Mulai tanggal").input_value()
    )
    ketua.press("Lanjut", "siapa")
    ketua.page.get_by_label("Sekretaris RT 001").check()
    ketua.press("Catat", "berhalangan")

    warga.page.goto(address)
    warga.expect("pelaksana harian Ketua RT")
    people.sign_in(deputy, city, place.secretary)
    deputy.go(f"{city}rt/", "menunggu")
    deputy.expect("Anda pelaksana harian Ketua RT 001")
    deputy.press("Benar, warga saya", "dibenarkan")
    people.sign_in(rw, city, place.rw)
    rw.go(f"{city}rt/", "menunggu")
    rw.expect("1 warga menunggu Anda")
    rw.press("Benar, warga saya", "dibenarkan")
    warga.go(address, "perjalanan")
    warga.expect("pelaksana harian Ketua RT", "Ketua RW mengetahui", "Sekarang di Kelurahan")

    for login, decision in (
        (place.loket, "Lengkap, teruskan"),
        (place.lurah, "Setujui dan terbitkan surat"),
    ):
        desk.context.clear_cookies()
        people.sign_in(desk, city, login)
        people.open_case(desk, city, number)
        desk.expect("pelaksana harian Ketua RT")
        desk.press(decision)
    assert "keterangan Plh. Ketua RT" in letter_of(warga, address, tmp_path)

    # Back again, the head asks for a cover letter; the secretary answers and signs it.
    ketua.page.goto(f"{city}rt/")
    ketua.press("Berhalangan")
    ketua.press("Sudah kembali", "kembali")
    ketua.page.goto(f"{city}layanan/pengantar-rt-rw/")
    people.begin_request(ketua)
    ketua.page.fill("#id_keperluan", "Membuka rekening")
    ketua.page.fill("#id_tujuan", "Bank")
    ketua.press("Lanjut")
    if ketua.page.get_by_role("button", name="Kirim permohonan").count():
        ketua.press("Kirim permohonan")
    ketua.press("Lihat perjalanan")
    own = ketua.page.url
    ketua.go(f"{city}rt/", "permohonan-sendiri")
    ketua.expect("Ini permohonan Anda sendiri")
    deputy.go(f"{city}rt/", "permohonan-ketua")
    deputy.press("Benar, warga saya")
    words = letter_of(ketua, own, tmp_path)
    assert "SURAT PENGANTAR" in words
    assert "a.n. Ketua RT 001" in words
    ketua.expect("atas nama Ketua RT")


def test_silence_passes_on_and_a_term_ends_with_nothing_left_on_the_phone(
    balai: Installation, place: Place, person: Callable[..., Walker], tmp_path: Path
) -> None:
    city, (ketua_nik, asker_nik, other_nik, heir_nik) = place.city, place.people["2"]
    warga, ketua, rw = narrow(person("warga")), narrow(person("ketua")), narrow(person("rw"))
    people.sign_in(warga, city, asker_nik)
    number, address = ask(warga, place, tmp_path, "Keringanan biaya")
    people.sign_in(ketua, city, ketua_nik)
    ketua.page.goto(f"{city}rt/")
    card = ketua.page.locator("article", has_text="Keringanan biaya")
    expect(card).to_have_count(1)
    manage(balai, SILENT % number)
    card.get_by_role("button").first.click()
    ketua.page.wait_for_load_state("load")
    ketua.look("terlambat")
    ketua.expect("Waktu menjawab sudah habis")
    warga.go(address, "ke-rw")
    warga.expect("dilewati", "Ketua RW mengetahui")
    people.sign_in(rw, city, place.rw)
    rw.page.goto(f"{city}rt/")
    expect(rw.page.locator("article", has_text="Keringanan biaya")).to_have_count(1)
    manage(balai, SILENT % number)
    rw.page.goto(f"{city}rt/")
    expect(rw.page.locator("article", has_text="Keringanan biaya")).to_have_count(0)
    warga.go(address, "ke-kelurahan")
    warga.expect("Sekarang di Kelurahan")

    # Another request waits when the post passes to a successor.
    warga.context.clear_cookies()
    people.sign_in(warga, city, other_nik)
    ask(warga, place, tmp_path, "Biaya berobat")
    page = ketua.page
    page.goto(f"{city}rt/")
    ready(page)
    page.goto(f"{city}rt/buku/semua/")
    assert page.evaluate(ROWS, "pages") > 0

    admin, heir = person("admin"), narrow(person("pengganti"))
    people.take_the_place_of(admin, city, "Admin kota")
    admin.page.goto(f"{city}kelola/pejabat/{place.post}/")
    admin.page.fill("#id_nik", heir_nik)
    admin.press("Tunjuk", exact=True)
    admin.expect("sekarang memegang jabatan Ketua RT 002")

    people.sign_in(heir, city, heir_nik)
    heir.go(f"{city}rt/", "menunggu")
    heir.expect("Biaya berobat", "beralih mulai")
    passing = heir.page.get_by_role("link", name="Buka serah terima").get_attribute("href") or ""

    page.goto(f"{city}rt/")
    ketua.look("sesudah-masa-jabatan")
    assert not ketua.sees("Biaya berobat")
    for name in ("pages", "forms", "facts"):
        assert page.evaluate(ROWS, name) == 0, name
    page.goto(city.rstrip("/") + passing)
    ketua.look("serah-terima")
    page.get_by_label("Pesan kepada pengganti").fill("Stempel ada di rumah Pak RW.")
    ketua.press("Sudah saya serahkan", "diserahkan")
    ketua.context.set_offline(True)
    for path in ("rt/", "rt/buku/semua/"):
        page.goto(f"{city}{path}")
        ketua.expect("Tidak ada sambungan")
    ketua.context.set_offline(False)

    heir.press("Buka serah terima", "serah-terima")
    heir.expect("Stempel ada di rumah Pak RW.")
    heir.press("Sudah saya terima", "diterima")
    heir.press("Benar, warga saya", "dibenarkan")
