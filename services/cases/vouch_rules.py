"""Changing how requests pass the neighbourhood, and saying what will happen."""

from typing import Any

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from services.cases.models import VouchRules
from services.cases.way import Way
from services.catalogue.steps import Clock
from tenants.office.models import Unit

NAMES = (
    "rw_follows", "rt_amount", "rt_unit", "rw_amount", "rw_unit", "silence", "own", "household",
)  # fmt: skip
MOST = {"jam": 336, "jam_kerja": 80, "hari": 14, "hari_kerja": 10}  # of a neighbour's time


@transaction.atomic
def set_rules(*, unit: Unit, values: dict[str, Any], by: User) -> VouchRules:
    """Note the rules of the city, or of one village of it. Cases that are under way keep theirs.
    Raises RuleBroken."""
    for who in ("rt", "rw"):
        most = MOST[values[f"{who}_unit"]]
        if values[f"{who}_amount"] > most:
            raise RuleBroken(
                f"Paling lama {most} {VouchRules.Span(values[f'{who}_unit']).label}: warga "
                "menunggu selama itu.",
                field=f"{who}_amount",
            )
    rules, _ = VouchRules.objects.select_for_update().update_or_create(
        unit=unit, defaults={name: values[name] for name in NAMES}
    )
    audit.record("vouch_rules.set", actor=by, subject="unit", subject_id=unit.pk,
                 detail={name: values[name] for name in NAMES})  # fmt: skip
    return rules


@transaction.atomic
def drop_rules(*, unit: Unit, by: User) -> None:
    """The village goes by the rules of the city again, the city by what each service says."""
    gone, _ = VouchRules.objects.filter(unit=unit).delete()
    if gone:
        audit.record("vouch_rules.dropped", actor=by, subject="unit", subject_id=unit.pk)


def _time(clock: Clock) -> str:
    return f"{clock.amount} {VouchRules.Span(clock.unit).label}"


def in_sentences(way: Way) -> list[str]:
    """What will happen to a request, in plain words."""
    told = [f"Ketua RT punya waktu {_time(way.rt)} untuk menjawab."]
    if way.rw_follows:
        told.append(
            f"Sesudah itu Ketua RW menjawab juga, dalam {_time(way.rw)}; baru kemudian sampai di "
            "kelurahan atau desa."
        )
        told.append("Bila Ketua RT tidak menjawab, permohonan diteruskan ke Ketua RW.")
        told.append("Bila Ketua RW tidak menjawab, permohonan diteruskan ke kelurahan atau desa.")
    elif way.silence == "rw":
        told.append(
            f"Bila tidak menjawab, Ketua RW yang ditanya dan punya waktu {_time(way.rw)}. Bila "
            "Ketua RW juga tidak menjawab, permohonan diteruskan ke kelurahan atau desa."
        )
    else:
        told.append("Bila tidak menjawab, permohonan diteruskan ke kelurahan atau desa.")
    last = "Ketua RT tetangga" if way.own == "neighbour" else "kelurahan atau desa"
    whose = "Permohonan Ketua RT sendiri"
    if way.household:
        whose += " dan keluarga serumahnya"
    told.append(f"{whose} dijawab wakilnya; bila tidak ada Ketua RW; bila tidak ada {last}.")
    return told
