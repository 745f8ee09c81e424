"""The applicant learns when officials come."""

from accounts.models import User
from events.subscribers import subscribe
from kernel.tanggal import moment_text
from messaging.notices import tell
from services.cases.kinds import kind_of
from services.inspections import notices
from services.inspections.events import InspectionScheduled
from services.inspections.models import Inspection
from tenants.registry.current import city


@subscribe(InspectionScheduled)
def tell_scheduled(event: InspectionScheduled) -> None:
    found = (
        Inspection.objects.select_related("step__case", "step__unit")
        .filter(pk=event.inspection_id, times_scheduled=event.time_id, done_at=None)
        .first()
    )
    if found is None or found.scheduled_at is None:
        return  # another time was said meanwhile, or it is done
    case = found.step.case
    person = kind_of(case).person(case)
    user = User.objects.filter(resident__person=person).first() or case.opened_by
    tell(
        notices.SCHEDULED, user, key=f"visit:{found.pk}:{event.time_id}", number=case.number,
        where=found.step.unit.name, service=kind_of(case).summary(case).title,
        when=moment_text(found.scheduled_at, city().timezone, user.language or "id"),
        link=city().page("application", case.pk), city=city().name,
    )  # fmt: skip
