"""The applicant learns on which day somebody comes, and that nobody does."""

from accounts.models import User
from events.subscribers import subscribe
from kernel.tanggal import long_date
from messaging.notices import Notice, tell
from services.applications.models import Application
from services.cases.kinds import kind_of
from services.visits import notices
from services.visits.events import StopCancelled, StopPlanned
from services.visits.models import Stop
from tenants.registry.current import city


@subscribe(StopPlanned)
def tell_planned(event: StopPlanned) -> None:
    found = _stop(event.stop_id)
    if found is not None and found.state == Stop.State.PLANNED and not found.visit.cancelled_at:
        _tell(notices.PLANNED, found, key=f"visit-stop:{found.pk}")


@subscribe(StopCancelled)
def tell_cancelled(event: StopCancelled) -> None:
    found = _stop(event.stop_id)
    if found is not None and found.visit.cancelled_at:
        _tell(notices.CANCELLED, found, key=f"visit-stop-cancelled:{found.pk}")


def _stop(pk: int) -> Stop | None:
    return Stop.objects.select_related("visit__unit", "case").filter(pk=pk).first()


def _tell(what: Notice, found: Stop, *, key: str) -> None:
    case = Application.of(found.case)
    person = kind_of(case).person(case)
    user = User.objects.filter(resident__person=person, is_active=True).first()
    if user is None and not case.checked:
        user = case.opened_by
    if user is None:
        return
    tell(
        what, user, key=key, number=case.number,
        where=found.visit.unit.name, service=kind_of(case).summary(case).title,
        when=long_date(found.visit.day), link=city().page("application", case.pk),
        city=city().name,
    )  # fmt: skip
