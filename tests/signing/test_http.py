"""Calls to gateways: how long they last, and where they go."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from services.signing.pades import by_pyhanko
from services.signing.providers import NotKnown, NotSent, Way, http

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on this machine that answers one call in this way."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = server.accept()
        with line:
            line.recv(65536)
            try:
                answer(line)
            except OSError:
                return  # the other side has gone

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()
        thread.join(5)


def at(base: str) -> Way:
    return Way(base=base, allow_http=True, keys={"user": "u", "password": "rahasia"}, options={})


def a_byte_now_and_then(line: socket.socket, head: bytes) -> None:
    line.sendall(head)
    for _ in range(100):
        line.sendall(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize("head", [HEAD + b"Content-Length: 99\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_gateway_that_answers_byte_by_byte_is_left_in_time(head: bytes) -> None:
    slow = answering(lambda line: a_byte_now_and_then(line, head))
    with slow as base, pytest.raises(NotKnown) as found:
        http.call(at(base), "GET", "a", timeout=0.4)
    assert found.value.code == "silent"


def test_an_answer_that_is_cut_off_is_no_answer() -> None:
    short = answering(lambda line: line.sendall(HEAD + b"Content-Length: 99\r\n\r\nabc"))
    with short as base, pytest.raises(NotKnown) as found:
        http.call(at(base), "GET", "a", timeout=5)
    assert found.value.code == "no_answer"


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    def endless(line: socket.socket) -> None:
        line.sendall(HEAD + b"\r\n")
        while True:
            line.sendall(b"x" * 65536)

    with answering(endless) as base, pytest.raises(NotKnown) as found:
        http.send("GET", base, headers={}, data=b"", seconds=5, most=100_000)
    assert found.value.code == "too_large"


def test_a_server_whose_certificate_is_not_trusted_gets_nothing() -> None:
    """What is no TLS at all is refused in the same way."""
    with answering(lambda line: line.sendall(HEAD)) as base, pytest.raises(NotSent) as found:
        http.call(at(base.replace("http:", "https:")), "POST", "a", body={"passphrase": "x"})
    assert found.value.code == "tls"


@pytest.mark.parametrize("base", ["http://127.0.0.1:9", "http://[::1]:9", "http://10.1.2.3:9"])
def test_no_address_inside_is_called_that_the_operator_has_not_opened(base: str, settings) -> None:
    settings.SIGNING_NETWORKS = []
    with pytest.raises(NotSent) as found:
        http.call(at(base), "GET", "a")
    assert found.value.code == "address"
    stamper = by_pyhanko.TimeStamper(f"{base}/tsa")
    with pytest.raises(by_pyhanko.timestamps.TimestampRequestError, match="address"):
        by_pyhanko.asyncio.run(stamper.async_dummy_response("sha256"))


def test_a_redirect_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with answering(lambda line: line.sendall(moved)) as base:
        assert http.call(at(base), "GET", "a").status == 302
    with answering(lambda line: line.sendall(moved)) as base:
        stamper = by_pyhanko.TimeStamper(base)
        with pytest.raises(by_pyhanko.timestamps.TimestampRequestError):
            by_pyhanko.asyncio.run(stamper.async_dummy_response("sha256"))


def test_what_a_time_stamp_server_sends_is_bounded() -> None:
    kind = b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n\r\n"
    with answering(lambda line: line.sendall(kind + b"x" * 200_000)) as base:
        stamper = by_pyhanko.TimeStamper(base)
        with pytest.raises(by_pyhanko.timestamps.TimestampRequestError, match="too_large"):
            by_pyhanko.asyncio.run(stamper.async_dummy_response("sha256"))


def test_keys_are_not_printed() -> None:
    assert "rahasia" not in repr(at("http://a"))
