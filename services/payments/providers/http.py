"""Calls to a provider's API, with the outcomes told apart: not sent, no answer, an answer."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.util import Timeout

from services.payments.providers import NoAnswer, NotSent

TIMEOUT = Timeout(connect=5, read=20)  # seconds; together less than the lease of an effect
MOST = 256 * 1024  # bytes of an answer

_pool = urllib3.PoolManager(maxsize=4, retries=False)


def basic(user: str) -> str:
    """The header of a name without a password."""
    return f"Basic {base64.b64encode(f'{user}:'.encode()).decode()}"


def call(
    method: str, url: str, *, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
) -> tuple[int, Any]:
    """Status and JSON of the answer. Raises NotSent, and NoAnswer also for a failure on the other
    side (500 and more): it may have done the work before it failed."""
    sent = {"Accept": "application/json", **headers}
    content = None
    if body is not None:
        sent["Content-Type"] = "application/json"
        content = json.dumps(body).encode()
    try:
        answer = _pool.request(
            method, url, headers=sent, body=content, timeout=TIMEOUT, redirect=False,
            preload_content=False,
        )  # fmt: skip
        raw = answer.read(MOST)
        answer.release_conn()
    except (NewConnectionError, ConnectTimeoutError) as error:
        raise NotSent(type(error).__name__) from None
    except HTTPError as error:
        raise NoAnswer(type(error).__name__) from None
    if answer.status >= 500:
        raise NoAnswer(f"status {answer.status}")
    try:
        return answer.status, json.loads(raw)
    except ValueError:
        raise NoAnswer(f"status {answer.status}, no JSON") from None
