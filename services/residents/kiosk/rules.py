"""How long a kiosk stays open, and how long a resident's turn lasts. Plain Python."""

from datetime import datetime, time, timedelta, tzinfo

COUNTDOWN = 30  # seconds that the screen counts down
IDLE_ON_SCREEN = 120  # seconds without a touch after which the screen ends a turn
REPORT_EVERY = 20  # seconds at most between two reports of touches by the script
# The server waits a little longer than the screen: a report may be under way.
IDLE = timedelta(seconds=IDLE_ON_SCREEN + REPORT_EVERY + 10)
# A browser without script reports nothing while a form is filled in.
IDLE_WITHOUT_SCRIPT = timedelta(minutes=5)
LONGEST_TURN = timedelta(hours=1)


def closes_at(at: datetime, zone: tzinfo) -> datetime:
    """The midnight after a kiosk was opened, where it stands."""
    next_day = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(next_day, time(), zone)


def is_over(began: datetime, used: datetime, at: datetime, *, is_scripted: bool) -> bool:
    """Whether a turn has ended by itself."""
    idle = IDLE if is_scripted else IDLE_WITHOUT_SCRIPT
    return at - used >= idle or at - began >= LONGEST_TURN


def name_of(unit_name: str, number: int) -> str:
    """What a kiosk is called; the first of a unit without its number."""
    return f"Kios {unit_name}" if number == 1 else f"Kios {number} {unit_name}"


def same_end(number: str, typed: str, *, digits: int) -> bool:
    """Whether what was typed are the last digits of a number."""
    return len(typed) == digits and typed.isdigit() and number[-digits:] == typed
