"""Meeting requirements without an upload: from the register, the resident's wallet, or a letter of
this city, in that order. ``elsewhere`` adds letters of other cities.
"""

import io
from collections.abc import Collection, Iterable
from datetime import date, datetime

from pypdf import PdfReader

from accounts.models import User
from services.applications.models import Application, IssuedLetter
from services.cases import attachments, documents
from services.cases.models import Document
from services.catalogue import answers as answering
from services.catalogue.blueprint import Blueprint, DocumentSpec
from services.letters import archive
from services.letters.models import Letter
from services.questions.conditions import Answers
from services.questions.kind import Facts
from services.residents.models import Consent, Person
from services.residents.wallet import actions as keeping
from services.residents.wallet import queries as wallet
from services.residents.wallet.kinds import DocumentKind, kind_of
from tenants.registry import stored_files


def kind_for(spec: DocumentSpec) -> DocumentKind | None:
    """Which kind of document a requirement asks for; None: one that is good once only."""
    return kind_of(spec.kind, spec.label)


def wanted(blueprint: Blueprint, answers: Answers, applicant: Facts) -> set[str]:
    """Keys of the requirements that these answers bring about."""
    return {spec.key for spec in answering.wanted_documents(blueprint, answers, applicant)}


def meet(application: Application, keys: Collection[str], *, by: User, today: date) -> None:
    """Meet those of these requirements that need no upload. Call inside a transaction.

    At most two queries when nothing is found; none when no requirement is of a kind.
    """
    asked = [
        (spec, kind)
        for spec in application.blueprint.documents
        if spec.key in keys and (kind := kind_for(spec)) is not None
    ]
    open_ones = []
    for spec, kind in asked:
        known = kind.known(application.applicant, today)
        if known:
            attachments.note(application, spec.key, known, Document.Origin.REGISTER, by)
        else:
            open_ones.append((spec, kind))
    kept = wallet.usable(application.applicant, {kind.key for _, kind in open_ones}, today=today)
    issued = _own_letters(application.applicant, open_ones, today)
    for spec, kind in open_ones:
        if kind.key in kept:
            found = kept[kind.key]
            content = stored_files.read(found.path)
            file = documents.Accepted(content, found.media_type, "", found.pages)
            attachments.attach(
                application, spec.key, found.name, file, by, origin=Document.Origin.WALLET
            )
        elif kind.key in issued:
            letter = issued[kind.key]
            content = archive.read(letter.file)
            pages = len(PdfReader(io.BytesIO(content)).pages)
            file = documents.Accepted(content, "application/pdf", "pdf", pages)
            name = f"{letter.subject} nomor {letter.number}"
            attachments.attach(application, spec.key, name, file, by, origin=Document.Origin.LETTER)


def _own_letters(
    person: Person, asked: Iterable[tuple[DocumentSpec, DocumentKind]], today: date
) -> dict[str, Letter]:
    """The newest letter of this city that the resident asked for and that still counts, by kind
    of document. With two of a kind the resident has to say which: none is taken then."""
    kinds = {slug: kind.key for _, kind in asked for slug in kind.letters}
    if not kinds:
        return {}
    found: dict[str, list[Letter]] = {}
    issued = (
        IssuedLetter.objects.filter(
            application__applicant=person,
            application__version__service__slug__in=list(kinds),
            letter__state=Letter.State.READY,
        )
        .select_related("letter", "application__version__service")
        .order_by("-pk")
    )
    for one in issued:
        if one.letter.valid_until is None or one.letter.valid_until >= today:
            key = kinds[one.application.version.service.slug]
            found.setdefault(key, []).append(one.letter)
    return {key: those[0] for key, those in found.items() if len(those) == 1}


def keepable(application: Application) -> list[Document]:
    """Files uploaded here that are worth keeping for later requests."""
    kinds = {spec.key: kind_for(spec) for spec in application.blueprint.documents}
    return [
        document
        for document in application.documents.all()
        if document.origin == Document.Origin.UPLOAD and kinds.get(document.key) is not None
    ]


def to_ask_for(application: Application, shown: Blueprint) -> list[str]:
    """Labels of the files the applicant may agree to keep; empty when they have agreed or
    refused already. ``shown`` is the application's blueprint in the reader's language."""
    found = {document.key for document in keepable(application)}
    if not found or wallet.agreed(application.applicant, Consent.Purpose.WALLET) is not None:
        return []
    return [spec.label for spec in shown.documents if spec.key in found]


def keep_in_wallet(application: Application, *, at: datetime) -> None:
    """Keep what was handed in for later requests, as far as the applicant agreed to it."""
    specs = {spec.key: spec for spec in application.blueprint.documents}
    for document in keepable(application):
        kind = kind_for(specs[document.key])
        assert kind is not None
        keeping.keep(
            person=application.applicant, kind=kind, name=document.name,
            media_type=document.media_type, content=stored_files.read(document.path),
            pages=document.pages, sha256=document.sha256, case_id=application.pk, at=at,
        )  # fmt: skip
