"""A signer for demonstrations: its signatures can be looked at, and count for nothing. Its name
says so in the certificate itself, and it is used in demonstration cities alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from kernel.clock import now
from services.signing.pades import increment, issuing, keys
from services.signing.providers import (
    Asked,
    Made,
    Offline,
    Owner,
    Refused,
    Setting,
    Way,
    Who,
    providers,
)


@cache
def _authority() -> tuple[Any, Any]:
    """Made anew in each process, kept nowhere: nobody can trust it."""
    key = keys.new()
    at = now() - timedelta(hours=1)
    return key, issuing.authority(key, government="Balai", at=at, mark=issuing.DEMO_MARK)


@cache
def _key() -> Any:
    return keys.new()


class DemoSession:
    def __init__(self, who: Who) -> None:
        from services.signing.pades.cms import Sealer

        root_key, root = _authority()
        self._leaf = issuing.official(
            _key().public_key(), name=f"{who.name[:30]} ({issuing.DEMO_MARK})", post="Peragaan",
            government="Balai", issuer=root, issuer_key=root_key, at=now() - timedelta(minutes=1),
        )  # fmt: skip
        self._name = who.name
        der = Encoding.DER
        self._sealer = Sealer(_key(), self._leaf.public_bytes(der), [root.public_bytes(der)])

    def sign(self, asked: Asked) -> Made:
        opened = increment.add(
            asked.pdf, at=asked.at, name=f"{self._name} ({issuing.DEMO_MARK})",
            reason="Peragaan", place=asked.place, room=self._sealer.room, field=asked.field,
        )  # fmt: skip
        if opened is None:
            raise Refused("Peragaan hanya untuk satu tanda tangan pada satu surat.", code="demo")
        pdf = opened.closed(self._sealer.sign(opened.digest))
        return Made(pdf, level="B-B", checked=Owner.of(self._leaf))


class Demo(Offline):
    label = "Peragaan (hanya kota contoh)"
    is_certified = False
    is_own = True
    needs_base = False
    asks_identity = False
    types = "Frasa sandi (bebas, ini peragaan)"
    settings: tuple[Setting, ...] = ()
    at_once = 100
    seconds = 5

    def may_be_used(self, *, is_demo: bool) -> bool:
        return is_demo

    def words(self) -> str:
        return "CONTOH: tanda tangan peragaan, tidak berlaku dan tidak tersertifikasi."

    @contextmanager
    def open(self, way: Way, who: Who, secret: str, *, count: int) -> Iterator[DemoSession]:
        yield DemoSession(who)


providers.add("demo", Demo())
