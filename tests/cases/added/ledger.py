"""A subscriber: each finished case is noted in a ledger."""

from audit import actions as audit
from events.subscribers import subscribe
from services.cases.events import CaseDone


@subscribe(CaseDone)
def note_in_ledger(event: CaseDone) -> None:
    audit.record("test.ledger", actor=None, subject="case", subject_id=event.case_id)
