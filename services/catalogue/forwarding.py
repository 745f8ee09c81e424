"""To where the desks of a service may forward a case. Plain Python; ``services.cases.forwarding``
keeps to it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, get_args

from services.catalogue.findings import Finding, Vacancy
from services.catalogue.steps import DeskStep
from tenants.office.roles import DESK_WORK, Role

# Other desks of the same office; from a dinas another one; from a village the kecamatan above; from
# a kecamatan a village below.
Reach = Literal["office", "dinas", "above", "below"]
REACHES: tuple[Reach, ...] = get_args(Reach)
USUAL: tuple[Reach, ...] = ("office", "dinas")
WORDS: Mapping[Reach, str] = {
    "office": "Ke meja lain di kantor yang sama",
    "dinas": "Dari dinas ke dinas lain",
    "above": "Dari kelurahan atau desa ke kecamatan di atasnya",
    "below": "Dari kecamatan ke kelurahan atau desa di wilayahnya",
}
_WAYS: tuple[tuple[Reach, str, str, str, str], ...] = (
    ("above", "kelurahan", "kelurahan atau desa", "kecamatan", "kecamatan"),
    ("below", "kecamatan", "kecamatan", "kelurahan", "kelurahan atau desa"),
)


def findings(
    reaches: Collection[Reach],
    desks: Sequence[DeskStep],
    vacancies: Sequence[Vacancy],
    roles: Mapping[str, Role],
) -> Iterator[Finding]:
    """Offices that a service lets its desks forward to and that would receive nothing."""
    for reach, level, here, other, there in _WAYS:
        if reach not in reaches:
            continue
        steps = [desk for desk in desks if desk.level == level]
        able = [d for d in steps if d.role in roles and other in roles[d.role].levels]
        if not steps:
            words = f"Tidak ada langkah di {here}, jadi tidak ada yang diteruskan ke {there}. "
        elif not able:
            known = ", ".join(roles[d.role].title for d in steps if d.role in roles)
            words = f"Di {there} tidak ada jabatan {known}, jadi tidak ada yang sampai di sana. "
        elif _is_empty(other, vacancies, roles):
            words = f"Di {there} belum ada pejabat yang bisa menerima. Tunjuk dulu, atau "
            yield Finding("warning", "forward_to", f"{words}hapus centangnya.")
            continue
        else:
            continue
        yield Finding("warning", "forward_to", f"{words}Hapus centangnya.")


def _is_empty(level: str, vacancies: Sequence[Vacancy], roles: Mapping[str, Role]) -> bool:
    """Whether nobody works at a desk at this level; not known without the city's posts."""
    there = [
        one
        for one in vacancies
        if one.level == level and one.role in roles and roles[one.role].can & DESK_WORK
    ]
    return bool(there) and all(one.vacant == one.units for one in there)
