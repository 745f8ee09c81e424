"""When a question, file, step or letter is wanted: comparisons of answers with fixed values.

Browser and server read them alike; ``tests/catalogue/conditions.json`` is given to both.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=250, strip_whitespace=True)]

Answer = str | int | bool | dict[str, Any] | list[dict[str, Any]] | None
Answers = Mapping[str, Answer]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(Strict):
    """One comparison of an answer with a fixed value."""

    field: Key
    op: Literal["=", "!=", ">", ">=", "<", "<=", "in"]
    value: str | int | bool | list[str]


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether one condition is met.

    A question that was not asked (no key in ``answers``) meets no condition; one that was left
    empty (None) meets only ``!=``.
    """
    if condition.field not in answers:
        return False
    given = answers[condition.field]
    wanted = condition.value
    if condition.op == "in":
        return isinstance(wanted, list) and given is not None and str(given) in wanted
    if condition.op in ("=", "!="):
        same = given is not None and str(given).casefold() == str(wanted).casefold()
        return same == (condition.op == "=")
    left, right = _number(given), _number(wanted)
    if left is None or right is None:
        return False
    return {
        ">": left > right,
        ">=": left >= right,
        "<": left < right,
        "<=": left <= right,
    }[condition.op]


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or value is None or isinstance(value, list):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def is_number(value: object) -> bool:
    """Whether more and less can be said of this value."""
    return _number(value) is not None


def all_hold(conditions: Iterable[Condition], answers: Answers) -> bool:
    return all(holds(condition, answers) for condition in conditions)
