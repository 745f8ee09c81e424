"""Whoever had a time hears that the office took it back, and the day before that it is near."""

from accounts.models import User
from events.subscribers import subscribe
from kernel.tanggal import moment_text
from messaging.notices import Notice, tell
from services.queueing import notices
from services.queueing.events import AppointmentWithdrawn
from services.queueing.models import Appointment
from tenants.registry.current import city
from ui.language import ENGLISH


@subscribe(AppointmentWithdrawn)
def tell_withdrawn(event: AppointmentWithdrawn) -> None:
    found = Appointment.objects.select_related("line__unit", "booked_by").filter(
        pk=event.appointment_id, state=Appointment.State.WITHDRAWN
    )
    one = found.first()
    if one is not None:
        tell_holders(one, notices.WITHDRAWN, "withdrawn", reason=one.reason)


def tell_holders(one: Appointment, about: Notice, news: str, **values: str) -> None:
    """Tell whoever booked it, and whose it is where they have an account of their own."""
    own = User.objects.filter(resident__person=one.person_id, is_active=True).first()
    readers = {user.pk: user for user in (one.booked_by, own) if user is not None}
    key = f"appointment:{one.pk}:{news}:{int(one.starts_at.timestamp())}"
    for user in readers.values():
        tell(
            about, user, key=f"{key}:{user.pk}", line=one.line.name,
            when=moment_text(
                one.starts_at, city().timezone, ENGLISH if user.language == ENGLISH else "id"
            ),
            office=one.line.unit.name, link=city().page("appointment", one.pk), city=city().name,
            **values,
        )  # fmt: skip
