"""What a log line keeps to itself."""

import logging
import sys
import time

import pytest

from kernel.logs import Discreet, without_addresses, without_secrets

LINE = logging.Formatter("%(levelname)s %(message)s")


def line(
    name: str, message: str, *args: object, error: Exception | None = None, **more: object
) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.WARNING, "x.py", 1, message, args, info)
    record.__dict__.update(more)
    assert Discreet().filter(record)
    return LINE.format(record)


def failing(words: str) -> Exception:
    try:
        raise ValueError(words)
    except ValueError:
        found = sys.exc_info()[1]
    assert isinstance(found, Exception)
    return found


def test_a_refusal_is_one_line_and_a_fault_keeps_its_frames() -> None:
    refused = line(
        "django.request", "Forbidden: %s", "/konsol/", error=failing("x"), status_code=403
    )
    assert refused == "WARNING Forbidden: /konsol/"
    fault = line("django.request", "Error: %s", "/konsol/", error=failing("x"), status_code=500)
    assert "Traceback" in fault and "ValueError: x" in fault
    ours = line("billing.tasks", "no answer", error=failing("x"))
    assert "ValueError: x" in ours


@pytest.mark.parametrize(
    "path",
    [
        "/dukungan/yqS5uT0_yT9sY0sJ3nJ8b2l-1vXqv1aB/",
        "/sandi/MTI/cxk1yz-3f1c2a9b8d7e6f5a4b3c2d1e0f9a8b7c/",
        "/sandi/MTI/cxk1yz-3f1c2a9b8d7e6f5a4b3c2d1e0f9a8b7c",
        "/daftar/status/yqS5uT0_yT9sY0sJ3nJ8b2l-1vXqv1aB/kirim-ulang/",
        "/v/GT297PXGJM2Z98GFZEBC81Q3N2",
        "/kelola/data/unduh/B8J89EAC641SX0NFW78XBX4XF7/",
    ],
)
def test_what_opens_something_by_itself_is_left_out(path: str) -> None:
    secret = max(path.split("/"), key=len)
    for text in (f"Not Found: {path}", f"Forbidden (CSRF cookie not set.): {path}"):
        said = line("django.request", "%s", text, status_code=404)
        assert secret not in said and "…" in said


@pytest.mark.parametrize(
    "path",
    [
        "/layanan/surat-keterangan-tidak-mampu-untuk-sekolah/",
        "/kelola/unit/64.74.01.1001/002/005/",
        "/static/ui/balai.3f2a9c1b2d4e.css",
        "/konsol/kota/64.74/pekerjaan/17/",
    ],
)
def test_other_addresses_stay_readable(path: str) -> None:
    assert without_secrets(path) == path


def test_nobody_is_named() -> None:
    error = failing("{'rina@contoh.go.id': (550, b'no')} Key (nik)=(6474010101900001)")
    said = line("messaging.outbox", "mail %s: %s", "welcome:3", error, error=error)
    assert "rina" not in said and "6474010101900001" not in said
    assert said.count("…@…") == 2


@pytest.mark.parametrize(
    "text",
    ["balai@vm ready.", "Connected to redis://:**@127.0.0.1:6379/0",
     "Task a.b[1] succeeded in 0.0333841040002973s", "row 12345678901234567"],
)  # fmt: skip
def test_machines_may_be_named(text: str) -> None:
    assert line("celery.worker", text) == f"WARNING {text}"


@pytest.mark.parametrize("text", ["<Rina.W+a@mail.contoh.go.id>", "ke:rina@contoh.id,", "x@a-b.id"])
def test_whoever_is_written_to_is_not_named(text: str) -> None:
    assert "…@…" in line("messaging", text) and "contoh" not in line("messaging", text)


@pytest.mark.parametrize("piece", ["a", "a.", "a@", "@", "x@a.", "/A"])
def test_a_long_line_is_read_once(piece: str) -> None:
    begun = time.monotonic()
    line("django.request", piece * 100_000)
    assert time.monotonic() - begun < 2


def test_words_and_values_that_do_not_fit_fail_no_caller() -> None:
    assert line("somebody.else", "%s and %s of rina@contoh.id", "one") == (
        "WARNING %s and %s of …@… ('one',)"
    )


def test_failed_work_shows_no_number_on_an_operators_page() -> None:
    said = without_addresses("Key (nik, email)=(6474010101900001, rina@localhost) already exists.")
    assert said == "Key (nik, email)=(…, …@…) already exists."
