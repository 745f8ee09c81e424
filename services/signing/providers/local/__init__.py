"""Signing with certificates of the city's own authority: PAdES, not certified by the law."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from kernel.clock import now
from services.signing import certificates
from services.signing.models import Certificate
from services.signing.pades import increment, keys
from services.signing.providers import (
    Asked,
    Made,
    Offline,
    Owner,
    Setting,
    Way,
    Who,
    WrongSecret,
    providers,
)

LEVELS = (
    ("B-B", "Tanda tangan saja (B-B)"),
    ("B-T", "Dengan stempel waktu (B-T)"),
    ("B-LT", "Dengan stempel waktu dan bukti pencabutan (B-LT)"),
)


class LocalSession:
    """An official's key, unlocked once for all letters of a confirmation."""

    def __init__(self, row: Certificate, key: Any, way: Way) -> None:
        from services.signing.pades.cms import Sealer

        assert row.authority is not None
        self._leaf = load_pem_x509_certificate(row.pem.encode())
        self._root = load_pem_x509_certificate(row.authority.pem.encode())
        self._row, self._key, self._options = row, key, way.options
        der = Encoding.DER
        self._sealer = Sealer(key, self._leaf.public_bytes(der), [self._root.public_bytes(der)])
        self._owner = Owner.of(self._leaf)

    def sign(self, asked: Asked) -> Made:
        level = str(self._options.get("level") or "B-B")
        if level == "B-B":
            opened = increment.add(
                asked.pdf, at=asked.at, name=self._row.user.name, reason=asked.reason,
                place=asked.place, room=self._sealer.room, field=asked.field,
            )  # fmt: skip
            if opened is not None:
                pdf = opened.closed(self._sealer.sign(opened.digest))
                return Made(pdf, level=level, checked=self._owner)
        return self._by_pyhanko(asked, level)

    def _by_pyhanko(self, asked: Asked, level: str) -> Made:
        """A second signature, a document in another form, or one with a time stamp."""
        from services.signing.pades import by_pyhanko

        revoked = b""
        if level == "B-LT":
            assert self._row.authority is not None
            revoked = certificates.revocation_list(self._row.authority, asked.at)
        pdf = by_pyhanko.sign(
            asked, self._key, self._leaf, self._root, level=level,
            time_stamps=str(self._options.get("tsa") or ""), revoked=revoked,
            name=self._row.user.name,
        )  # fmt: skip
        return Made(pdf, level=level)


class Local(Offline):
    label = "Sertifikat kota sendiri (tidak tersertifikasi)"
    is_certified = False
    is_own = True
    needs_base = False
    asks_identity = False
    types = "Frasa sandi sertifikat"
    settings: tuple[Setting, ...] = (
        Setting("level", "Tingkat tanda tangan", choices=LEVELS),
        Setting("tsa", "Alamat stempel waktu (RFC 3161)",
                help="Perlu untuk tingkat B-T dan B-LT."),
    )  # fmt: skip
    at_once = 100
    seconds = 15

    def may_be_used(self, *, is_demo: bool) -> bool:
        return True

    def words(self) -> str:
        return (
            "Surat ini ditandatangani secara elektronik dengan sertifikat yang diterbitkan "
            f"{certificates.government()} sendiri: tanda tangan elektronik tidak tersertifikasi."
        )

    @contextmanager
    def open(self, way: Way, who: Who, secret: str, *, count: int) -> Iterator[LocalSession]:
        row = _certificate(who.user_id)
        if row is None:
            raise WrongSecret("Anda belum punya sertifikat. Buat dulu sertifikatnya.", code="none")
        _refuse_ended(row.ends_at)
        try:
            key = keys.unlock(bytes(row.key_locked), secret)
        except keys.WrongPassphrase:
            raise WrongSecret("Frasa sandi salah.", code="passphrase") from None
        yield LocalSession(row, key, way)


def _certificate(user_id: int) -> Certificate | None:
    found = certificates.in_force().filter(user=user_id, provider=certificates.LOCAL)
    return found.select_related("authority", "user").first()


def _refuse_ended(ends_at: datetime) -> None:
    if ends_at <= now():
        raise WrongSecret("Sertifikat Anda sudah berakhir. Perbarui dulu.", code="ended")


providers.add("local", Local())
