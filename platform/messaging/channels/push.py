"""Notices on phones and computers: Web Push, delivered by the browsers' makers.

A push says that something waits, and nobody's name: whoever holds the phone reads it. A notice has
a text of its own in ``<language>.push.txt``, whose last line may be the address to open; of any
other only the subject is shown.
"""

import base64
import json
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from django.conf import settings
from py_vapid import Vapid

from kernel.errors import RuleBroken
from messaging import outbox, work
from messaging.channels import Channel, Reader, Text, channels
from messaging.models import PushDevice

PUSH = "push"
DAY = 24 * 3600  # seconds a push service keeps what it cannot deliver
TIMEOUT = 15  # seconds
DEVICES = 10  # of one person; the oldest goes


def public_key() -> str:
    """What a browser needs to subscribe, base64url; "" where this installation has no push."""
    if not settings.PUSH_KEY:
        return ""
    point = _signer().public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _signer() -> Vapid:
    return Vapid.from_raw(settings.PUSH_KEY.rstrip("=").encode())


def subscribe(*, user_id: int, endpoint: str, p256dh: str, auth: str) -> PushDevice:
    """Tell this browser from now on. Raises RuleBroken for an address of no push service."""
    _require_push_service(endpoint)
    if len(_raw(p256dh)) != 65 or len(_raw(auth)) != 16:
        raise RuleBroken("Kunci peramban tidak dikenal. Muat ulang halamannya, lalu coba lagi.")
    device, _ = PushDevice.objects.update_or_create(
        endpoint=endpoint, defaults={"user_id": user_id, "p256dh": p256dh, "auth": auth}
    )
    older = PushDevice.objects.filter(user_id=user_id).order_by("-pk")[DEVICES:]
    PushDevice.objects.filter(pk__in=[one.pk for one in older]).delete()
    return device


def unsubscribe(*, user_id: int, endpoint: str) -> None:
    PushDevice.objects.filter(user_id=user_id, endpoint=endpoint).delete()


def _raw(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def _require_push_service(endpoint: str) -> None:
    """A browser says where it is reached: only the services known are ever called."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    is_known = f"{parts.scheme}://{parts.netloc}" in settings.PUSH_HOSTS  # written out, with http
    if parts.scheme == "https":
        is_known |= any(host == one or host.endswith(f".{one}") for one in settings.PUSH_HOSTS)
    if not is_known or len(endpoint) > 500:
        raise RuleBroken("Peramban ini memakai layanan pemberitahuan yang tidak kami kenal.")


def address_of(reader: Reader) -> str:
    if not settings.PUSH_KEY or not PushDevice.objects.filter(user_id=reader.pk).exists():
        return ""
    return str(reader.pk)


def order(
    to: str, text: Text, *, key: str, essential: bool = False, on_behalf_of: str = ""
) -> None:
    *said, last = [line for line in text.body.splitlines() if line] or [""]
    link = last if urlsplit(last).scheme in ("http", "https") else ""
    for device in PushDevice.objects.filter(user_id=int(to)).order_by("pk"):
        payload = {"device": device.pk, "title": text.subject[:200], "link": link}
        if link and len(said) == 1:
            payload["body"] = said[0][:300]
        outbox.enqueue("push.send", payload, key=f"{key}:{device.pk}")


def _forget_gone(payload: work.Payload, result: Any) -> None:
    if result == "gone":
        PushDevice.objects.filter(pk=payload["device"]).delete()


@work.effect("push.send", record=_forget_gone, repeatable=True)
def send(payload: work.Payload, key: str) -> str:
    """Repeatable: a browser shows what has the same tag once. Raises NotDone, Hopeless."""
    from pywebpush import WebPushException, webpush  # slow to import, and rarely used

    device = PushDevice.objects.filter(pk=payload["device"]).first()
    if device is None:
        return "gone"
    told = {name: payload[name] for name in ("title", "body", "link") if payload.get(name)}
    try:
        webpush(
            {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}},
            json.dumps({**told, "tag": key}),
            vapid_private_key=_signer(),
            vapid_claims={"sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"},
            ttl=DAY,
            timeout=TIMEOUT,
            headers={"Urgency": "normal"},
        )
    except WebPushException as error:
        status = error.response.status_code if error.response is not None else 0
        if status in (404, 410):
            return "gone"
        if status == 429 or status >= 500 or not status:
            raise work.NotDone(f"push service answered {status}") from None
        raise work.Hopeless(f"push service answered {status}") from None
    return "sent"


channels.add(PUSH, Channel("Pemberitahuan di ponsel", address_of, order))
