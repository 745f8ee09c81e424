"""Calls to a gateway, with the outcomes told apart: surely not sent, no answer, an answer."""

import base64
import ipaddress
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3
from django.conf import settings
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.util import Timeout

from services.signing.providers import NotKnown, NotSent, Way

CONNECT, READ = 5, 120  # seconds
MOST = 30 * 1024 * 1024  # bytes of an answer: a signed file of 20 MB in base64

_pool = urllib3.PoolManager(maxsize=8, retries=False)
AWAY = "Gateway tanda tangan tidak bisa dihubungi, jadi belum ada yang ditandatangani."
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
    """``body`` goes as JSON, ``fields`` as a form with files. Raises NotSent, and NotKnown once
    something may have reached the gateway."""
    _refuse_inside(way)
    user, password = way.keys.get("user", ""), way.keys.get("password", "")
    headers = {
        "Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}",
        "Accept": "*/*",
    }
    given: dict[str, Any] = {}
    if body is not None:
        headers["Content-Type"] = "application/json"
        given["body"] = json.dumps(body).encode()
    if fields is not None:
        given["fields"] = fields
    try:
        answer = _pool.request(
            method, f"{way.base}/{path}", headers=headers, redirect=False, preload_content=False,
            timeout=Timeout(connect=CONNECT, read=timeout or READ), **given,
        )  # fmt: skip
        raw = answer.read(MOST + 1)
        answer.release_conn()
    except (NewConnectionError, ConnectTimeoutError) as error:
        raise NotSent(AWAY, code="away", answer={"text": type(error).__name__}) from None
    except HTTPError as error:
        raise NotKnown(SILENT, code="no_answer", answer={"text": type(error).__name__}) from None
    if len(raw) > MOST:
        raise NotKnown(SILENT, code="too_large", answer={"status": answer.status})
    kind = (answer.headers.get("Content-Type") or "").split(";")[0].strip().lower()
    named = {key.lower(): value for key, value in answer.headers.items()}
    return Answer(answer.status, kind, named, raw)


def _refuse_inside(way: Way) -> None:
    """An address inside the platform's own network is called only where its operator allows it.
    Raises NotSent."""
    found = urlsplit(way.base)
    if found.scheme != "https" and not way.allow_http:
        raise NotSent("Alamat gateway tidak memakai https.", code="address")
    try:
        places = {row[4][0] for row in socket.getaddrinfo(found.hostname, found.port or 443)}
    except OSError:
        raise NotSent(AWAY, code="away", answer={"text": "no such host"}) from None
    for place in places:
        if not is_allowed(str(place)):
            raise NotSent(
                "Alamat gateway ada di jaringan yang belum diizinkan pengelola server.",
                code="address",
            )


def is_allowed(place: str) -> bool:
    """Whether this IP address is a public one, or one that the operator has opened."""
    address = ipaddress.ip_address(place.partition("%")[0])
    if address.is_global and not address.is_multicast:
        return True
    nets = [ipaddress.ip_network(one) for one in settings.SIGNING_NETWORKS]
    return any(address in net for net in nets if net.version == address.version)
