"""E-mail addresses and other texts that identify somebody: one spelling, compared one way.

PostgreSQL's UPPER folds more characters onto each other than an address does ("ı" becomes "I"),
so a look-up by ``iexact`` can find the account of another person (CVE-2019-19844). Compare what
``folded`` returns, in Python or with an exact look-up.
"""

import re
import unicodedata

from kernel.errors import RuleBroken
from kernel.text import line

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?!\d+$){_LABEL}")

ONLY_ASCII = (
    "Alamat e-mail hanya memakai huruf a sampai z tanpa tanda, angka, titik, dan tanda hubung. "
    "Hapus alamat ini, lalu ketik ulang."
)
NO_ADDRESS = "Alamat e-mail ini keliru. Periksa ejaannya."


def folded(text: str) -> str:
    """The form in which two identities are compared: NFKC, case-folded, nothing invisible."""
    return unicodedata.normalize("NFKC", line(text)).casefold()


def is_same(one: str, other: str) -> bool:
    """Whether two texts name the same identity; an empty text names none."""
    return bool(folded(one)) and folded(one) == folded(other)


def is_same_phone(one: str, other: str) -> bool:
    """Whether two texts are one telephone number: ``+62 812…`` and ``0812…`` are; an empty text
    is no number."""
    return bool(_national(one)) and _national(one) == _national(other)


def _national(phone: str) -> str:
    return re.sub(r"^(?:0062|62|0)", "", "".join(ch for ch in phone if ch.isdigit()))


def parse_email(text: str) -> str:
    """An e-mail address in lower case, as it is stored and mailed to.

    Raises RuleBroken (field ``email``) for characters outside ASCII: a domain with such a letter
    is another domain in DNS than the one it looks like, and our mail server sends to no such
    local part. Source: RFC 5321 4.1.2 without quoted local parts and address literals.
    """
    address = line(text)
    if not address.isascii():
        raise RuleBroken(ONLY_ASCII, field="email")
    address = address.lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise RuleBroken(NO_ADDRESS, field="email")
    return address
