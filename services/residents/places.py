"""Where residents live: the path of an RT below its kelurahan or desa.

``64.74.01.1001/002/005`` is RT 005 in RW 002. Not every village has both:

- RT without RW: ``64.74.01.1001/000/005``; its parent is the village
- RW without RT: ``64.74.01.1001/002``
- neither: the code of the village itself
- two dusun that each have an RT 005 in RW 002: ``64.74.01.1001/krajan/002/005``
- a dusun (lingkungan, jorong, banjar) without RT: ``64.74.01.1001/krajan``
"""

from collections.abc import Iterable, Mapping

from django.utils.text import slugify

from kernel import text
from kernel.errors import RuleBroken
from tenants.office.calling import words_for_new
from tenants.office.kinds import DUSUN_WORDS, VILLAGE_WORDS, Words
from tenants.office.models import Unit
from tenants.office.queries import ancestor_codes

NO_RW = "000"
_DUSUN = DUSUN_WORDS | {"dsn", "dsn.", "dukuh", "banjar"}
_LONGEST_DUSUN = 15  # characters of a code: 40 in all


def place_code(village: str, *, rw: str = "", rt: str = "", dusun: str = "") -> str:
    """The code of the deepest known place; ``rw`` and ``rt`` have three digits or are ""."""
    parts = [village, dusun_slug(dusun) if dusun else ""]
    if rw or rt:
        parts += [rw or NO_RW, rt]
    return "/".join(part for part in parts if part)


def dusun_slug(name: str) -> str:
    """The part of a path that stands for a dusun. Raises RuleBroken."""
    words = name.split()
    if len(words) > 2 and " ".join(words[:2]).casefold() in DUSUN_WORDS:
        words = words[2:]
    elif len(words) > 1 and words[0].casefold() in _DUSUN:
        words = words[1:]
    slug = slugify(" ".join(words))
    if not slug or slug.isdigit() or len(slug) > _LONGEST_DUSUN:
        raise RuleBroken(
            f"dusun “{name[:40]}” harus nama dengan huruf, paling banyak {_LONGEST_DUSUN} huruf"
        )
    return slug


def ensure_rts(codes_wanted: Iterable[str]) -> dict[str, Unit]:
    """The units with these codes, created with what they lie in where absent.

    A new RT or RW below a dusun carries the name of the dusun.
    """
    wanted = {code for code in codes_wanted if "/" in code}
    rws = {above for code in wanted if (above := code.rpartition("/")[0]) and _is_rw(above)}
    rws |= {code for code in wanted if _is_rw(code)}
    dusun = {up for code in wanted for up in [code, *ancestor_codes(code)] if _is_dusun(up)}
    _ensure(dusun, Unit.Kind.DUSUN)
    _ensure(rws, Unit.Kind.RW)
    _ensure(wanted - rws - dusun, Unit.Kind.RT)
    return {unit.code: unit for unit in Unit.objects.filter(code__in=set(codes_wanted))}


def numbers(code: str) -> list[str]:
    """RW and RT of a code, as far as it has them: ``["002", "005"]``, ``["002"]``, ``[]``."""
    return [part for part in code.split("/")[1:] if part.isdigit()]


def _is_rw(code: str) -> bool:
    return len(numbers(code)) == 1 and not code.endswith(f"/{NO_RW}")


def _is_dusun(code: str) -> bool:
    return "/" in code and not code.rpartition("/")[2].isdigit()


def _ensure(wanted: set[str], kind: str) -> None:
    above = {code: ancestor_codes(code) for code in wanted}
    known = {
        unit.code: unit
        for unit in Unit.objects.filter(code__in=wanted.union(*above.values()) if wanted else ())
    }
    words: dict[str, Words] = {}  # by village
    new = []
    for code in sorted(wanted - known.keys()):
        village = code.partition("/")[0]
        if village not in words:
            words[village] = words_for_new(kind, code)
        called = words[village]
        parent = next(known[up] for up in above[code] if up in known)
        unit = Unit(kind=kind, code=code, word=called.word, head=called.head, parent=parent)
        unit.name = f"{called.word} {_own_name(code, known)}"
        new.append(unit)
    Unit.objects.bulk_create(new, ignore_conflicts=True)


def _own_name(code: str, known: Mapping[str, Unit]) -> str:
    """``Krajan``, or ``005 Dusun Krajan`` for an RT or RW that lies in a dusun."""
    last = code.rpartition("/")[2]
    if not last.isdigit():
        return last.replace("-", " ").title()
    dusun = next((known[up] for up in ancestor_codes(code) if _is_dusun(up) and up in known), None)
    return f"{last} {dusun.name}" if dusun else last


class Villages:
    """Finds the kelurahan or desa a text means, by code or by name."""

    def __init__(self) -> None:
        villages = [Unit.Kind.KELURAHAN, Unit.Kind.DESA]
        found = Unit.objects.filter(kind__in=villages, is_active=True)
        self.by_code = {unit.code: unit for unit in found}
        self.by_name: dict[str, list[Unit]] = {}
        for unit in self.by_code.values():
            self.by_name.setdefault(_bare(unit.name), []).append(unit)

    def find(self, typed: str) -> Unit:
        """Raises RuleBroken when there is none or more than one."""
        if typed in self.by_code:
            return self.by_code[typed]
        found = self.by_name.get(_bare(typed), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise RuleBroken(
                f"ada {len(found)} kelurahan/desa bernama “{typed[:60]}”; tulis kodenya, "
                f"misalnya {found[0].code}"
            )
        raise RuleBroken(f"kelurahan/desa “{typed[:60]}” tidak ada di daerah ini")


def _bare(name: str) -> str:
    """A village's name for comparing, without the word for its kind in front."""
    words = text.fold(name).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in _KINDS else words)


_KINDS = VILLAGE_WORDS | {"kel", "ds", "ds.", "kel."}
