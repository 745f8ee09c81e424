"""The signed record in a letter's QR code, for whoever checks it without a connection.

A COSE_Sign1 (RFC 9052, ES256) over a few facts as CBOR, written as decimal digits: a QR code packs
three digits into ten bits. It stands in the fragment of the check address, so no server is sent it.
The letter's code is signed too (as external data) but not repeated: it stands in the address.

    digits = the number made of the byte 1 and the bytes of COSE_Sign1
    facts  = {1: number, 2: kind, 3: day, 4: days of validity, 5: about, 6: words, 7: city,
              8: unit, 9: mark}

``day`` counts from 1970-01-01. ``about`` is names as first letters with the number of letters that
follow: "S3 A8". ``words`` is the start of the SHA-256 of every word of the letter. The script that
reads it is ``ui/static/ui/check-letter.js``.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

START = date(1970, 1, 1)
FORM = 1  # the leading byte: which form of record this is
HALF = 32  # bytes of each half of an ES256 signature
LONGEST = {
    "number": 60,
    "kind": 48,
    "unit": 40,
    "about": 40,
}  # characters, so that a QR stays small
PRINT = 16  # bytes of a digest that are kept
_ALG, _KID, _ES256 = 1, 4, -7


class NotARecord(ValueError):
    """The digits are no record, or its signature does not hold."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the record says of a letter."""

    number: str
    kind: str  # its title
    day: date
    valid_until: date | None
    about: str  # ``shortened`` names
    words: bytes  # ``print_of`` its content
    city: str  # digits of the city's code
    unit: str
    mark: str = ""  # "CONTOH", "UJI COBA": no letter to rely on


def shortened(names: Sequence[str]) -> str:
    """Names as a record bears them: each word its first letter and how many follow."""
    said = ", ".join(" ".join(f"{w[0]}{len(w) - 1}" for w in name.split()) for name in names)
    return said[: LONGEST["about"]].rstrip(", ")


def print_of(text: str) -> bytes:
    """The start of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).digest()[:PRINT]


def signed(facts: Facts, *, code: str, key: ec.EllipticCurvePrivateKey, kid: bytes) -> str:
    """The record of a letter as digits."""
    import cbor2

    protected = cbor2.dumps({_ALG: _ES256, _KID: kid}, canonical=True)
    payload = cbor2.dumps(_packed(facts), canonical=True)
    r, s = decode_dss_signature(key.sign(_to_sign(protected, code, payload), ec.ECDSA(SHA256())))
    signature = r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")
    cose = cbor2.dumps([protected, {}, payload, signature])
    return str(int.from_bytes(bytes([FORM]) + cose, "big"))


def key_of(digits: str) -> bytes:
    """The id of the key that is said to have signed a record. Raises NotARecord."""
    protected = _parts(digits)[0]
    try:
        kid = _loads(protected)[_KID]
    except (KeyError, TypeError) as wrong:
        raise NotARecord from wrong
    if not isinstance(kid, bytes):
        raise NotARecord
    return kid


def read(digits: str, *, code: str, key: ec.EllipticCurvePublicKey) -> Facts:
    """What a record says, once its signature holds for this code. Raises NotARecord."""
    protected, payload, signature = _parts(digits)
    halves = (int.from_bytes(signature[:HALF], "big"), int.from_bytes(signature[HALF:], "big"))
    try:
        key.verify(
            encode_dss_signature(*halves), _to_sign(protected, code, payload), ec.ECDSA(SHA256())
        )
        return _unpacked(_loads(payload))
    except (InvalidSignature, KeyError, TypeError, ValueError) as wrong:
        raise NotARecord from wrong


def _loads(raw: bytes) -> Any:
    import cbor2

    try:
        return cbor2.loads(raw)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError) as wrong:
        raise NotARecord from wrong


def _to_sign(protected: bytes, code: str, payload: bytes) -> bytes:
    import cbor2

    found: bytes = cbor2.dumps(["Signature1", protected, code.encode(), payload])
    return found


def _packed(facts: Facts) -> dict[int, Any]:
    packed: dict[int, Any] = {
        1: facts.number[: LONGEST["number"]],
        2: facts.kind[: LONGEST["kind"]],
        3: (facts.day - START).days,
        5: facts.about,
        6: facts.words,
        7: int(facts.city),
        8: facts.unit[: LONGEST["unit"]],
    }
    if facts.mark:
        packed[9] = facts.mark
    if facts.valid_until is not None:
        packed[4] = (facts.valid_until - facts.day).days
    return packed


def _unpacked(packed: Any) -> Facts:
    day = START + timedelta(days=packed[3])
    return Facts(
        number=packed[1],
        kind=packed[2],
        day=day,
        valid_until=day + timedelta(days=packed[4]) if 4 in packed else None,
        about=packed[5],
        words=packed[6],
        city=str(packed[7]),
        unit=packed[8],
        mark=packed.get(9, ""),
    )


def _parts(digits: str) -> tuple[bytes, bytes, bytes]:
    """The protected header, the payload and the signature."""
    if not (digits.isascii() and digits.isdigit() and len(digits) < 2000):
        raise NotARecord
    number = int(digits)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if raw[:1] != bytes([FORM]):
        raise NotARecord
    try:
        protected, _, payload, signature = _loads(raw[1:])
    except (TypeError, ValueError) as wrong:
        raise NotARecord from wrong
    parts = (protected, payload, signature)
    if not all(isinstance(part, bytes) for part in parts) or len(signature) != 2 * HALF:
        raise NotARecord
    return parts
