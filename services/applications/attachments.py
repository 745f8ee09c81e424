"""Files of a dossier: judged before it is locked, attached and dropped inside its action."""

from collections.abc import Iterable
from functools import partial

from django.db import transaction

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.text import line
from services.applications import documents
from services.applications.models import Application
from services.cases.models import Document
from services.questions.conditions import all_hold
from tenants.registry.entitlements import require_room


def judged(content: bytes) -> documents.Accepted | RuleBroken:
    """The file fit to keep, or why it is not."""
    try:
        return documents.accept(content)
    except RuleBroken as refused:
        return refused


def attach(
    application: Application, key: str, name: str, accepted: documents.Accepted, by: User
) -> None:
    """Keep a file for a requirement, in place of the one before. Raises RuleBroken."""
    if application.state == Application.State.DRAFT:  # never a dossier under way
        require_room("storage", len(accepted.content))
    path = documents.keep(accepted)
    old = application.documents.filter(key=key).first()
    Document.objects.update_or_create(
        case=application,
        key=key,
        defaults={
            "name": line(name)[-120:],
            "media_type": accepted.media_type,
            "size": len(accepted.content),
            "pages": accepted.pages,
            "sha256": accepted.sha256,
            "path": path,
            "uploaded_by": by,
        },
    )
    if old is not None:
        transaction.on_commit(lambda: documents.forget(old.path))


def drop_unasked(application: Application, files: Iterable[Document]) -> None:
    """Of its files, those of requirements that the final answers do not ask for are not sent."""
    answers = application.answers
    asked = {s.key for s in application.blueprint.documents if all_hold(s.show_when, answers)}
    for document in files:
        if document.key in asked:
            continue
        path = document.path
        document.delete()
        transaction.on_commit(partial(documents.forget, path))
