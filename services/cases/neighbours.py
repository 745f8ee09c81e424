"""Who vouches for a resident where no RT does."""

from collections.abc import Iterable

from services.catalogue.steps import DeskStep, StepSpec
from tenants.office.models import Unit
from tenants.office.queries import vouching_unit
from tenants.office.roles import head_of


def dusun_instead(spec: DeskStep, planned: Iterable[StepSpec], code: str) -> Unit | None:
    """The dusun whose head vouches instead of the head of an RT, where a case belongs to none and
    the dusun has none. Not where the case passes a step at the dusun as well."""
    if spec.level != "rt" or spec.role != head_of(Unit.Kind.RT):
        return None
    if any(isinstance(step, DeskStep) and step.level == "dusun" for step in planned):
        return None
    unit = vouching_unit(code)
    return unit if unit is not None and unit.kind == Unit.Kind.DUSUN else None
