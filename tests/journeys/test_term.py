"""A request that is given back for one answer, corrected, and then left lying: at the end of the
legal term the system issues it, since it checked everything itself and the city chose so."""

import re
from collections.abc import Callable

import pytest

from tests.journeys import people
from tests.journeys.inside import manage
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]
# The case was sent four weeks ago, and the clock is looked at.
WEEKS_LATER = """
from datetime import timedelta
from services.cases import deadlines
from services.cases.models import CaseDeadline
from services.cases.tasks import pass_deadlines
from tenants.backend.scope import in_city
from tenants.registry.models import City
with in_city(City.objects.get(code="64.74")):
    deadline = CaseDeadline.objects.get(case__number="%s")
    deadline.started_at -= timedelta(weeks=4)
    deadline.rests = []
    deadlines.reckon(deadline)
    deadline.save()
    pass_deadlines({})
"""


def test_a_return_is_corrected_and_the_end_of_the_term_issues_the_letter(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    bontang = balai.city("bontang")
    admin, resident, desk = person("admin"), person("warga"), person("loket")
    people.take_the_place_of(admin, bontang, "Admin kota")
    admin.go(f"{bontang}kelola/layanan/ktp-dalam-proses/", "layanan")
    admin.page.get_by_label("Bila lewat tanpa keputusan").select_option("issue")
    admin.press("Simpan sebagai draf")
    admin.go(f"{bontang}kelola/layanan/ktp-dalam-proses/draf/", "draf")
    admin.press("Terbitkan")
    admin.look("terbit")

    people.take_the_place_of(resident, bontang, "Warga", 1)
    page = resident.page
    page.goto(f"{bontang}ajukan/ktp-dalam-proses/")
    resident.press("Data saya benar, lanjut")
    page.fill("#id_tanggal_rekam", "2026-11-02")
    page.fill("#id_nomor_bukti", "BUKTI-1")
    page.fill("#id_keperluan", "Membuka rekening bank")
    resident.press("Lanjut")
    resident.press("Kirim permohonan")
    number = page.locator("main .number").inner_text()
    resident.press("Lihat perjalanan")
    case = page.url

    people.take_the_place_of(desk, bontang, "Loket")
    people.open_case(desk, bontang, number)
    desk.page.locator("summary", has_text="Kembalikan ke pemohon").click()
    desk.page.get_by_label("Nomor bukti perekaman", exact=True).select_option("wrong")
    desk.page.get_by_label("Keterangan tentang Nomor bukti perekaman").fill("Tertulis BUKTI-10")
    desk.look("yang-salah")
    desk.press("Kembalikan", exact=True)

    resident.go(case, "diminta-perbaiki")
    resident.expect("Tertulis BUKTI-10")
    resident.press("Perbaiki sekarang")
    assert page.locator("#id_nomor_bukti").is_editable()
    assert page.locator("#id_keperluan").count() == 0, "only what is wrong is open"
    page.fill("#id_nomor_bukti", "BUKTI-10")
    resident.look("perbaikan")
    resident.press("Lanjut")
    resident.press("Kirim")
    people.open_case(desk, bontang, number)
    desk.look("sesudah-diperbaiki")
    desk.expect("BUKTI-1", "BUKTI-10")

    manage(balai, WEEKS_LATER % number)
    for _ in range(60):
        page.goto(case)
        if resident.sees("Surat sudah jadi"):
            break
        page.wait_for_timeout(500)
    resident.look("terbit")
    link = page.get_by_role("link", name=re.compile("Buka|Unduh")).first
    script = "async (a) => Array.from(new Uint8Array(await (await fetch(a)).arrayBuffer()))"
    letter = balai.home.parent / "terbit-sistem.pdf"
    letter.write_bytes(bytes(page.evaluate(script, link.get_attribute("href"))))
    text = " ".join(people.text_of(letter).split())
    assert "BUKTI-10" in text and "diterbitkan oleh sistem" in text.lower(), text
    people.open_case(desk, bontang, number)
    desk.look("di-meja")
