"""Originals that an official at a counter had in the hand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from services.applications.models import Application, OriginalSeen
from services.cases.models import Document
from services.catalogue.blueprint import Blueprint


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement of the tick list at a counter, and how it is met."""

    key: str
    label: str
    document: Document | None
    seen: str  # who had the original in the hand


def seen(application: Application) -> dict[str, str]:
    """Who had which original in the hand, by requirement. No query where nobody typed it at a
    counter."""
    if not application.checked:
        return {}
    rows = OriginalSeen.objects.filter(application=application).select_related("by")
    return {row.key: row.by.name for row in rows}


def listed(application: Application, blueprint: Blueprint, keys: Collection[str]) -> list[Line]:
    """The requirements of an application with these keys, in the order of the service."""
    files = {document.key: document for document in application.documents.all()}
    known = seen(application)
    return [
        Line(spec.key, spec.label, files.get(spec.key), known.get(spec.key, ""))
        for spec in blueprint.documents
        if spec.key in keys
    ]


def note(application: Application, keys: Collection[str], *, by: User, at: datetime) -> None:
    """Note which originals this official has seen; who saw one first stays. Call in the
    transaction that sends the application."""
    asked = {spec.key for spec in application.blueprint.documents}
    rows = [
        OriginalSeen(application=application, key=key, by=by, at=at)
        for key in sorted(set(keys) & asked)
    ]
    OriginalSeen.objects.bulk_create(rows, ignore_conflicts=True)
