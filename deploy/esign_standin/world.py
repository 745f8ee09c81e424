"""What the stand-in knows: officials, its authority, what it really signed, which faults come."""

import hashlib
import random
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from deploy.esign_standin.marks import Picture, look_of
from services.signing.pades import increment, issuing, keys
from services.signing.pades.cms import Sealer

USER, PASSWORD = "balai", "gateway"


@dataclass
class Official:
    """Somebody with a certificate, or without."""

    name: str
    passphrase: str
    totp: str = ""
    status: str = "ISSUE"
    key: Any = None
    certificate: Any = None
    sealer: Any = None


@dataclass
class Fault:
    part: str
    kind: str
    times: int = 1


@dataclass
class World:
    """Everything in memory."""

    lock: Any = field(default_factory=threading.RLock)
    officials: dict[str, Official] = field(default_factory=dict)  # by NIK and by e-mail
    faults: list[Fault] = field(default_factory=list)
    rates: dict[str, float] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311
    signed: dict[str, int] = field(default_factory=dict)  # how often, by SHA-256 of the input
    results: dict[str, bytes] = field(default_factory=dict)  # the last result, likewise
    downloads: dict[str, bytes] = field(default_factory=dict)  # of v1, once each
    calls: list[str] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)  # how often each fault came
    y_from: str = "top"  # edge of the page from which places of marks are counted, or "bottom"
    seconds: float = 2.0  # of "slow"; "silent" holds four times as long

    def __post_init__(self) -> None:
        at = datetime.now(UTC) - timedelta(days=1)
        self.root_key = keys.new()
        self.root = issuing.authority(
            self.root_key, government="Balai Sertifikasi Tiruan", at=at, mark="TIRUAN"
        )

    def register(self, form: dict[str, str]) -> None:
        made = Official(
            form["name"], form["passphrase"], form.get("totp", ""), form.get("status", "ISSUE")
        )
        made.key = keys.new()
        made.certificate = issuing.official(
            made.key.public_key(), name=made.name, post="Pejabat", government="Pemerintah Tiruan",
            issuer=self.root, issuer_key=self.root_key, at=datetime.now(UTC),
        )  # fmt: skip
        made.sealer = Sealer(made.key, der(made.certificate), [der(self.root)])
        for name in filter(None, (form.get("nik"), form.get("email"))):
            self.officials[name] = made

    def fault(self, path: str) -> str:
        """What goes wrong with this call; "" where nothing does."""
        with self.lock:
            found = ""
            for one in self.faults:
                if one.part in path and one.times:
                    one.times -= 1
                    found = one.kind
                    break
            if not found and self.rates and "sign/pdf" in path:
                drawn = self.chance.random()
                for kind, share in self.rates.items():
                    drawn -= share
                    if drawn < 0:
                        found = kind
                        break
            if found:
                self.kinds[found] = self.kinds.get(found, 0) + 1
            return found

    def sign(
        self, who: Official, pdf: bytes, *, reason: str, place: str, mark: Picture | None = None
    ) -> bytes:
        """Really sign, and write down that it was done."""
        number = pdf.count(b"/ETSI.CAdES.detached") + 1
        opened = None
        if mark is None:
            opened = increment.add(
                pdf, at=datetime.now(UTC), name=who.name, reason=reason, place=place,
                room=who.sealer.room, field=f"Signature{number}",
            )  # fmt: skip
        if opened is not None:
            made = opened.closed(who.sealer.sign(opened.digest))
        else:
            made = self._by_pyhanko(who, pdf, number, reason, place, mark)
        digest = hashlib.sha256(pdf).hexdigest()
        with self.lock:
            self.signed[digest] = self.signed.get(digest, 0) + 1
            self.results[digest] = made
        return made

    def _by_pyhanko(
        self, who: Official, pdf: bytes, number: int, reason: str, place: str,
        mark: Picture | None,
    ) -> bytes:  # fmt: skip
        from services.signing.pades import by_pyhanko
        from services.signing.providers import Asked

        asked = Asked(pdf, f"Signature{number}", reason, place, datetime.now(UTC))
        look: Any = None
        if mark is not None:
            look = look_of(mark, pdf, asked.field, y_from=self.y_from)
        return by_pyhanko.sign(
            asked, who.key, who.certificate, self.root, level="B-B", time_stamps="", revoked=b"",
            name=who.name, look=look,
        )  # fmt: skip

    def keep_download(self, pdf: bytes) -> str:
        with self.lock:
            number = uuid.uuid4().hex
            self.downloads[number] = pdf
            return number


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
