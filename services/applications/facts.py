"""The answers of an application that its service marks as reportable."""

from decimal import Decimal

from services.applications.models import Application
from services.cases.facts import Point, Value, keep
from services.catalogue.answers import visible_fields
from services.questions.conditions import Answer
from services.questions.kind import FieldSpec, kind_of


def keep_facts(application: Application) -> None:
    """Write the reportable answers as facts of the case; again with what a returned one says now.
    No query where nothing is reportable."""
    blueprint, answers = application.blueprint, application.answers
    if not any(field.reportable for field in blueprint.fields):
        return
    found = {
        field.key: value_of(field, answers.get(field.key))
        for field in visible_fields(blueprint, answers)
        if field.reportable
    }
    keep(application, {key: value for key, value in found.items() if value is not None})


def value_of(field: FieldSpec, answer: Answer) -> Value | None:
    """An answer as a fact; None when there is nothing to count or to map."""
    if answer is None:
        return None
    latitude, longitude = kind_of(field).point(answer)
    if latitude and longitude:
        return Point(Decimal(latitude), Decimal(longitude))
    return kind_of(field).fact(field, answer)
