"""Files of a case: judged before it is locked, attached and dropped inside its action."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

from django.db import transaction

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.text import line
from services.cases import documents
from services.cases.models import Case, Document
from tenants.registry import stored_files
from tenants.registry.entitlements import require_room


def judged(content: bytes) -> documents.Accepted | RuleBroken:
    """The file fit to keep, or why it is not."""
    try:
        return documents.accept(content)
    except RuleBroken as refused:
        return refused


def named(words: str) -> str:
    """The name of a document as it is kept."""
    return line(words)[-120:]


def attach(
    case: Case, key: str, name: str, accepted: documents.Accepted, by: User,
    origin: Document.Origin = Document.Origin.UPLOAD,
) -> None:  # fmt: skip
    """Keep a file for a requirement, in place of the one before. Raises RuleBroken."""
    if case.state == Case.State.DRAFT:  # never a case under way
        require_room("storage", len(accepted.content))
    told = {
        "media_type": accepted.media_type, "size": len(accepted.content),
        "pages": accepted.pages, "sha256": accepted.sha256, "path": documents.keep(accepted),
    }  # fmt: skip
    _put(case, key, name, origin, by, **told)


def note(case: Case, key: str, words: str, origin: Document.Origin, by: User) -> None:
    """Meet a requirement without a file, by what is known elsewhere; in place of a file before."""
    _put(case, key, words, origin, by, media_type="", size=0, pages=0, sha256="", path="")


def _put(
    case: Case, key: str, name: str, origin: Document.Origin, by: User, **told: Any
) -> None:  # fmt: skip
    old = case.documents.filter(key=key).first()
    about = {"name": named(name), "origin": origin, "uploaded_by": by}
    Document.objects.update_or_create(case=case, key=key, defaults={**about, **told})
    if old is not None:
        transaction.on_commit(lambda: stored_files.forget(old.path))


def drop_unasked(files: Iterable[Document], asked: Collection[str]) -> None:
    """Delete those of these files that are for no requirement in ``asked``."""
    drop(document for document in files if document.key not in asked)


def drop(files: Iterable[Document]) -> None:
    for document in files:
        path = document.path
        document.delete()
        transaction.on_commit(partial(stored_files.forget, path))
