"""What a signature's words and answers must be like. Plain functions."""

import ipaddress
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit

from kernel.errors import RuleBroken
from kernel.text import tidy

SKEW = timedelta(minutes=15)  # by which clocks of signers and ours may differ
SHORTEST_PASSPHRASE = 12
MOST_ANSWER = 4000  # characters of an answer that are kept
_LONG = re.compile(r"[A-Za-z0-9+/=_\-]{200,}")
_DIGITS = re.compile(r"(?<!\d)\d{16}(?!\d)")
_SECRET_KEYS = frozenset(
    {"passphrase", "totp", "file", "nik", "email", "password", "base64_signed_file"}
)
WRONG_MANY = 3  # wrong passphrases in a row, after which the official is warned


def cleaned(answer: object, *secrets: str) -> dict[str, Any]:
    """An answer as it may be kept: without files, passphrases and NIKs, and not too long."""
    found = _clean(answer, tuple(one for one in secrets if one))
    kept = found if isinstance(found, dict) else {"text": found}
    if len(json.dumps(kept, ensure_ascii=False)) > MOST_ANSWER:
        return {"text": json.dumps(kept, ensure_ascii=False)[:MOST_ANSWER], "cut": True}
    return kept


def _clean(value: object, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return {
            str(key)[:100]: "…" if str(key).casefold() in _SECRET_KEYS else _clean(part, secrets)
            for key, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [_clean(part, secrets) for part in value[:50]]
    if isinstance(value, str):
        for one in secrets:
            value = value.replace(one, "…")
        return _DIGITS.sub("…", _LONG.sub("…", value)).replace("\x00", "")[:MOST_ANSWER]
    if value is None or isinstance(value, bool):
        return value
    text = str(value)[:200]  # a NIK or a code may come as a number
    kept = _clean(text, secrets)
    return value if isinstance(value, int | float) and kept == text else kept


def new_passphrase(typed: str, again: str, name: str) -> str:
    """A passphrase for a certificate, as typed. Raises RuleBroken."""
    if len(typed) < SHORTEST_PASSPHRASE:
        raise RuleBroken(
            f"Frasa sandi paling sedikit {SHORTEST_PASSPHRASE} huruf. Beberapa kata acak lebih "
            "mudah diingat dan lebih kuat.", field="passphrase",
        )  # fmt: skip
    if len(set(typed)) < 6 or typed.casefold() in name.casefold():
        raise RuleBroken("Frasa sandi ini mudah ditebak. Pakai yang lain.", field="passphrase")
    if typed != again:
        raise RuleBroken("Frasa sandi yang kedua tidak sama. Ketik keduanya lagi.", field="again")
    return typed


def signed_at(said: datetime | None, *, began: datetime | None, at: datetime) -> datetime:
    """When it was signed: as the signature itself says, where that is between its order and now,
    as far as clocks may differ; else now."""
    if said is None or began is None or not began - SKEW <= said <= at + SKEW:
        return at
    return said


def reason_of(typed: str, field: str = "reason") -> str:
    """Why an official does not sign, or how an outcome was found out. Raises RuleBroken."""
    words = tidy(typed)
    if len(words) < 10:
        raise RuleBroken("Tulis alasannya, paling sedikit 10 huruf.", field=field)
    return words[:300]


def address_of_gateway(typed: str, *, allow_http: bool) -> str:
    """Where a gateway is: https, or with the switch plain http to a private address. Raises
    RuleBroken."""
    found = _address(typed)
    if found is None or found.query:
        raise RuleBroken(
            "Tulis alamat gateway lengkap, misalnya https://esign.contoh.go.id, tanpa nama "
            "pengguna dan kata sandi.", field="base",
        )  # fmt: skip
    if found.scheme == "http":
        if not allow_http:
            raise RuleBroken(
                "Alamat ini tidak memakai https, jadi frasa sandi pejabat tidak terlindungi. "
                "Pakai https, atau izinkan http bila gateway ada di jaringan dalam.", field="base",
            )  # fmt: skip
        if not is_private(found.hostname or ""):
            raise RuleBroken(
                "Tanpa https hanya alamat IP jaringan dalam yang boleh (10.…, 172.16.…, "
                "192.168.…, 127.…). Pakai https untuk alamat ini.", field="base",
            )  # fmt: skip
    return f"{found.scheme}://{found.netloc}{found.path.rstrip('/')}"


def server_of(address: str) -> str:
    """Scheme, host and port of an address, as keys belong to it; "" for none."""
    found = urlsplit(address)
    if not found.hostname:
        return ""
    port = found.port or (443 if found.scheme == "https" else 80)
    return f"{found.scheme}://{found.hostname}:{port}"


def address_of_stamps(typed: str) -> str:
    """Where time stamps come from. What a stamp says is signed, so plain http is enough. Raises
    RuleBroken."""
    found = _address(typed)
    if found is None or found.fragment:
        raise RuleBroken(
            "Tulis alamat stempel waktu lengkap, misalnya https://tsa.contoh.go.id, tanpa nama "
            "pengguna dan kata sandi.", field="tsa",
        )  # fmt: skip
    return found.geturl()


def _address(typed: str) -> SplitResult | None:
    """An address on the web that names a server, and nobody's name or password."""
    try:
        found = urlsplit(typed.strip())
        host, _port = found.hostname, found.port
    except ValueError:
        return None
    is_web = found.scheme in ("http", "https") and bool(host)
    return found if is_web and not found.username else None


def is_private(host: str) -> bool:
    """Whether this is an IP address inside an organisation's own network."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    return (found.is_private or found.is_loopback) and not found.is_link_local


def shares_name(common_name: str, name: str) -> bool:
    """Whether a certificate's name and an official's printed name are of one person: the words of
    the shorter all stand in the longer, academic titles aside."""
    mine, theirs = _words(name), _words(common_name)
    few, many = sorted((mine, theirs), key=len)
    return bool(few) and few <= many


def _words(name: str) -> set[str]:
    bare = name.split(",")[0].casefold()  # titles stand behind the comma
    words = {word for word in re.findall(r"[^\W\d_]+", bare) if len(word) > 2}
    return words - {"drs", "dra", "prof", "ir", "dr", "haji", "hj"}


def common_name(subject: str) -> str:
    """The name in a certificate's subject (RFC 4514), as people read it."""
    found = re.search(r"(?:^|,)CN=((?:\\.|[^,\\])*)", subject)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else subject
