"""Where an address lies that somebody wrote in words, as far as it says so: only to propose it."""

import re
from dataclasses import dataclass

from kernel.errors import RuleBroken
from kernel.text import fold
from services.residents.place_codes import dusun_slug
from services.residents.places import numbers
from tenants.office.models import Unit

_BOTH = re.compile(r"\brt\W{0,3}rw\W{0,3}(\d{1,3})\W{1,3}(\d{1,3})\b", re.IGNORECASE)
_RT = re.compile(r"\brt\W{0,3}(\d{1,3})\b", re.IGNORECASE)
_RW = re.compile(r"\brw\W{0,3}(\d{1,3})\b", re.IGNORECASE)
# What follows the street: from here on the address names places.
_PLACES = re.compile(
    r"[\s,;]*\b(?:rt|rw|kel|kelurahan|desa|kec|kecamatan)\b.*$", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Place:
    """Parts of an address; "" for what it does not say."""

    street: str
    village: str = ""  # the code
    rw: str = ""
    rt: str = ""


def guess(text: str) -> Place:
    """``Jalan Melati 2, RT 02/RW 01, Kelurahan Belimbing`` taken apart. Queries: one."""
    street = " ".join(_PLACES.sub("", text).split()).strip(" ,;") or " ".join(text.split())
    both = _BOTH.search(text)
    if both is not None:
        rt, rw = both.groups()
    else:
        one, other = _RT.search(text), _RW.search(text)
        rt, rw = (one.group(1) if one else ""), (other.group(1) if other else "")
    return Place(
        street=street[:200], village=_village(text),
        rw=f"{int(rw):03d}" if rw else "", rt=f"{int(rt):03d}" if rt else "",
    )  # fmt: skip


def _village(text: str) -> str:
    """The code of the one village of the city whose name stands in the text; the longest name."""
    words = f" {fold(text)} "
    villages = Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA], is_active=True)
    named: dict[str, list[str]] = {}
    for unit in villages:
        named.setdefault(fold(unit.own_name), []).append(unit.code)
    found = [
        (len(name), codes[0])
        for name, codes in named.items()
        if len(codes) == 1 and name and f" {name} " in words
    ]
    return max(found)[1] if found else ""


def unit_at(*, village: str, rw: str = "", rt: str = "", dusun: str = "") -> Unit:
    """The unit where somebody lives, by the numbers people use; without numbers, the village or
    dusun itself. Raises RuleBroken when there is none, or several in different dusun."""
    wanted = [part for part in (_three(rw), _three(rt)) if part]
    below = Unit.objects.filter(is_active=True, code__startswith=f"{village}/")
    if dusun:
        below = below.filter(code__startswith=f"{village}/{dusun_slug(dusun)}")
    if not wanted and not dusun:
        return Unit.objects.get(code=village)
    found = [
        unit
        for unit in below.order_by("code")
        if _fits(numbers(unit.code), wanted, only_rt=not _three(rw))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise RuleBroken(
            "Ada beberapa RT dengan nomor itu di sini. Isi RW atau dusunnya juga.", field="rt"
        )
    raise RuleBroken(
        "RT itu belum ada di wilayah ini. Periksa lagi nomornya, atau minta admin daerah "
        "menambahkannya.",
        field="rt",
    )


def _three(number: str) -> str:
    digits = "".join(char for char in number if char.isdigit())
    return f"{int(digits):03d}" if digits and int(digits) else ""


def _fits(there: list[str], wanted: list[str], *, only_rt: bool) -> bool:
    if only_rt and wanted:
        return len(there) == 2 and there[1] == wanted[0]
    return there == wanted
