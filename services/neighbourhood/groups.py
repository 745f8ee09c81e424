"""Vulnerable groups: who belongs to which, by which rule, as the register and the marks say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from kernel.tanggal import years_after
from services.neighbourhood.models import Mark
from services.residents import codes
from services.residents.models import Person

CHILD, ADULT, OLD = 5, 18, 60  # years


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its name, its rule in words, and the rule as a condition on people."""

    name: str
    rule: str
    holds: Callable[[date], Q]


def _marked(kind: str) -> Q:
    return Q(Exists(Mark.objects.filter(person=OuterRef("pk"), kind=kind, ended_at=None)))


def _under(years: int) -> Callable[[date], Q]:
    return lambda today: Q(birth_date__gt=years_after(today, -years))


def _orphans(today: date) -> Q:
    widowed = Person.objects.living_here().filter(
        household=OuterRef("household"), relation=codes.Relation.HEAD,
        marital=codes.Marital.WIDOWED,
    )  # fmt: skip
    child = Q(relation=codes.Relation.CHILD) & _under(ADULT)(today) & Q(Exists(widowed))
    return child | _marked(Mark.Kind.ORPHAN)


_ALONE = (codes.Marital.DIVORCED, codes.Marital.WIDOWED)
_DISABLED = Q(disability__isnull=False) & ~Q(disability=codes.Disability.NONE)
GROUPS: Mapping[str, Group] = {
    "balita": Group("Balita", "Belum berumur 5 tahun.", _under(CHILD)),
    "lansia": Group(
        "Lansia", "Berumur 60 tahun atau lebih.",
        lambda today: Q(birth_date__lte=years_after(today, -OLD)),
    ),
    "disabilitas": Group(
        "Disabilitas", "Tercatat di data penduduk, atau Anda tandai.",
        lambda _: _DISABLED | _marked(Mark.Kind.DISABLED),
    ),
    "hamil": Group(
        "Ibu hamil", "Tercatat di data penduduk, atau Anda tandai.",
        lambda _: Q(pregnant=True) | _marked(Mark.Kind.PREGNANT),
    ),
    "yatim": Group(
        "Anak yatim atau piatu",
        "Anak di bawah 18 tahun yang kepala keluarganya cerai mati, atau yang Anda tandai.",
        _orphans,
    ),
    "janda-duda": Group(
        "Janda atau duda kepala keluarga", "Kepala keluarga yang cerai hidup atau cerai mati.",
        lambda _: Q(relation=codes.Relation.HEAD, marital__in=_ALONE),
    ),
    "sakit": Group("Sakit menahun", "Anda tandai.", lambda _: _marked(Mark.Kind.CHRONIC)),
    "bantuan": Group("Perlu bantuan", "Anda tandai.", lambda _: _marked(Mark.Kind.NEEDS_HELP)),
    "tanpa-nik": Group(
        "Belum punya NIK", "NIK-nya tidak tercatat di data penduduk.",
        lambda _: Q(nik_print__isnull=True),
    ),
    "tanpa-kk": Group(
        "Belum punya KK", "Nomor KK-nya tidak tercatat di data penduduk.",
        lambda _: Q(household__kk_print__isnull=True),
    ),
    "sementara": Group(
        "Penduduk sementara", "Tercatat tidak tetap, atau tinggal sampai tanggal tertentu.",
        lambda _: Q(residency=codes.Residency.TEMPORARY) | Q(stays_until__isnull=False),
    ),
}  # fmt: skip


def counts(people: QuerySet[Person], today: date) -> dict[str, int]:
    """How many of these people belong to each group. One query."""
    found: dict[str, int] = people.order_by().aggregate(
        **{
            name.replace("-", "_"): Count("pk", filter=group.holds(today), distinct=True)
            for name, group in GROUPS.items()
        }
    )
    return {name: found[name.replace("-", "_")] for name in GROUPS}
