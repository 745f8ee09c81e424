"""When the offices, and RT and RW, work on each weekday: changed by administrators."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel import once
from kernel.errors import RuleBroken
from kernel.workdays import Hours
from tenants.office.models import ServiceHours, Unit

WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


@transaction.atomic
def set_hours(*, of: str, hours: Mapping[int, Hours], by: User, unit: Unit | None = None) -> None:
    """Note the hours of each weekday that has some, of the whole city or of one office; without
    any, an office works as the city does. Clocks already running stay as they are. Raises
    RuleBroken."""
    if of == ServiceHours.Of.OFFICE and not hours and unit is None:
        raise RuleBroken("Isi jam layanan paling sedikit untuk satu hari.")
    for weekday, (opens, closes) in hours.items():
        if closes <= opens:
            raise RuleBroken(
                f"{WEEKDAYS[weekday]}: jam tutup harus sesudah jam buka.", field=f"closes_{weekday}"
            )
    ServiceHours.objects.filter(of=of, unit=unit).delete()
    ServiceHours.objects.bulk_create(
        ServiceHours(of=of, unit=unit, weekday=weekday, opens=opens, closes=closes)
        for weekday, (opens, closes) in sorted(hours.items())
    )
    once.forget()
    audit.record(
        "service_hours.set", actor=by, subject="service_hours",
        subject_id=f"{of}:{unit.code}" if unit is not None else of,
        detail={str(day): f"{begin:%H.%M}-{end:%H.%M}" for day, (begin, end) in hours.items()}
    )  # fmt: skip


def hours_of(of: str, unit: Unit | None = None) -> dict[int, Hours]:
    """The hours noted for each weekday, of the whole city or of one office; none where the usual
    ones hold."""
    rows = ServiceHours.objects.filter(of=of, unit=unit)
    return {row.weekday: (row.opens, row.closes) for row in rows}
