"""What a case held is destroyed once its archive reached its fate. The case, its steps and the
audit log stay; answers, files and notes go.

Each app says at its start what of a case it keeps: ``parts.add("results", destroy)``.
"""

from collections.abc import Callable
from datetime import datetime

from kernel.registry import Registry
from services.cases.models import Case, CaseFact, Document, Vouch

# Destroys what an app keeps of a case, and returns the paths of files to be deleted.
Part = Callable[[Case], list[str]]
parts: Registry[Part] = Registry("destroyed_with_case", "what is destroyed with a case's archive")


def destroy(case_id: int, *, at: datetime) -> list[str]:
    """Destroy what a case held; the paths of its files, to be deleted after the commit. Call in a
    transaction, with the case locked."""
    case = Case.objects.get(pk=case_id)
    case.destroyed_at = at
    case.save(update_fields=["destroyed_at"])
    return [path for part in parts for path in part(case) if path]


def _documents(case: Case) -> list[str]:
    """Files that were handed in; their names and digests stay. Facts for counting go, and what
    heads and the applicant wrote to each other."""
    CaseFact.objects.filter(case=case).delete()
    Vouch.objects.filter(step__case=case).update(note="", reply_sealed=b"")
    files = Document.objects.filter(case=case).exclude(path="")
    paths = list(files.values_list("path", flat=True))
    files.update(path="", is_destroyed=True)
    return paths


parts.add("cases", _documents)
