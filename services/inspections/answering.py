"""What was found at the visits of a case, in words."""

from dataclasses import dataclass

from services.cases.kinds import kind_of
from services.cases.models import Case
from services.catalogue import answers
from services.inspections.models import Inspection
from services.inspections.queries import of_case as visits_of
from services.inspections.spec import InspectionStep


@dataclass(frozen=True, slots=True)
class Found:
    """One visit, as the pages of a case show it."""

    inspection: Inspection
    title: str
    rows: list[tuple[str, str]]  # question and answer


def of_case(case: Case) -> list[Found]:
    """The visits of a case, the newest first. Two queries."""
    plan = kind_of(case).plan(case)
    found = []
    for one in visits_of(case):
        spec = plan.step(one.step.key)
        assert isinstance(spec, InspectionStep)
        given = one.answers if one.done_at is not None else {}
        rows = [
            (question.label, answers.words(question, given[question.key]))
            for question in spec.questions
            if given.get(question.key) is not None
        ]
        found.append(Found(one, one.step.title, rows))
    return found
