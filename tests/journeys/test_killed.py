"""kill -9 of the workers in the middle: what was asked for still happens, once."""

import contextlib
import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from playwright.sync_api import expect

from tenants.registry import regions
from tests.journeys import people
from tests.journeys.walker import Installation, Walker

pytestmark = pytest.mark.journey


@pytest.fixture
def size() -> str:
    """One size will do: nothing here is about looks."""
    return "phone"


@contextlib.contextmanager
def database(balai: Installation) -> Iterator["psycopg2.extensions.connection"]:
    url = json.loads((balai.home / "run/env.json").read_text())["env"]["DATABASE_URL"]
    connection = psycopg2.connect(url)
    try:
        yield connection
    finally:
        connection.close()


def ask(balai: Installation, statement: str) -> tuple[object, ...]:
    with database(balai) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchone()
        assert found is not None
        return tuple(found)


@contextlib.contextmanager
def killed_in_the_middle(balai: Installation, lock: str) -> Iterator[None]:
    """The workers stand still during the block; then one of them meets ``lock`` in the middle of
    its transaction, waits there, and is killed with all the others."""
    balai.signal_workers(signal.SIGSTOP)
    try:
        yield
        with database(balai) as holder, holder.cursor() as cursor:
            cursor.execute(lock)
            balai.signal_workers(signal.SIGCONT)
            until = time.monotonic() + 60
            while ask(
                balai,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND cardinality(pg_blocking_pids(pid)) > 0",
            ) == (0,):
                assert time.monotonic() < until, "no worker came this way:\n" + "\n".join(
                    balai.lines[-30:]
                )
                time.sleep(0.05)
            seen = len(balai.lines)
            assert balai.signal_workers(signal.SIGKILL) >= 1
    finally:
        balai.signal_workers(signal.SIGCONT)
    balai.wait_for("pekerja dihentikan sinyal SIGKILL; dijalankan lagi", 20, since=seen)


def test_while_a_city_is_made(balai: Installation, person: Callable[..., Walker]) -> None:
    area = regions.regency("33.74")  # Kota Semarang: 177 kelurahan
    assert area is not None
    admin, postman = person("admin"), person("surat")
    page = admin.page
    page.goto(f"{balai.url}/daftar/pejabat/{area.code}/")
    page.fill("#id_name", "Rina Wulandari")
    page.fill("#id_post", "Sekretaris Diskominfo")
    page.fill("#id_email", "rina@semarangkota.go.id")
    page.fill("#id_password", people.PASSWORD)
    admin.press("Kirim pendaftaran")
    link = people.link_in_mail(balai, postman, "rina@semarangkota.go.id", "/daftar/konfirmasi/")
    page.goto(link)
    # Before the city's rows commit: schema, domain, everything goes; it is made again.
    with killed_in_the_middle(
        balai, "LOCK TABLE public.registry_domain IN SHARE ROW EXCLUSIVE MODE"
    ):
        admin.press("Ya, saya yang mendaftar")
    page.wait_for_url(f"{balai.city(regions.proposed_subdomain(area))}kelola/", timeout=120_000)
    schema = area.schema_name
    assert ask(balai, f"SELECT count(*) FROM public.registry_city WHERE code = '{area.code}'") == (
        1,
    )
    assert ask(
        balai,
        "SELECT count(*) FILTER (WHERE kind = 'kecamatan'),"
        " count(*) FILTER (WHERE kind IN ('kelurahan', 'desa'))"
        f" FROM {schema}.office_unit",
    ) == (len(regions.kecamatan(area.code)), len(regions.villages(area.code)))
    assert ask(
        balai, f"SELECT count(*) - count(DISTINCT (unit_id, role, title)) FROM {schema}.office_post"
    ) == (0,)
    # The official is told once.
    assert ask(
        balai,
        "SELECT count(*) FROM public.local_mail"
        " WHERE \"to\" = 'rina@semarangkota.go.id' AND subject LIKE '%siap%'",
    ) == (1,)
    home = balai.city(regions.proposed_subdomain(area))
    admin.context.clear_cookies()  # the founder is signed in already; the password works too
    people.sign_in(admin, home, "rina@semarangkota.go.id")
    page.goto(f"{home}kelola/")
    admin.expect("Yang tersisa")


def test_while_a_letter_is_issued(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    bontang = balai.city("bontang")
    schema = regions.regency("64.74").schema_name  # type: ignore[union-attr]
    resident = person("warga")
    page = resident.page
    people.take_the_place_of(resident, bontang, "Warga")
    page.goto(f"{bontang}layanan/sktm/")
    people.begin_request(resident)
    page.fill("#id_keperluan", "Keringanan biaya sekolah")
    page.fill("#id_penghasilan", "1.000.000")
    page.fill("#id_tanggungan", "2")
    page.set_input_files("#id_pernyataan", people.photo("PERNYATAAN", tmp_path / "surat.jpg"))
    resident.press("Lanjut")
    resident.press("Kirim permohonan")
    number = page.locator(".number").inner_text().strip()
    resident.press("Lihat perjalanan")

    desk = person("petugas")
    people.take_the_place_of(desk, bontang, "Ketua RT")
    people.vouch_for(desk, bontang, number)
    people.take_the_place_of(desk, bontang, "Loket")
    people.open_case(desk, bontang, number)
    desk.press("Lengkap, teruskan")
    people.take_the_place_of(desk, bontang, "Lurah")
    people.open_case(desk, bontang, number)
    before = ask(balai, f"SELECT count(*) FROM {schema}.letters_letter")[0]
    # Its number is given; while the PDF is being made and put away, the worker dies.
    with killed_in_the_middle(
        balai, f"SELECT 1 FROM {schema}.letters_letter ORDER BY id DESC LIMIT 1 FOR UPDATE"
    ):
        desk.press("Setujui dan terbitkan surat")
    page.reload()
    expect(page.get_by_text("Surat sudah jadi").first).to_be_visible(timeout=120_000)
    assert ask(balai, f"SELECT count(*) FROM {schema}.letters_letter") == (int(str(before)) + 1,)
    # No number was lost, none given twice.
    assert ask(
        balai,
        f"SELECT coalesce(sum(top - many), 0) FROM (SELECT max(sequence) AS top, count(*) AS many"
        f" FROM {schema}.letters_letter GROUP BY unit_id, register, year) AS registers",
    ) == (0,)
    assert ask(balai, f"SELECT count(*) FROM {schema}.messaging_outbox WHERE state = 'failed'") == (
        0,
    )
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Unduh PDF").click()
    waiting.value.save_as(tmp_path / "surat.pdf")
    (address,) = people.codes_on(tmp_path / "surat.pdf")
    page.goto(address)
    resident.expect("surat contoh")
