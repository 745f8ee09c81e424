"""What officials wrote about a case goes with its archive."""

from services.cases.destroying import parts
from services.cases.models import Case
from services.inbox.models import Advice, CaseNote


def destroy(case: Case) -> list[str]:
    """Notes, and the words of questions and answers between offices."""
    CaseNote.objects.filter(case=case).delete()
    Advice.objects.filter(case=case).update(question_sealed=b"", answer_sealed=b"")
    return []


parts.add("inbox", destroy)
