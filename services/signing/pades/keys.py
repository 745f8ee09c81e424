"""Private keys of officials: encrypted under a passphrase of their own, so that the server alone
cannot sign. Argon2id makes the key of AES-256-GCM; what is kept says how."""

import json
import os

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BITS = 2048
_COST = {"time": 3, "memory": 64 * 1024, "lanes": 1}  # memory in KiB


class WrongPassphrase(Exception):
    """It does not open this key."""


def new() -> RSAPrivateKey:
    return generate_private_key(65537, BITS)


def lock(key: RSAPrivateKey, passphrase: str) -> bytes:
    """PKCS#8, encrypted; the parameters stand in front."""
    salt, nonce = os.urandom(16), os.urandom(12)
    head = json.dumps({**_COST, "salt": salt.hex(), "nonce": nonce.hex()}).encode()
    plain = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    under = AESGCM(_derive(passphrase, salt, _COST))
    return len(head).to_bytes(2, "big") + head + under.encrypt(nonce, plain, head)


def unlock(locked: bytes, passphrase: str) -> RSAPrivateKey:
    """Raises WrongPassphrase."""
    length = int.from_bytes(locked[:2], "big")
    head, sealed = locked[2 : 2 + length], locked[2 + length :]
    said = json.loads(head)
    under = AESGCM(_derive(passphrase, bytes.fromhex(said["salt"]), said))
    try:
        plain = under.decrypt(bytes.fromhex(said["nonce"]), sealed, head)
    except InvalidTag:
        raise WrongPassphrase from None
    found = serialization.load_der_private_key(plain, password=None)
    assert isinstance(found, RSAPrivateKey)
    return found


def _derive(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    return hash_secret_raw(
        passphrase.encode(), salt, time_cost=cost["time"], memory_cost=cost["memory"],
        parallelism=cost["lanes"], hash_len=32, type=Type.ID,
    )  # fmt: skip
