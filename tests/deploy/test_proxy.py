"""The proxy that compose brings, in front of the web server of the image."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
THREADS = 2

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
]


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _listens(port: int) -> bool:
    with closing(socket.socket()) as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of nginx with the shipped files, in front of granian as deploy/run starts it."""
    home = tmp_path_factory.mktemp("nginx")
    behind, port = _free_port(), _free_port()
    main = home / "nginx.conf"
    here = ROOT / "deploy" / "nginx"
    main.write_text(
        f"pid {home}/pid; error_log {home}/errors crit; daemon off; events {{}}\n"
        f"http {{ client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;\n"
        f"fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;\n"
        f"include {here}/http.conf;\n"
        f"upstream balai {{ server 127.0.0.1:{behind}; keepalive 32; }}\n"
        f"server {{ listen 127.0.0.1:{port}; include {here}/site.conf; }} }}\n"
    )
    web = [
        sys.executable, "-m", "granian", "tests.deploy.echo:application", "--interface", "wsgi",
        "--http", "1", "--no-ws", "--host", "127.0.0.1", "--port", str(behind),
        "--workers", "1", "--blocking-threads", str(THREADS), "--log-level", "warning",
    ]  # fmt: skip
    assert NGINX is not None
    started = [
        subprocess.Popen(web, cwd=ROOT),
        subprocess.Popen([NGINX, "-c", str(main)], stdout=subprocess.DEVNULL),
    ]
    end = time.monotonic() + 30
    while not (_listens(behind) and _listens(port)):
        assert time.monotonic() < end, "the servers did not start"
        time.sleep(0.05)
    yield port
    for process in started:
        process.terminate()
        process.wait(timeout=20)


def _get(port: int, headers: dict[str, str] | None = None) -> dict[str, str]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", "/", headers=headers or {})
        answer = connection.getresponse()
        assert answer.status == 200
        found: dict[str, str] = json.loads(answer.read())
        return found


def test_slow_senders_keep_nobody_out(proxy: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", proxy)) for _ in range(20 * THREADS)]
    head = b"POST /masuk/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    try:
        for connection in slow:
            connection.sendall(head)
        for _ in range(3):  # a byte a second each
            for connection in slow:
                connection.sendall(b"a")
            begun = time.monotonic()
            _get(proxy)
            assert time.monotonic() - begun < 2
            time.sleep(1)
    finally:
        for connection in slow:
            connection.close()


def test_headers_a_stranger_wrote_do_not_arrive(proxy: int) -> None:
    told = _get(
        proxy,
        {"X-Forwarded-For": "1.1.1.1", "X_Forwarded_For": "2.2.2.2", "X_Forwarded_Proto": "https"},
    )
    assert told["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
    assert told["HTTP_X_FORWARDED_PROTO"] == "http"


def test_a_body_beyond_the_limit_is_refused_in_words(proxy: int) -> None:
    with closing(HTTPConnection("127.0.0.1", proxy, timeout=5)) as connection:
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", str(17 * 1024 * 1024))
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 413 and "16 MB" in answer.read().decode()


def test_a_chunked_body_arrives_whole_with_its_length(proxy: int) -> None:
    with closing(HTTPConnection("127.0.0.1", proxy, timeout=5)) as connection:
        connection.request("POST", "/", body=iter([b"ab", b"cd"]), encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})  # fmt: skip
        answer = connection.getresponse()
        assert json.loads(answer.read())["read"] == 4
