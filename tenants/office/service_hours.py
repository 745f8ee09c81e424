"""When the offices, and RT and RW, work on each weekday: changed by administrators."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel import once
from kernel.errors import RuleBroken
from kernel.workdays import Hours
from tenants.office.models import ServiceHours

WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


@transaction.atomic
def set_hours(*, of: str, hours: Mapping[int, Hours], by: User) -> None:
    """Note the hours of each weekday that has some. Clocks already running stay as they are.
    Raises RuleBroken."""
    if of == ServiceHours.Of.OFFICE and not hours:
        raise RuleBroken("Isi jam layanan paling sedikit untuk satu hari.")
    for weekday, (opens, closes) in hours.items():
        if closes <= opens:
            raise RuleBroken(
                f"{WEEKDAYS[weekday]}: jam tutup harus sesudah jam buka.", field=f"closes_{weekday}"
            )
    ServiceHours.objects.filter(of=of).delete()
    ServiceHours.objects.bulk_create(
        ServiceHours(of=of, weekday=weekday, opens=opens, closes=closes)
        for weekday, (opens, closes) in sorted(hours.items())
    )
    once.forget()
    audit.record(
        "service_hours.set", actor=by, subject="service_hours", subject_id=of,
        detail={str(day): f"{begin:%H.%M}-{end:%H.%M}" for day, (begin, end) in hours.items()}
    )  # fmt: skip


def hours_of(of: str) -> dict[int, Hours]:
    """The hours noted for each weekday; none where the usual ones hold."""
    rows = ServiceHours.objects.filter(of=of)
    return {row.weekday: (row.opens, row.closes) for row in rows}
