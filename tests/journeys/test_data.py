"""An administrator takes the city's data along, and thinks better of deleting it."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]


def test_taking_the_data_along(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    admin = person("admin")
    people.take_the_place_of(admin, balai.city("bontang"), "Admin kota")
    page, base = admin.page, f"{balai.city('bontang')}kelola/data/"
    page.goto(base)
    admin.press("Siapkan salinan")
    page.wait_for_selector("text=Siap diunduh", timeout=90_000)
    page.wait_for_selector("text=Salinan lengkap")
    admin.look("ready")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Unduh").first.click()
    assert begun.value.suggested_filename.startswith("kota-bontang-")
    begun.value.save_as(tmp_path / "salinan.zip")
    with zipfile.ZipFile(tmp_path / "salinan.zip") as opened:
        assert opened.testzip() is None
        manifest = json.loads(opened.read("manifest.json"))
        assert set(manifest["members"]) | {"manifest.json"} == set(opened.namelist())
        assert manifest["rows"]["residents_person"] > 100
        assert any(name.startswith("surat/2") for name in opened.namelist())

    page.goto(base)
    page.get_by_role("link", name="Hapus kota ini").click()
    page.fill("#id_reason", "Percobaan")
    page.fill("#id_name", "Kota Blitar")
    admin.press("Minta penghapusan")
    admin.look("wrong-name")
    page.fill("#id_name", "Kota Bontang")
    admin.press("Minta penghapusan")
    admin.expect("Menunggu orang kedua", "pengelola Balai")
    admin.look("asked")
    admin.press("Batalkan penghapusan")
    admin.expect("Penghapusan dibatalkan")
