"""Identifiers nobody can guess or count through."""

import secrets

from kernel.identities import folded

# Crockford's base32: no I, L, O, U, so a code can be read aloud from paper.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def secret_code(length: int = 26) -> str:
    """A random code; 26 characters carry 130 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def normalize_code(text: str) -> str:
    """What a person typed, as the code it was copied from (case, spaces, look-alikes)."""
    typed = folded(text)
    if not typed.isascii():  # str.upper would turn "ı" into "I"
        return typed
    upper = "".join(typed.upper().split()).replace("-", "")
    return upper.replace("O", "0").replace("I", "1").replace("L", "1")
