"""Each city's data key: 32 random bytes, stored only wrapped by the installation's master key.

AES-256-GCM, 12-byte random nonce in front, the city's code as associated data: a wrapped key
copied to another city's row does not open.

While a city's key is exchanged (``ownership.rotation``) its row has two: the new one seals, both
open. While the master key is exchanged, the old one opens too.
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


@lru_cache(maxsize=8)
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
    """The 32 bytes of a stored data key; KeyLost when it was altered or none of the master keys
    is the one it was wrapped with."""
    for text in (settings.MASTER_KEY, *settings.OLD_MASTER_KEYS):
        try:
            return _master(text).decrypt(stored[:NONCE], stored[NONCE:], code.encode())
        except (InvalidTag, ValueError):
            continue
    raise KeyLost(f"the data key of city {code} does not open")


def is_current(stored: bytes, *, code: str) -> bool:
    """Whether a stored data key is wrapped by the master key in force."""
    try:
        _master(settings.MASTER_KEY).decrypt(stored[:NONCE], stored[NONCE:], code.encode())
    except (InvalidTag, ValueError):
        return False
    return True


def new_city_key(*, code: str) -> bytes:
    """A fresh data key, wrapped, for ``City.data_key``."""
    return wrap(secrets.token_bytes(32), code=code)


def city_key(city: City) -> bytes:
    """The city's 32-byte data key. Never log it, never cache it outside the process."""
    return unwrap(bytes(city.data_key), code=city.code)


def city_keys(city: City) -> list[bytes]:
    """The keys that open what the city sealed: its own, and the one before while that is being
    exchanged."""
    stored = [bytes(city.data_key), bytes(city.previous_key or b"")]
    return [unwrap(one, code=city.code) for one in stored if one]
