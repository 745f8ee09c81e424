"""Each city's data key: 32 random bytes, stored only wrapped by the installation's master key.

AES-256-GCM, 12-byte random nonce in front, the city's code as associated data: a wrapped key
copied to another city's row does not open.
"""

import base64
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tenants.registry.models import City

NONCE = 12


class KeyLost(RuntimeError):
    """The stored data key does not open with this master key."""


@lru_cache(maxsize=2)
def _master(text: str) -> AESGCM:
    try:
        key = base64.urlsafe_b64decode(text)
    except ValueError as error:
        raise ImproperlyConfigured("BALAI_MASTER_KEY is not base64url.") from error
    if len(key) != 32:
        raise ImproperlyConfigured("BALAI_MASTER_KEY must be 32 bytes in base64url.")
    return AESGCM(key)


def wrap(key: bytes, *, code: str) -> bytes:
    """The form in which a data key may be stored."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _master(settings.MASTER_KEY).encrypt(nonce, key, code.encode())


def unwrap(stored: bytes, *, code: str) -> bytes:
    """The 32 bytes of a stored data key; KeyLost when it was altered or the master key is not
    the one it was wrapped with."""
    try:
        return _master(settings.MASTER_KEY).decrypt(stored[:NONCE], stored[NONCE:], code.encode())
    except (InvalidTag, ValueError) as error:
        raise KeyLost(f"the data key of city {code} does not open") from error


def new_city_key(*, code: str) -> bytes:
    """A fresh data key, wrapped, for ``City.data_key``."""
    return wrap(secrets.token_bytes(32), code=code)


def city_key(city: City) -> bytes:
    """The city's 32-byte data key. Never log it, never cache it outside the process."""
    return unwrap(bytes(city.data_key), code=city.code)
