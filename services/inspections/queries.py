"""Visits as pages read them."""

from collections.abc import Iterable
from itertools import groupby

from kernel.errors import NotThere
from services.cases.models import Case, Step
from services.cases.queries import inbox, passed_by
from services.inspections.models import Inspection, InspectionPhoto
from services.inspections.spec import INSPECTION
from tenants.office.models import Post
from tenants.registry.current import city


def waiting(posts: list[Post]) -> list[Step]:
    """Visits that these posts have to make: those with a time first, by time; with their case."""
    found = inbox(posts).filter(kind=INSPECTION).select_related("inspection", "taken_by")
    return sorted(found, key=lambda step: (_when(step), step.due_at, step.pk))


def _when(step: Step) -> str:
    at = step.inspection.scheduled_at
    return at.astimezone(city().tz).isoformat() if at is not None else "9"


def by_day(steps: Iterable[Step]) -> list[tuple[str, list[Step]]]:
    """The same by the day they are on, ``""`` for those without one."""

    def day(step: Step) -> str:
        at = step.inspection.scheduled_at
        return at.astimezone(city().tz).date().isoformat() if at is not None else ""

    return [(name, list(those)) for name, those in groupby(steps, key=day)]


def of_case(case: Case) -> list[Inspection]:
    """The visits of a case that are done or have a time, the newest first."""
    found = Inspection.objects.filter(step__case=case).exclude(scheduled_at=None, done_at=None)
    return list(found.select_related("step", "done_by").prefetch_related("photos").order_by("-pk"))


def photo_of_desk(posts: list[Post], photo_id: int) -> InspectionPhoto:
    """A photo of a case that is or was at these desks. Raises NotThere."""
    found = InspectionPhoto.objects.select_related("inspection__step").filter(pk=photo_id).first()
    if found is not None and passed_by(posts).filter(case=found.inspection.step.case_id).exists():
        return found
    raise NotThere("Foto ini tidak ditemukan.")
