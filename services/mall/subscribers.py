"""Holders of numbers hear that a list says something new, and that an end is near."""

from datetime import date

from accounts.models import User
from events.subscribers import subscribe
from kernel.tanggal import long_date
from messaging.notices import Notice, tell
from services.catalogue.translation import ORIGINAL
from services.mall import notices
from services.mall.events import OutsideExpires, OutsideStatusChanged
from services.mall.models import OutsideStatus, OwnNumber
from services.mall.systems import said, system_of
from tenants.registry.current import city
from ui.language import ENGLISH


@subscribe(OutsideStatusChanged)
def tell_changed(event: OutsideStatusChanged) -> None:
    own = _own(event.own_number_id)
    if own is None:
        return
    # Of several parts that one list changed, the first; the page shows all.
    rows = OutsideStatus.objects.filter(system=own.system, number=own.number)
    row = rows.filter(changes__file=event.status_file_id).order_by("part", "pk").first()
    if row is not None:
        _tell(own, row, notices.CHANGED, f"changed:{event.status_file_id}", row.as_of)


@subscribe(OutsideExpires)
def tell_expires(event: OutsideExpires) -> None:
    own = _own(event.own_number_id)
    row = OutsideStatus.objects.filter(pk=event.outside_status_id).first()
    if own is not None and row is not None and row.expires_on == date.fromisoformat(event.day):
        _tell(own, row, notices.EXPIRES, f"expires:{row.pk}:{event.day}", row.expires_on)


def _own(pk: int) -> OwnNumber | None:
    return OwnNumber.objects.filter(pk=pk).first()


def _tell(own: OwnNumber, row: OutsideStatus, about: Notice, news: str, day: date) -> None:
    user = User.objects.filter(resident__person=own.person_id, is_active=True).first()
    if user is None:
        return
    language = ENGLISH if user.language == ENGLISH else ORIGINAL
    system = system_of(own.system)
    values = {
        "system": system.name, "name": own.name, "day": long_date(day, language),
        "link": city().page("outside-number", own.pk), "city": city().name,
    }  # fmt: skip
    if about is notices.CHANGED:
        values["status"] = said(system, row.status, language).text
    tell(about, user, key=f"outside:{own.pk}:{news}", **values)
