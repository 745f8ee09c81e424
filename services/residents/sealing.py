"""NIK and KK numbers at rest: sealed for reading back, fingerprinted for exact lookup.

Both keys are derived from the city's own data key, so destroying that key makes every number
unreadable, and the same NIK has a different fingerprint in each city.
"""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tenants.registry.current import city
from tenants.registry.keys import city_key

_NONCE = 12


@lru_cache(maxsize=2048)
def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(key)


def _key(purpose: bytes) -> bytes:
    return _derived(city_key(city()), purpose)


def seal(text: str) -> bytes:
    """Encrypt with the current city's key (AES-256-GCM, random nonce in front)."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key(b"seal")).encrypt(nonce, text.encode(), None)


def unseal(sealed: bytes | memoryview) -> str:
    """Decrypt; raises cryptography's InvalidTag when altered or of another city."""
    raw = bytes(sealed)
    return AESGCM(_key(b"seal")).decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()


def fingerprint(number: str) -> bytes:
    """Keyed hash for exact lookup; equal only for equal numbers within one city."""
    return hmac.new(_key(b"fingerprint"), number.encode(), hashlib.sha256).digest()


def seal_key() -> bytes:
    """The key of ``seal``, for whoever seals many things. Never log it, never keep it."""
    return _key(b"seal")


def print_key() -> bytes:
    """The key of ``fingerprint``, likewise."""
    return _key(b"fingerprint")
