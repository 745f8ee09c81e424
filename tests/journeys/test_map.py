"""A place on the map: chosen by hand or by keyboard, seen at the desk; without script, typed."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]


def begin(walker: Walker, bontang: str, slug: str) -> None:
    people.take_the_place_of(walker, bontang, "Warga")
    walker.page.goto(f"{bontang}ajukan/{slug}/")
    walker.press("Data saya benar")


def test_a_business_is_put_on_the_map(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    bontang = balai.city("bontang")
    citizen = person("warga")
    page = citizen.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    begin(citizen, bontang, "sku")
    page.wait_for_selector(".leaflet-tile-loaded")
    citizen.look("map")
    assert any(url.startswith(balai.tiles) for url in asked)
    box = page.locator("[data-map]")
    box.focus()
    page.keyboard.press("Enter")
    latitude = page.locator("[name$='-lintang']")
    assert abs(float(latitude.input_value()) - 0.4) < 0.1, "the middle of Kalimantan Timur"
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    assert float(latitude.input_value()) > 0.8, "the keyboard moves the map and the marker"
    latitude.fill("0.133300")
    page.locator("[name$='-bujur']").fill("117.500000")
    page.locator("[name$='-bujur']").dispatch_event("change")
    page.wait_for_timeout(400)
    box.scroll_into_view_if_needed()
    area = box.bounding_box()
    assert area is not None
    page.mouse.click(area["x"] + area["width"] / 2 + 40, area["y"] + area["height"] / 2)
    east = float(page.locator("[name$='-bujur']").input_value())
    assert 117.5 < east < 117.51, "what was typed shows on the map, a press moves the marker"
    assert "Penanda ditaruh" in page.locator("[role=status]").all_inner_texts()[-1]
    citizen.look("marker")
    chosen = f"{latitude.input_value()}, {page.locator('[name$=-bujur]').input_value()}"

    for label, text in {
        "#id_nama_usaha": "Barokah", "#id_jenis_usaha": "Warung makan", "#id_tahun": "2019",
        "#id_alamat_usaha_0": "Jalan Cumi-cumi 12", "#id_keperluan": "Pengajuan KUR",
    }.items():  # fmt: skip
        page.fill(label, text)
    page.set_input_files("#id_foto_usaha", people.photo("Warung Barokah", tmp_path / "foto.jpg"))
    citizen.press("Lanjut")
    citizen.press("Kirim permohonan")
    number = page.locator(".number").inner_text()
    head, desk = person("rt"), person("loket")
    people.take_the_place_of(head, bontang, "Ketua RT")
    people.vouch_for(head, bontang, number)
    people.take_the_place_of(desk, bontang, "Loket")
    people.open_case(desk, bontang, number)
    desk.page.wait_for_selector(".leaflet-tile-loaded")
    desk.look("desk")
    desk.expect(chosen)


def test_pages_without_a_map_ask_no_map_server(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    citizen = person("warga")
    bontang = balai.city("bontang")
    answer = citizen.page.goto(bontang)
    assert answer is not None
    assert balai.tiles not in answer.header_value("content-security-policy")
    begin(citizen, bontang, "sku")
    answer = citizen.page.reload()
    assert answer is not None
    policy = answer.header_value("content-security-policy") or ""
    pictures = re.search(r"img-src ([^;]*)", policy)
    assert pictures is not None
    assert sorted(pictures[1].split()) == sorted(["'self'", "data:", balai.tiles])
