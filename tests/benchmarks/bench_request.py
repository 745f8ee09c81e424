"""What tenancy costs a request: plain Django, ours, and the stock middleware, side by side.

One worker process of gunicorn (sync) and of granian; requests over all hosts in turns. The load
comes from two processes with one connection each, which keeps a single worker busy.
"""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tenants.backend.scope import in_public
from tests.benchmarks.cities import ROOT, environment, make, scratch
from tests.benchmarks.harness import Bench

SECONDS = 0.5
ROUNDS = 15
KINDS = ("plain", "ours", "stock")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _serving(server: str, kind: str) -> Iterator[int]:
    port = _free_port()
    target = "tests.benchmarks.request_site:application"
    command = {
        "gunicorn": ["-m", "gunicorn", "-k", "sync", "-w", "1", "-b", f"127.0.0.1:{port}", target],
        "granian": ["-m", "granian", "--interface", "wsgi", "--workers", "1", "--host",
                    "127.0.0.1", "--port", str(port), "--no-access-log", target],
    }[server]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, *command], env=environment(BENCH_KIND=kind), cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if time.monotonic() > end or process.poll() is not None:
                    raise RuntimeError(f"{server} did not start ({kind})") from None
                time.sleep(0.1)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _load(port: int, path: str, hosts: dict[str, str], seconds: float, out: object) -> None:
    """Ask as fast as the answers come; puts (requests, wrong answers)."""
    asked = [(f"GET {path} HTTP/1.1\r\nHost: {h}\r\n\r\n".encode(), code.encode())
             for h, code in hosts.items()]  # fmt: skip
    count = wrong = 0
    conn: socket.socket | None = None
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        request, expected = asked[count % len(asked)]
        if conn is None:
            conn = socket.create_connection(("127.0.0.1", port))
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conn.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data or not _complete(data):
            part = conn.recv(65536)
            if not part:
                break
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200") or (path == "/1" and body != expected):
            wrong += 1
            if wrong == 1:
                sys.stderr.write(f"{request!r} → {data[:300]!r}\n")
        count += 1
        if b"close" in head.lower():
            conn.close()
            conn = None
    out.put((count, wrong))  # type: ignore[attr-defined]


def _complete(data: bytes) -> bool:
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line[15:])
    return False


def _rate(port: int, path: str, hosts: dict[str, str], seconds: float = SECONDS) -> float:
    """Requests per second."""
    out: multiprocessing.Queue[tuple[int, int]] = multiprocessing.Queue()
    clients = [
        multiprocessing.Process(target=_load, args=(port, path, hosts, seconds, out))
        for _ in range(2)
    ]
    start = time.perf_counter()
    for client in clients:
        client.start()
    results = [out.get() for _ in clients]
    for client in clients:
        client.join()
    took = time.perf_counter() - start
    if any(wrong for _, wrong in results):
        raise RuntimeError(f"wrong answers: {results}")
    return sum(count for count, _ in results) / took


def bench_request(bench: Bench) -> None:
    with scratch("request"):
        cities = make(bench.cities)
        hosts = {city.host: city.code for city in cities}
        with in_public(), connection.cursor() as cursor:
            # Plain Django has one table for all; it holds one row, whichever host asks.
            cursor.execute(
                f"CREATE TABLE public.office_unit (LIKE {cities[0].schema_name}.office_unit"
                " INCLUDING ALL)"
            )
            cursor.execute(
                f"INSERT INTO public.office_unit SELECT * FROM {cities[0].schema_name}.office_unit"
            )
            for city in cities:  # as after any day of use: plans and sizes known
                cursor.execute(f"ANALYZE {city.schema_name}.office_unit")
        connection.close()
        for server in ("gunicorn", "granian"):
            _compare(bench, server, hosts, cities[0].code)


def _compare(bench: Bench, server: str, hosts: dict[str, str], plain_code: str) -> None:
    rates: dict[tuple[str, str], list[float]] = {}
    with (
        _serving(server, "plain") as plain,
        _serving(server, "ours") as ours,
        _serving(server, "stock") as stock,
    ):
        ports = dict(zip(KINDS, (plain, ours, stock), strict=True))
        for number in range(ROUNDS + 1):
            for path in ("/0", "/1"):
                for kind in KINDS if number % 2 else reversed(KINDS):
                    wanted = dict.fromkeys(hosts, plain_code) if kind == "plain" else hosts
                    rate = _rate(ports[kind], path, wanted, SECONDS if number else 1.0)
                    if number:  # the first round warms
                        rates.setdefault((kind, path), []).append(rate)
    for path, what in (("/0", "no query"), ("/1", "one query")):
        for control in ("plain", "stock"):
            name = "plain Django" if control == "plain" else "stock django-tenants"
            bench.record(
                f"{server}, {what}, {len(hosts)} hosts", rates["ours", path],
                control=name, against=rates[control, path], unit="requests/s",
            )  # fmt: skip
