"""Secrets of the second step at rest: a copy of the database opens nobody's account.

A phone's key is encrypted (AES-256-GCM, bound to its owner); of a recovery code only a keyed hash
is kept. The newest key of ``settings.SECOND_STEP_KEYS`` seals, every one of them opens.
"""

import base64
import hashlib
import hmac
import os
from binascii import unhexlify
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MARK = "s1."  # never in the hex of a key that is not sealed yet
_NONCE = 12


class Unreadable(RuntimeError):
    """Sealed with a key this installation does not have."""


@lru_cache(maxsize=16)
def _derived(text: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(base64.urlsafe_b64decode(text))


def _keys(purpose: bytes) -> list[bytes]:
    return [_derived(text, purpose) for text in settings.SECOND_STEP_KEYS]


def is_sealed(stored: str) -> bool:
    return stored.startswith(MARK)


def seal(secret: bytes, *, owner: int) -> str:
    """The form in which a phone's key is stored: 67 characters for 20 bytes; the column has 80."""
    nonce = os.urandom(_NONCE)
    box = AESGCM(_keys(b"second step: phone")[0]).encrypt(nonce, secret, str(owner).encode())
    return MARK + base64.urlsafe_b64encode(nonce + box).decode()


def unseal(stored: str, *, owner: int) -> tuple[bytes, bool]:
    """A phone's key, and whether its form is today's. Raises Unreadable."""
    try:
        if not is_sealed(stored):
            return unhexlify(stored), False
        raw = base64.urlsafe_b64decode(stored.removeprefix(MARK))
    except ValueError as error:
        raise Unreadable("a phone's key is damaged") from error
    for place, key in enumerate(_keys(b"second step: phone")):
        try:
            found = AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], str(owner).encode())
        except InvalidTag:
            continue
        return found, place == 0
    raise Unreadable("a phone's key does not open: is a key missing in BALAI_SECOND_STEP_KEYS?")


def opens(stored: str, *, owner: int) -> bool:
    try:
        unseal(stored, owner=owner)
    except Unreadable:
        return False
    return True


def prints(code: str) -> list[str]:
    """A recovery code as it may be stored: 80 bits of a keyed hash, today's form first. Capitals,
    so that nobody can type one instead of the code."""
    found = []
    for key in _keys(b"second step: paper"):
        digest = hmac.new(key, code.encode(), hashlib.sha256).digest()
        found.append(base64.b32encode(digest[:10]).decode())
    return found
