"""What is asked at a visit, as the form of a service is asked."""

from datetime import datetime

from services.cases.kinds import kind_of
from services.cases.models import Case
from services.cases.route import today_of
from services.catalogue.blueprint import Blueprint
from services.inspections.spec import InspectionStep
from services.questions.kind import House


def asked(case: Case, spec: InspectionStep) -> Blueprint:
    """The case's definition with the questions of the visit instead of its own."""
    definition = kind_of(case).plan(case).definition
    assert isinstance(definition, Blueprint)
    return definition.model_copy(
        update={"fields": spec.questions, "documents": [], "outputs": [], "event": None}
    )


def house_at(case: Case, at: datetime) -> House:
    """What the register tells while a visit is filled in: nothing."""
    return House(today=today_of(at))
