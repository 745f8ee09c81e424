"""Answers a resident gave in earlier requests, proposed in the next one that asks the same.

From which requests, and for which questions, stands in ``earlier.toml``. Only the resident's own
requests are looked at, and everything taken over can be changed.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.applications.models import Application
from services.catalogue.blueprint import Blueprint
from services.questions.conditions import Answer
from services.questions.kind import FieldSpec, kind_of

TABLE = Path(__file__).with_name("earlier.toml")
LOOKED_AT = 12  # requests, the newest ones
_ENDED_BADLY = (
    Application.State.DRAFT, Application.State.REFUSED, Application.State.WITHDRAWN,
)  # fmt: skip


@cache
def table() -> dict[str, Any]:
    """Read once per process."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer, and the request it was given in."""

    answer: Answer
    application: Application


def earlier(
    blueprint: Blueprint, applicant_id: int, *, with_sensitive: bool = True
) -> dict[str, Taken]:
    """For each question its answer in the newest request of this resident that asked the same;
    without those that are sensitive here or were there, where somebody else would read them.

    The same is: what the table says of this service; in a request for this very service the same
    question; elsewhere a question whose label the table lists as one that everybody asks alike.
    One query; none for a service of which nothing can be taken over.
    """
    named = table()["from"].get(blueprint.slug, {})
    shared = set(table()["shared"]["labels"])
    # Whoever reports a second death reports another person: nothing of the first is proposed.
    repeats = blueprint.event is None and not named
    own = named.get("answers", {})
    questions = [f for f in blueprint.fields if f.key in own or repeats or f.label in shared]
    if not questions:
        return {}
    found: dict[str, Taken] = {}
    requests = (
        Application.objects.filter(applicant=applicant_id)
        .exclude(state__in=_ENDED_BADLY)
        .select_related("version__service")
        .order_by("-pk")[:LOOKED_AT]
    )
    for request in requests:
        there = {spec.key: spec for spec in request.blueprint.fields}
        slug = request.version.service.slug
        for spec in questions:
            if spec.key in found:
                continue
            source = _source(spec, slug, blueprint, there, repeats=repeats)
            if source is None:
                continue
            if not with_sensitive and (spec.sensitive or there[source].sensitive):
                continue
            if request.answers.get(source) is not None:
                found[spec.key] = Taken(request.answers[source], request)
    return found


def _source(
    spec: FieldSpec, slug: str, blueprint: Blueprint, there: dict[str, FieldSpec], *, repeats: bool
) -> str | None:
    """The key of the question of another request that asks what this one asks."""
    named = table()["from"].get(blueprint.slug, {})
    key: str | None = None
    if slug == named.get("service"):
        key = named["answers"].get(spec.key)
    elif slug == blueprint.slug and repeats:
        lasts = kind_of(spec).lasts or spec.label in table()["shared"]["labels"]
        key = spec.key if lasts else None
    elif spec.label in table()["shared"]["labels"]:
        key = next((other.key for other in there.values() if other.label == spec.label), None)
    return key if key in there and there[key].type == spec.type else None


@dataclass(frozen=True, slots=True)
class Kept:
    """The labels of answers that still are as they were taken over, and from where."""

    number: str
    title: str
    labels: list[str]


def kept(application: Application, shown: Blueprint, keys: Iterable[str]) -> list[Kept]:
    """Which of these answers come from earlier requests, unchanged; the newest request first."""
    now = application.answers
    if not now:
        return []
    taken = earlier(application.blueprint, application.applicant_id)
    wanted = set(keys)
    labels: dict[int, list[str]] = {}
    sources: dict[int, Application] = {}
    for spec in shown.fields:
        one = taken.get(spec.key)
        if one is not None and spec.key in wanted and now.get(spec.key) == one.answer:
            labels.setdefault(one.application.pk, []).append(spec.label)
            sources[one.application.pk] = one.application
    return [
        Kept(sources[pk].number or "", sources[pk].version.service.title, labels[pk])
        for pk in sorted(labels, reverse=True)
    ]
