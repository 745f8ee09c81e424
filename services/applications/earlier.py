"""Answers a resident gave in an earlier request, proposed in the next one that asks the same.

Which service takes over what from which stands in ``earlier.toml``. Only the resident's own
requests are looked at, and everything taken over can be changed.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.applications.models import Application
from services.catalogue.blueprint import Blueprint
from services.questions.conditions import Answer

TABLE = Path(__file__).with_name("earlier.toml")
_ENDED_BADLY = (
    Application.State.DRAFT, Application.State.REFUSED, Application.State.WITHDRAWN,
)  # fmt: skip


@cache
def table() -> dict[str, Any]:
    """Read once per process."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is taken over, and from which request."""

    application: Application
    answers: Mapping[str, Answer]


def earlier(blueprint: Blueprint, applicant_id: int) -> Earlier | None:
    """The newest request of this resident that answers questions of this service. No query for a
    service that takes nothing over."""
    rule = table().get(blueprint.slug)
    if rule is None:
        return None
    found = (
        Application.objects.filter(applicant=applicant_id, version__service__slug=rule["from"])
        .exclude(state__in=_ENDED_BADLY)
        .select_related("version__service")
        .order_by("-pk")
        .first()
    )
    if found is None:
        return None
    given = found.answers
    asked = {spec.key: spec for spec in blueprint.fields}
    there = {spec.key: spec for spec in found.blueprint.fields}
    taken = {
        key: given[source]
        for key, source in rule["answers"].items()
        if given.get(source) is not None
        and key in asked
        and source in there
        and asked[key].type == there[source].type
    }
    return Earlier(found, taken) if taken else None


@dataclass(frozen=True, slots=True)
class Kept:
    """The labels of answers that still are as they were taken over, and from where."""

    number: str
    title: str
    labels: list[str]


def kept(application: Application, shown: Blueprint, keys: Iterable[str]) -> Kept | None:
    """Which of these answers come from an earlier request, unchanged."""
    found = earlier(application.blueprint, application.applicant_id)
    if found is None:
        return None
    now = application.answers
    wanted = set(keys)
    labels = [
        spec.label
        for spec in shown.fields
        if spec.key in wanted
        and spec.key in found.answers
        and now.get(spec.key) == found.answers[spec.key]
    ]
    if not labels:
        return None
    source = found.application
    return Kept(source.number or "", source.version.service.title, labels)
