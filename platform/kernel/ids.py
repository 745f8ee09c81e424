"""Identifiers: codes that nobody can guess or count through, and ids of rows as they are sent."""

import secrets

from kernel.identities import folded

# Crockford's base32: no I, L, O, U, so a code can be read aloud from paper.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LONGEST_ID = 19  # digits of a bigint


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


def row_id(typed: str) -> int:
    """The id of a row that a form or an address sent; 0, which none has, for what is no id."""
    is_id = typed.isascii() and typed.isdigit() and len(typed) < LONGEST_ID
    return int(typed) if is_id else 0
