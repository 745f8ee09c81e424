"""Who decides by which delegation, and the proof that every case has exactly one end. Plain
Python."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from services.catalogue import rules
from services.catalogue.blueprint import Blueprint
from services.questions.conditions import Answer, Answers, Condition, all_hold
from services.questions.kind import FieldSpec, kind_of

MOST = 40_000  # combinations of answers that are tried


@dataclass(frozen=True, slots=True)
class Delegated:
    """A decree in force: within its limits the Camat decides."""

    pk: int
    decree: str
    limits: tuple[Condition, ...]


def is_delegated(
    blueprint: Blueprint, decrees: Sequence[Delegated] | None, answers: Answers
) -> Delegated | bool:
    """By which decree the Camat decides a case with these answers; False: beyond what is
    delegated. ``decrees`` are those in force for the kecamatan, None where the city has noted none
    for the service: then what is usual holds, and True says so."""
    authority = blueprint.authority
    if authority is None:
        return False
    if decrees is None:
        return all_hold(authority.usual, answers)
    return next((one for one in decrees if all_hold(one.limits, answers)), False)


# --- the proof ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hole:
    """Answers for which a case would have no end, or two."""

    answers: Answers
    ends: tuple[str, ...]  # titles of the steps that decide


def holes(blueprint: Blueprint, decrees: Sequence[Delegated] | None) -> list[Hole]:
    """The first answers of each kind for which not exactly one step decides, as the last one.

    Tried are the least, the most and both sides of every limit of numbers, and every option of
    choices: between two limits nothing changes. Raises OverflowError where they are too many.
    """
    asked = _asked(blueprint, decrees or ())
    ways = 1
    values: list[list[Answer]] = []
    for key, limits in asked.items():
        tried = _tried(blueprint.field(key), limits)
        ways *= len(tried)
        if ways > MOST:
            raise OverflowError
        values.append(tried)
    found: dict[tuple[str, ...], Hole] = {}
    for combination in product(*values):
        answers = dict(zip(asked, combination, strict=True))
        ends = _ends(blueprint, decrees, answers)
        if len(ends) != 1:
            found.setdefault(ends, Hole(answers, ends))
    return list(found.values())


def _ends(
    blueprint: Blueprint, decrees: Sequence[Delegated] | None, answers: Answers
) -> tuple[str, ...]:
    """Titles of the steps that decide: those that issue what was asked for. One that does so while
    the case goes on behind it counts twice."""
    delegated = is_delegated(blueprint, decrees, answers)
    way = rules.route(rules.settled(blueprint, bool(delegated)), answers)
    wanted = "delegated" if delegated else "beyond"
    found = []
    for place, step in enumerate(way):
        for output in blueprint.outputs:
            is_due = output.step == step.key and all_hold(output.when, answers)
            if is_due and output.authority == wanted and output.layout != "rekomendasi":
                found.append(step.title)
                if place + 1 < len(way):
                    found.append(way[-1].title)
    return tuple(found)


def _asked(blueprint: Blueprint, decrees: Iterable[Delegated]) -> dict[str, list[Condition]]:
    """The questions on which the way of a case depends, with the conditions on each."""
    assert blueprint.authority is not None
    conditions = [
        *blueprint.authority.usual,
        *(one for step in blueprint.steps for one in step.when),
        *(one for output in blueprint.outputs for one in output.when),
        *(one for decree in decrees for one in decree.limits),
    ]
    found: dict[str, list[Condition]] = {key: [] for key in blueprint.authority.measures}
    for condition in conditions:
        found.setdefault(condition.field, []).append(condition)
    return found


def _tried(spec: FieldSpec, limits: Iterable[Condition]) -> list[Answer]:
    kind = kind_of(spec)
    options = [value for value, _ in kind.options(spec)]
    if options:
        return list(options)
    bounds = kind.bounds(spec)
    if bounds is None:
        return ["", *(str(one.value) for one in limits if not isinstance(one.value, list))]
    step = Decimal(1).scaleb(-int(getattr(spec, "decimals", 0) or 0))
    edges = set(_numbers(limits)) | {Decimal(one) for one in bounds if one is not None}
    near = {edge + shift for edge in edges or {Decimal(0)} for shift in (-step, Decimal(0), step)}
    low, high = (Decimal(one) if one is not None else None for one in bounds)
    inside = (one for one in near if (low is None or one >= low) and (high is None or one <= high))
    return [str(one) for one in sorted(inside)]


def _numbers(limits: Iterable[Condition]) -> Iterator[Decimal]:
    for condition in limits:
        try:
            yield Decimal(str(condition.value))
        except ArithmeticError:
            continue


def proof(blueprint: Blueprint, decrees: Sequence[Delegated] | None) -> list[str]:
    """What is wrong with where cases of a service end, in words an admin understands; empty where
    each ends at exactly one desk."""
    if blueprint.authority is None:
        return []
    try:
        return [_in_words(blueprint, hole) for hole in holes(blueprint, decrees)]
    except OverflowError:
        return [
            "Terlalu banyak syarat untuk memeriksa bahwa setiap berkas punya satu akhir. Kurangi "
            "pertanyaan yang menentukan langkah."
        ]


def _in_words(blueprint: Blueprint, hole: Hole) -> str:
    told = ", ".join(
        f"{blueprint.field(key).label} “{value}”" for key, value in hole.answers.items()
    )
    if not hole.ends:
        return f"Untuk {told}: tidak ada meja yang memutuskan."
    return f"Untuk {told}: lebih dari satu akhir ({', '.join(dict.fromkeys(hole.ends))})."
