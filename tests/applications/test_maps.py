"""Places on a map: at the desk, in the page's policy, and refused settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.applications import actions
from services.applications.models import Application
from services.catalogue.queries import service
from tests.factories import MONDAY, approve, make_cast, photo

ROOT = Path(__file__).resolve().parents[2]
TILES = "https://peta.contoh.id/{z}/{x}/{y}.png"


@pytest.fixture
def at_the_counter(in_bontang):
    """A business with a known place, on the counter of the kelurahan."""
    cast = make_cast()
    application = actions.begin(service=service("sku"), applicant=cast.sari_person, by=cast.sari)
    typed = {
        "nama_usaha": "Barokah", "jenis_usaha": "Warung makan", "tahun": "2019",
        "alamat_usaha": "Jalan Cumi-cumi 12", "alamat_usaha-lintang": "0,1333",
        "alamat_usaha-bujur": "117.5", "keperluan": "Pengajuan KUR",
    }  # fmt: skip
    wrong = actions.save_answers(
        application_id=application.pk, typed=typed, files={"foto_usaha": photo()},
        names={"foto_usaha": "foto.jpg"}, by=cast.sari,
    )  # fmt: skip
    assert wrong == {}
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    approve(application, cast.hasan)
    return cast, Application.objects.get(pk=application.pk)


def test_the_desk_sees_where_it_is(at_the_counter, in_bontang, client_for, settings) -> None:
    cast, application = at_the_counter
    client = client_for(in_bontang)
    client.force_login(cast.rina, "accounts.backends.LoginBackend")
    path = f"/meja/berkas/{application.pk}/"
    plain = client.get(path)
    assert "0.133300, 117.500000" in " ".join(plain.content.decode().split())
    assert "data-tiles" not in plain.content.decode()
    assert "peta.contoh.id" not in plain["Content-Security-Policy"]
    settings.MAP_TILES, settings.MAP_ATTRIBUTION = TILES, "© Peta <Contoh>"
    mapped = client.get(path)
    page = mapped.content.decode()
    assert 'data-lintang="0.133300"' in page
    assert 'data-attribution="© Peta &lt;Contoh&gt;"' in page
    assert "img-src 'self' data: https://peta.contoh.id;" in mapped["Content-Security-Policy"] + ";"
    assert "peta.contoh.id" not in client.get("/meja/")["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("tiles", "attribution", "stops"),
    [
        (TILES, "Peta", False),
        ("", "", False),
        (TILES, "", True),
        ("https://peta.contoh.id/peta.png", "Peta", True),
        ("peta.contoh.id/{z}/{x}/{y}", "Peta", True),
        ("https://{s}.peta.contoh.id/{z}/{x}/{y}", "Peta", True),
        ("https://peta.contoh.id; script-src */{z}/{x}/{y}", "Peta", True),
    ],
)
def test_a_wrong_address_of_tiles_stops_the_start(
    tiles: str, attribution: str, stops: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/platform:{ROOT}", "BALAI_MODE": "test",
             "BALAI_MAP_TILES": tiles, "BALAI_MAP_ATTRIBUTION": attribution},
        capture_output=True, text=True, cwd="/",
    )  # fmt: skip
    assert (done.returncode != 0) is stops, done.stderr
    assert ("BALAI_MAP" in done.stderr) is stops
