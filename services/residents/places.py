"""Where residents live: the path of an RT below its kelurahan or desa.

``64.74.01.1001/002/005`` is RT 005 in RW 002. Not every village has both:

- RT without RW: ``64.74.01.1001/000/005``; its parent is the village
- RW without RT: ``64.74.01.1001/002``
- neither: the code of the village itself
- two dusun that each have an RT 005 in RW 002: ``64.74.01.1001/krajan/002/005``
- a dusun (lingkungan, jorong, banjar) without RT: ``64.74.01.1001/krajan``
"""

from collections.abc import Iterable, Mapping

from services.residents.place_codes import NO_RW, VillageNames
from tenants.office.actions import open_posts_of
from tenants.office.calling import words_for_new
from tenants.office.kinds import Words
from tenants.office.models import Unit
from tenants.office.queries import ancestor_codes


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
    if new:
        open_posts_of(list(Unit.objects.filter(code__in=[unit.code for unit in new])))


def _own_name(code: str, known: Mapping[str, Unit]) -> str:
    """``Krajan``, or ``005 Dusun Krajan`` for an RT or RW that lies in a dusun."""
    last = code.rpartition("/")[2]
    if not last.isdigit():
        return last.replace("-", " ").title()
    dusun = next((known[up] for up in ancestor_codes(code) if _is_dusun(up) and up in known), None)
    return f"{last} {dusun.name}" if dusun else last


def village_names() -> VillageNames:
    """The city's kelurahan and desa, to be found by what people call them."""
    villages = [Unit.Kind.KELURAHAN, Unit.Kind.DESA]
    found = Unit.objects.filter(kind__in=villages, is_active=True)
    return VillageNames(found.order_by("code").values_list("code", "name"))
