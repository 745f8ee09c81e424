"""What ended is filed in the archive at once."""

from events.subscribers import subscribe
from services.applications.events import LetterReady
from services.cases.events import CaseDone, CaseRefused, CaseWithdrawn
from services.records import filing


@subscribe(CaseDone)
def file_done(event: CaseDone) -> None:
    filing.file_cases([event.case_id])


@subscribe(CaseRefused)
def file_refused(event: CaseRefused) -> None:
    filing.file_cases([event.case_id])


@subscribe(CaseWithdrawn)
def file_withdrawn(event: CaseWithdrawn) -> None:
    filing.file_cases([event.case_id])


@subscribe(LetterReady)
def file_letter(event: LetterReady) -> None:
    filing.file_letters([event.letter_id])
