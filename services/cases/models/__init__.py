"""Anything under way at the city's desks: the case, its steps and the files handed in with it."""

from services.cases.models.cases import Case, CaseDeadline, Step
from services.cases.models.documents import CaseFact, Document
from services.cases.models.fees import StepOrder
from services.cases.models.vouches import Vouch, VouchRules

__all__ = [
    "Case",
    "CaseDeadline",
    "CaseFact",
    "Document",
    "Step",
    "StepOrder",
    "Vouch",
    "VouchRules",
]
