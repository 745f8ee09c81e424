"""What a service definition means: conditions, routes, texts, search. Plain Python."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from kernel.text import fold
from services.catalogue.blueprint import PLACEHOLDER, Blueprint, Condition, Output, StepSpec

Answer = str | int | bool | dict[str, Any] | list[dict[str, Any]] | None
Answers = Mapping[str, Answer]


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
        return isinstance(wanted, list) and given in wanted
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


def route(blueprint: Blueprint, answers: Answers) -> list[StepSpec]:
    """The steps this request passes, in order."""
    return [step for step in blueprint.steps if all_hold(step.when, answers)]


def stage_of(blueprint: Blueprint, answers: Answers, key: str) -> list[StepSpec]:
    """The steps that run together with ``key``: itself, and its neighbours side by side."""
    steps = route(blueprint, answers)
    place = next(i for i, step in enumerate(steps) if step.key == key)
    word = steps[place].parallel
    if word is None:
        return [steps[place]]
    first = last = place
    while first > 0 and steps[first - 1].parallel == word:
        first -= 1
    while last + 1 < len(steps) and steps[last + 1].parallel == word:
        last += 1
    return steps[first : last + 1]


def first_stage(blueprint: Blueprint, answers: Answers) -> list[StepSpec]:
    """Where a request begins."""
    steps = route(blueprint, answers)
    return stage_of(blueprint, answers, steps[0].key) if steps else []


def stage_after(blueprint: Blueprint, answers: Answers, key: str) -> list[StepSpec]:
    """The steps that follow ``key``'s stage on this request's route; none at the end."""
    order = [step.key for step in blueprint.steps]
    reached = [order.index(step.key) for step in _stage_or_self(blueprint, answers, key)]
    following = next(
        (s for s in route(blueprint, answers) if order.index(s.key) > max(reached)), None
    )
    return stage_of(blueprint, answers, following.key) if following else []


def _stage_or_self(blueprint: Blueprint, answers: Answers, key: str) -> list[StepSpec]:
    on_route = any(step.key == key for step in route(blueprint, answers))
    return stage_of(blueprint, answers, key) if on_route else [blueprint.step(key)]


def outputs_of(blueprint: Blueprint, answers: Answers, step: str) -> list[Output]:
    """The letters that come into being when ``step`` approves."""
    return [o for o in blueprint.outputs if o.step == step and all_hold(o.when, answers)]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values into placeholders, once: a value that looks like a placeholder stays text."""
    return PLACEHOLDER.sub(lambda match: values.get(match.group(1)) or "–", text)


# --- search -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """What search knows of a service."""

    slug: str
    title: str
    words: str  # title, summary and synonyms, folded
    phrases: frozenset[str] = frozenset()  # title, slug and each synonym, folded


def _grams(word: str) -> frozenset[str]:
    padded = f"  {word} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def _closeness(wanted: str, word: str) -> float:
    if word.startswith(wanted):
        return 1.0
    ours, theirs = _grams(wanted), _grams(word)
    return len(ours & theirs) / len(ours | theirs)


# Words in every request say nothing about which service is meant.
_EMPTY = frozenset(
    [
        "saya",
        "mau",
        "ingin",
        "untuk",
        "yang",
        "dan",
        "di",
        "ke",
        "buat",
        "bikin",
        "urus",
        "minta",
        "surat",
        "cara",
    ]
)


MOST_WORDS = 8  # of a query; each is compared with every word of every service


def search(query: str, entries: Sequence[Entry]) -> list[str]:
    """Slugs that fit everyday words, typos included, best first. Words after the eighth are
    ignored."""
    words = fold(query[:200]).split()[:MOST_WORDS]
    wanted = [word for word in words if word not in _EMPTY] or words
    if not wanted:
        return []
    scored = []
    for entry in entries:
        known = set(entry.words.split())
        scores = [max((_closeness(w, k) for k in known), default=0.0) for w in wanted]
        if min(scores) >= 0.34:  # one wrong letter in a short word
            in_title = sum(word in fold(entry.title) for word in wanted)
            phrase = " ".join(words)
            exact = (phrase == fold(entry.slug)) * 2 + (phrase in entry.phrases)
            mean = sum(scores) / len(scores)
            scored.append((-exact, -mean, -in_title, entry.title, entry.slug))
    return [slug for *_, slug in sorted(scored)]
