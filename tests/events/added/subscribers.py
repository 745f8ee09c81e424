"""Subscribers of an app that is no part of Balai."""

from audit import actions as audit
from events.subscribers import subscribe
from tests.events.added.events import BellRung

faults: dict[str, Exception] = {}


def _note(who: str, event: BellRung) -> None:
    audit.record(f"test.{who}", actor=None, subject="bell", subject_id=event.bell_id)
    if who in faults:
        raise faults[who]


@subscribe(BellRung)
def first(event: BellRung) -> None:
    _note("first", event)


@subscribe(BellRung)
def second(event: BellRung) -> None:
    _note("second", event)


@subscribe(BellRung, when=lambda event: event.loud)
def only_loud(event: BellRung) -> None:
    _note("only_loud", event)
