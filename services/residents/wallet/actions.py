"""Keeping a document for later requests, withdrawing it, and what a resident agrees to."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere
from services.residents.models import Consent, Person, WalletDocument
from services.residents.wallet import files
from services.residents.wallet.kinds import DocumentKind
from services.residents.wallet.queries import agreed
from tenants.registry import stored_files
from tenants.registry.current import city


@transaction.atomic
def say(*, person: Person, purpose: Consent.Purpose, given: bool, by: User, at: datetime) -> None:
    """Record a resident's consent, or that it is withdrawn: what rested on it goes at once."""
    Person.objects.select_for_update().get(pk=person.pk)
    if agreed(person, purpose) is given:
        return
    Consent.objects.create(person=person, purpose=purpose, given=given, said_at=at, said_by=by)
    audit.record(
        "consent.given" if given else "consent.withdrawn", actor=by, subject="person",
        subject_id=person.pk, detail={"purpose": purpose},
    )  # fmt: skip
    if not given:
        for document in WalletDocument.objects.filter(person=person, withdrawn_at=None):
            _withdraw(document, by, at)


@transaction.atomic
def keep(
    *, person: Person, kind: DocumentKind, name: str, media_type: str, content: bytes,
    pages: int, sha256: str, case_id: int, at: datetime,
) -> WalletDocument | None:  # fmt: skip
    """Keep a copy of what a resident handed in, in place of an earlier one of its kind. None
    without their consent, or when this very file is kept already."""
    Person.objects.select_for_update().get(pk=person.pk)
    if not agreed(person, Consent.Purpose.WALLET):
        return None
    old = WalletDocument.objects.filter(person=person, kind=kind.key, withdrawn_at=None).first()
    if old is not None and old.sha256 == sha256:
        return None
    if old is not None:
        _drop(old, at)
    today = at.astimezone(city().tz).date()
    return WalletDocument.objects.create(
        person=person, kind=kind.key, name=name, media_type=media_type, size=len(content),
        pages=pages, sha256=sha256, path=files.keep(content, media_type), given_on=today,
        valid_until=kind.last_day(today), case_id=case_id,
    )  # fmt: skip


@transaction.atomic
def withdraw(*, document_id: int, person: Person, by: User, at: datetime) -> None:
    """Take a document out of a resident's wallet. Raises NotThere."""
    document = (
        WalletDocument.objects.select_for_update()
        .filter(pk=document_id, person=person, withdrawn_at=None)
        .first()
    )
    if document is None:
        raise NotThere("Dokumen ini sudah tidak tersimpan.")
    _withdraw(document, by, at)


def _withdraw(document: WalletDocument, by: User, at: datetime) -> None:
    _drop(document, at)
    audit.record(
        "wallet.withdrawn", actor=by, subject="person", subject_id=document.person_id,
        detail={"kind": document.kind},
    )  # fmt: skip


def _drop(document: WalletDocument, at: datetime) -> None:
    path = document.path
    document.path, document.withdrawn_at = "", at
    document.save(update_fields=["path", "withdrawn_at"])
    transaction.on_commit(lambda: stored_files.forget(path))
