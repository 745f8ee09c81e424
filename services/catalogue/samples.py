"""An invented applicant and invented answers to any service: for previews and walks."""

from collections.abc import Iterable
from datetime import date
from itertools import count

from services.catalogue.blueprint import Blueprint
from services.questions.conditions import Answer, Condition, all_hold
from services.questions.kind import House, Sampling, kind_of
from services.questions.samples import TOWN, person


def applicant(town: str = TOWN) -> dict[str, str]:
    """The invented applicant."""
    return {
        **person(0, town),
        "alamat": "Jalan Cumi-cumi 12, RT 005 / RW 002",
        "no_kk": "6474012310140001",
        "kepala_keluarga": "Budi Santoso",
        "rt": "005",
        "rw": "002",
        "kelurahan": "Kelurahan Sukamaju",
        "kecamatan": "Kecamatan Sukamaju",
        "kota": f"Kota {town}",
        "provinsi": "Kalimantan Timur",
    }


def house(today: date, town: str = TOWN) -> House:
    """The invented applicant's household."""
    return House(
        today=today,
        members={str(n): person(n, town) for n in range(4)},
        applicant=applicant(town),
    )


def answers(
    blueprint: Blueprint, *, today: date, born_in: str = TOWN, **given: Answer
) -> dict[str, Answer]:
    """Plausible answers to every question that would be asked; ``given`` are taken as they are."""
    found: dict[str, Answer] = {}
    sampling = Sampling(today, born_in, (person(number, born_in) for number in count(1)), found)
    for spec in blueprint.fields:
        if all_hold(spec.show_when, found):
            is_given = spec.key in given
            found[spec.key] = given[spec.key] if is_given else kind_of(spec).sample(spec, sampling)
    return found


def meeting(conditions: Iterable[Condition]) -> dict[str, Answer]:
    """Answers that meet these conditions, each taken for itself."""
    found: dict[str, Answer] = {}
    for condition in conditions:
        value = condition.value
        if isinstance(value, list):
            found[condition.field] = str(value[0])
        elif isinstance(value, int):
            found[condition.field] = str(value + {">": 1, "<": -1}.get(condition.op, 0))
        else:
            found[condition.field] = str(value)
    return found
