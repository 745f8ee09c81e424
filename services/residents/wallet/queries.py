"""What is in a resident's wallet, and what they agreed to."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from kernel.errors import NotThere
from services.residents.models import Consent, Person, WalletDocument


def agreed(person: Person, purpose: Consent.Purpose) -> bool | None:
    """What the resident said last; None: they were never asked."""
    said = Consent.objects.filter(person=person, purpose=purpose).order_by("-pk").first()
    return None if said is None else said.given


def documents_of(person: Person) -> QuerySet[WalletDocument]:
    """Everything kept for a resident, also what has run out."""
    return WalletDocument.objects.filter(person=person, withdrawn_at=None).order_by("pk")


def usable(person: Person, kinds: Collection[str], *, today: date) -> dict[str, WalletDocument]:
    """The documents of these kinds that still count, by kind. No query for no kinds."""
    if not kinds:
        return {}
    found = documents_of(person).filter(Q(valid_until=None) | Q(valid_until__gte=today))
    return {document.kind: document for document in found.filter(kind__in=kinds)}


def document_of(person: Person, document_id: int) -> WalletDocument:
    """One kept document of this resident. Raises NotThere."""
    found = documents_of(person).filter(pk=document_id).first()
    if found is None:
        raise NotThere("Dokumen ini sudah tidak tersimpan.")
    return found
