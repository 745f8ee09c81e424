"""NIK and KK numbers at rest: sealed for reading back, fingerprinted for exact lookup.

Both keys are derived from the city's own data key, so destroying that key makes every number
unreadable, and the same NIK has a different fingerprint in each city. While that key is exchanged,
rows are sealed and fingerprinted with the new one, and read and found by both: look numbers up by
``prints``, never by one fingerprint.
"""

import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tenants.registry.current import city
from tenants.registry.keys import city_keys

_NONCE = 12


@lru_cache(maxsize=2048)
def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(key)


def _keys(purpose: bytes) -> list[bytes]:
    """The current city's keys for this purpose, the one in force first."""
    return [_derived(key, purpose) for key in city_keys(city())]


def seal(text: str) -> bytes:
    """Encrypt with the current city's key (AES-256-GCM, random nonce in front)."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_keys(b"seal")[0]).encrypt(nonce, text.encode(), None)


def unseal(sealed: bytes | memoryview) -> str:
    """Decrypt; raises cryptography's InvalidTag when altered or of another city."""
    raw = bytes(sealed)
    *before, last = _keys(b"seal")
    for key in before:
        try:
            return _opened(key, raw)
        except InvalidTag:
            continue
    return _opened(last, raw)


def is_current(sealed: bytes | memoryview) -> bool:
    """Whether this was sealed with the key in force."""
    try:
        _opened(_keys(b"seal")[0], bytes(sealed))
    except InvalidTag:
        return False
    return True


def _opened(key: bytes, raw: bytes) -> str:
    return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()


def fingerprint(number: str) -> bytes:
    """Keyed hash to write; equal only for equal numbers within one city. ``prints`` finds."""
    return _print(_keys(b"fingerprint")[0], number)


def prints(number: str) -> list[bytes]:
    """The fingerprints by which this number may stand in the register; the first is the one to
    write. More than one only while the city's key is exchanged."""
    return [_print(key, number) for key in _keys(b"fingerprint")]


def _print(key: bytes, number: str) -> bytes:
    return hmac.digest(key, number.encode(), "sha256")


def seal_key() -> bytes:
    """The key of ``seal``, for whoever seals many things. Never log it, never keep it."""
    return _keys(b"seal")[0]


def print_key() -> bytes:
    """The key of ``fingerprint``, likewise."""
    return _keys(b"fingerprint")[0]
