"""Days on which the offices are closed: noted and taken back by administrators."""

from datetime import date, timedelta

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from tenants.office.models import Closure

MOST_CLOSED = 31  # days named at once: more is a mistyped year


@transaction.atomic
def close_days(*, since: date, until: date, name: str, by: User, is_open: bool = False) -> int:
    """Note days on which the offices are closed, or open in spite of the national calendar; returns
    how many. A known day is changed.

    Clocks already running are not computed anew. Raises RuleBroken.
    """
    if until < since:
        raise RuleBroken("Hari terakhir tidak boleh sebelum hari pertama.", field="until")
    days = (until - since).days + 1
    if days > MOST_CLOSED:
        raise RuleBroken(
            f"Paling banyak {MOST_CLOSED} hari sekaligus. Periksa tahunnya.", field="until"
        )
    for number in range(days):
        Closure.objects.update_or_create(
            day=since + timedelta(days=number), defaults={"name": name, "is_open": is_open}
        )
    audit.record(
        "closure.noted", actor=by, subject="closure", subject_id=since.isoformat(),
        detail={"until": until.isoformat(), "name": name, "open": is_open},
    )  # fmt: skip
    return days


@transaction.atomic
def open_day(*, closure_id: int, by: User) -> Closure:
    """The offices are open on this day after all. Raises NotThere."""
    closure = Closure.objects.select_for_update().filter(pk=closure_id).first()
    if closure is None:
        raise NotThere("Hari libur ini sudah tidak ada.")
    day = closure.day
    closure.delete()
    audit.record(
        "closure.removed", actor=by, subject="closure", subject_id=day.isoformat(),
        detail={"name": closure.name},
    )  # fmt: skip
    return closure
