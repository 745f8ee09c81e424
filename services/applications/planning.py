"""The steps that one application passes: its service's, by the rules of the neighbourhood."""

from django.utils.translation import override

from services.applications.models import Application
from services.cases.plan import Plan
from services.cases.way import applied, way_of
from services.catalogue.blueprint import Blueprint
from services.catalogue.rules import with_initials
from services.catalogue.translation import ORIGINAL


def plan_of(
    application: Application, shown: Blueprint | None = None, language: str = ORIGINAL
) -> Plan:
    """``shown`` is its service in another language."""
    with override(language):
        definition = applied(shown or application.blueprint, way_of(application.way))
        initialled = frozenset(step.key for step in definition.steps if step.initials)
        definition = with_initials(definition, {(one[0], one[1]) for one in application.initials})
    return Plan(definition, application.answers, initialled)
