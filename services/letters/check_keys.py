"""The city's keys for records in QR codes: made at first use, exchanged, published."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.db import IntegrityError, transaction

from audit import actions as audit
from services.letters.models import CheckKey
from services.residents.sealing import seal, unseal

KID = 4  # bytes of its thumbprint by which a record names a key
SIDE = 32  # bytes of a coordinate


def in_force(at: datetime) -> CheckKey:
    """The key that signs now, made where there is none yet. One query. Of two that make it at the
    same moment one waits for the other."""
    found = CheckKey.objects.filter(retired_at=None).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _make(at)
    except IntegrityError:  # somebody else was first
        return CheckKey.objects.get(retired_at=None)


@transaction.atomic
def rotate(at: datetime) -> CheckKey:
    """Let a new key sign from now on. The one before stays published: its letters stay good."""
    for key in CheckKey.objects.select_for_update().filter(retired_at=None):
        retire(key, at)
    made = _make(at)
    audit.record("check_key.rotated", actor=None, subject="check_key", subject_id=made.pk)
    return made


def retire(key: CheckKey, at: datetime) -> None:
    """Sign no more with a key; what it can sign with is destroyed."""
    key.retired_at = at
    key.private_sealed = seal("")
    key.save(update_fields=["retired_at", "private_sealed"])


def _make(at: datetime) -> CheckKey:
    private = ec.generate_private_key(ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    x, y = (to_base64(number.to_bytes(SIDE, "big")) for number in (numbers.x, numbers.y))
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return CheckKey.objects.create(
        kid=thumbprint(x, y)[:KID].hex(), x=x, y=y, private_sealed=seal(pem), since=at
    )


def thumbprint(x: str, y: str) -> bytes:
    """RFC 7638, of a key on P-256."""
    words = json.dumps(
        {"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"), sort_keys=True
    )
    return hashlib.sha256(words.encode()).digest()


def private_of(key: CheckKey) -> ec.EllipticCurvePrivateKey:
    found = load_pem_private_key(unseal(key.private_sealed).encode(), password=None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found


def public_of(key: CheckKey) -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(from_base64(text), "big") for text in (key.x, key.y))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def as_jwk(key: CheckKey) -> Mapping[str, object]:
    """A key as it is published: a JWK (RFC 7517), with the time it signs or signed in."""
    return {
        "kty": "EC", "crv": "P-256", "alg": key.algorithm, "use": "sig", "kid": key.kid,
        "x": key.x, "y": key.y, "since": key.since.isoformat(),
        "until": key.retired_at.isoformat() if key.retired_at else None,
    }  # fmt: skip


def to_base64(raw: bytes) -> str:
    """Base64url without its filling."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    """Base64url without its filling."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
