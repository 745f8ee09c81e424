"""Calls to a gateway, with the outcomes told apart: surely not sent, no answer, an answer."""

import base64
import io
import ipaddress
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from urllib3.filepost import encode_multipart_formdata

from services.signing.providers import SILENT as NO_ANSWER_IN_TIME
from services.signing.providers import NotKnown, NotSent, Way

CONNECT, READ = 5, 120  # seconds: to reach it, and for all of a call after that
MOST = 30 * 1024 * 1024  # bytes of an answer: a signed file of 20 MB in base64
PIECE = 64 * 1024

AWAY = "Gateway tanda tangan tidak bisa dihubungi, jadi belum ada yang ditandatangani."
UNSAFE = (
    "Sertifikat TLS gateway tidak bisa dipercaya, jadi belum ada yang ditandatangani. Minta admin "
    "memeriksa alamatnya."
)
SILENT = "Gateway tidak menjawab dengan jelas, jadi hasilnya belum diketahui."


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever it is."""

    status: int
    kind: str  # media type, without parameters
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    def json(self) -> Any:
        """Its JSON; None for anything else, whatever the header says."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def note(self) -> dict[str, Any]:
        """What is worth keeping of it."""
        found = self.json()
        said: Any = found if found is not None else self.body[:2000].decode("utf-8", "replace")
        if self.body.startswith(b"%PDF-"):
            said = "PDF"
        return {"status": self.status, "type": self.kind, "bytes": len(self.body), "answer": said}


def call(
    way: Way, method: str, path: str, *, body: Mapping[str, Any] | None = None,
    fields: list[tuple[str, Any]] | None = None, timeout: float | None = None,
) -> Answer:  # fmt: skip
    """``body`` goes as JSON, ``fields`` as a form with files. ``timeout`` is for the whole call.
    Raises NotSent, and NotKnown once something may have reached the gateway."""
    if urlsplit(way.base).scheme != "https" and not way.allow_http:
        raise NotSent("Alamat gateway tidak memakai https.", code="address")
    user, password = way.keys.get("user", ""), way.keys.get("password", "")
    headers = {
        "Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}",
        "Accept": "*/*",
    }
    data = b""
    if body is not None:
        headers["Content-Type"] = "application/json"
        data = json.dumps(body).encode()
    if fields is not None:
        data, headers["Content-Type"] = encode_multipart_formdata(fields)
    return send(
        method, f"{way.base}/{path}", headers=headers, data=data, seconds=timeout or READ, most=MOST
    )


def send(
    method: str, url: str, *, headers: Mapping[str, str], data: bytes, seconds: float, most: int
) -> Answer:
    """One call, over before ``seconds`` have passed however slowly the other side answers, of at
    most so many bytes. No redirect is followed. Raises NotSent, NotKnown."""
    found = urlsplit(url)
    place = _allowed_place(found.hostname or "", found.port or (443 if _is_tls(url) else 80))
    line = _connected(place, found.hostname or "", is_tls=_is_tls(url), seconds=seconds)
    connection = HTTPConnection(found.hostname or "", found.port)
    connection.sock = line  # it would resolve the name again, and wait for each byte anew
    target = (found.path or "/") + (f"?{found.query}" if found.query else "")
    try:
        connection.request(method, target, body=data or None, headers=dict(headers))
        answer = connection.getresponse()
        raw = answer.read(most + 1)
        named = {key.lower(): value for key, value in answer.getheaders()}
    except TimeoutError as error:
        raise NotKnown(
            SILENT, code=NO_ANSWER_IN_TIME, answer={"text": type(error).__name__}
        ) from None
    except (OSError, HTTPException) as error:
        raise NotKnown(SILENT, code="no_answer", answer={"text": type(error).__name__}) from None
    finally:
        line.end()
    if len(raw) > most:
        raise NotKnown(SILENT, code="too_large", answer={"status": answer.status})
    if named.get("content-length", str(len(raw))) != str(len(raw)):
        raise NotKnown(SILENT, code="no_answer", answer={"text": "cut off"})
    kind = named.get("content-type", "").split(";")[0].strip().lower()
    return Answer(answer.status, kind, named, raw)


def _is_tls(url: str) -> bool:
    return url.startswith("https:")


def _allowed_place(host: str, port: int) -> tuple[str, int]:
    """Where to connect to. An address inside the platform's own network is called only where its
    operator allows it; it is the one that was looked at. Raises NotSent."""
    try:
        places = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise NotSent(AWAY, code="away", answer={"text": "no such host"}) from None
    if not places or not all(is_allowed(one) for one in places):
        raise NotSent(
            "Alamat gateway ada di jaringan yang belum diizinkan pengelola server.", code="address"
        )
    return places[0], port


def _connected(place: tuple[str, int], host: str, *, is_tls: bool, seconds: float) -> "_Line":
    """Nothing was sent where this raises NotSent."""
    try:
        plain = socket.create_connection(place, timeout=min(CONNECT, seconds))
    except OSError as error:
        raise NotSent(AWAY, code="away", answer={"text": type(error).__name__}) from None
    if not is_tls:
        return _Line(plain, monotonic() + seconds)
    try:
        safe = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except (OSError, ValueError) as error:
        plain.close()
        raise NotSent(UNSAFE, code="tls", answer={"text": str(error)[:200]}) from None
    return _Line(safe, monotonic() + seconds)


class _Line:
    """A connection with one end for everything: a timeout of a socket begins anew with each byte.
    As much of a socket as ``HTTPConnection`` uses."""

    def __init__(self, to: socket.socket, ends: float) -> None:
        self._to, self._ends = to, ends

    def _limit(self) -> None:
        left = self._ends - monotonic()
        if left <= 0:
            raise TimeoutError
        self._to.settimeout(left)

    def sendall(self, data: Any) -> None:
        with memoryview(data) as whole:
            for start in range(0, len(whole), PIECE):
                self._limit()
                self._to.sendall(whole[start : start + PIECE])

    def recv_into(self, into: Any) -> int:
        self._limit()
        return self._to.recv_into(into)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self), PIECE)

    def close(self) -> None:
        """Called by ``HTTPConnection`` before the answer is read."""

    def end(self) -> None:
        self._to.close()


class _Reading(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        return self._line.recv_into(into)


def is_allowed(place: str) -> bool:
    """Whether this IP address is a public one, or one that the operator has opened."""
    address = ipaddress.ip_address(place.partition("%")[0])
    if address.is_global and not address.is_multicast:
        return True
    nets = [ipaddress.ip_network(one) for one in settings.SIGNING_NETWORKS]
    return any(address in net for net in nets if net.version == address.version)
