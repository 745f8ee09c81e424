"""Meeting requirements without an upload: from the register, the resident's wallet, or a letter of
this city, in that order. ``elsewhere`` adds letters of other cities.
"""

import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from pypdf import PdfReader

from accounts.models import User
from services.applications.models import Application, IssuedLetter
from services.cases import attachments, documents
from services.cases.models import Document
from services.catalogue import answers as answering
from services.catalogue.blueprint import Blueprint, DocumentSpec
from services.catalogue.models import Service
from services.letters.models import Letter
from services.questions.conditions import Answers
from services.questions.kind import Facts
from services.residents.models import Consent, Person, WalletDocument
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


@dataclass(frozen=True, slots=True)
class Ready:
    """What meets a requirement without an upload."""

    origin: Document.Origin
    words: str
    kept: WalletDocument | None = None
    letter: Letter | None = None

    def file(self) -> documents.Accepted | None:
        """Its file; None where the register's word is enough."""
        if self.kept is not None:
            content = stored_files.read(self.kept.path)
            return documents.Accepted(content, self.kept.media_type, "", self.kept.pages)
        if self.letter is not None:
            content = stored_files.read(self.letter.file)
            pages = len(PdfReader(io.BytesIO(content)).pages)
            return documents.Accepted(content, "application/pdf", "pdf", pages)
        return None


def ready(
    person: Person, blueprint: Blueprint, keys: Collection[str], *, today: date
) -> dict[str, Ready]:
    """Which of these requirements this person need not upload, by key. At most two queries; none
    when no requirement is of a kind."""
    asked = {
        spec.key: kind
        for spec in blueprint.documents
        if spec.key in keys and (kind := kind_for(spec)) is not None
    }
    found = {
        key: Ready(Document.Origin.REGISTER, known)
        for key, kind in asked.items()
        if (known := kind.known(person, today))
    }
    left = {key: kind for key, kind in asked.items() if key not in found}
    kept = wallet.usable(person, {kind.key for kind in left.values()}, today=today)
    letters = _own_letters(person, left.values(), today)
    for key, kind in left.items():
        if kind.key in kept:
            document = kept[kind.key]
            found[key] = Ready(Document.Origin.WALLET, document.name, kept=document)
        elif kind.key in letters:
            letter = letters[kind.key]
            words = f"{letter.subject} nomor {letter.number}"
            found[key] = Ready(Document.Origin.LETTER, words, letter=letter)
    return found


def meet(application: Application, keys: Collection[str], *, by: User, today: date) -> None:
    """Meet those of these requirements that need no upload. Call inside a transaction."""
    for key, one in _ready_for(application, keys, today).items():
        try:
            file = one.file()
        except FileNotFoundError:  # lost with its disk: the resident hands it in again
            continue
        if file is None:
            attachments.note(application, key, one.words, one.origin, by)
        else:
            attachments.attach(application, key, one.words, file, by, origin=one.origin)


def _ready_for(application: Application, keys: Collection[str], today: date) -> dict[str, Ready]:
    """The same for an application. Of what a head types for a neighbour, what the register says
    and no more: the neighbour did not show the head what lies in the wallet, nor other letters."""
    found = ready(application.applicant, application.blueprint, keys, today=today)
    helped = application.helped
    is_typed_by_head = application.checked == Application.FOR_NEIGHBOUR and (
        helped is None or helped.taken_over_at is None
    )
    if not is_typed_by_head:
        return found
    return {key: one for key, one in found.items() if one.origin == Document.Origin.REGISTER}


def taken_over(files: Iterable[Document]) -> list[Document]:
    """Those of these files that were met without an upload, by what this city keeps."""
    return [one for one in files if one.origin in _OWN]


_OWN = (Document.Origin.REGISTER, Document.Origin.WALLET, Document.Origin.LETTER)


def renew(
    application: Application, files: Iterable[Document], *, by: User, today: date
) -> bool:  # fmt: skip
    """Meet anew what was met without an upload and no longer stands so: a letter that was revoked,
    a document that was withdrawn, a fact that changed. Whether all of it is met; the rest is asked
    for. Call inside a transaction."""
    taken = taken_over(files)
    if not taken:
        return True
    keys = {one.key for one in taken}
    found = _ready_for(application, keys, today)
    fallen = [one for one in taken if not _stands(one, found.get(one.key))]
    attachments.drop(fallen)
    if fallen:
        meet(application, {one.key for one in fallen}, by=by, today=today)
    return all(one.key in found for one in fallen)


def _stands(document: Document, now: Ready | None) -> bool:
    return (
        now is not None
        and now.origin == document.origin
        and attachments.named(now.words) == document.name
    )


def _own_letters(person: Person, asked: Iterable[DocumentKind], today: date) -> dict[str, Letter]:
    """The newest letter of this city that the resident asked for and that still counts, by kind
    of document. With two of a kind the resident has to say which: none is taken then."""
    kinds = {slug: kind.key for kind in asked for slug in kind.letters}
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


@dataclass(frozen=True, slots=True)
class Effort:
    """How the requirements of a service were met: of ``total``, ``spared`` without an upload."""

    total: int
    spared: int

    @property
    def percent(self) -> int:
        return round(100 * self.spared / self.total) if self.total else 0


def effort(service: Service, *, since: date) -> Effort:
    """How requirements of requests sent since this day were met. One query."""
    of_service = Document.objects.filter(
        case__application__version__service=service, case__submitted_at__date__gte=since
    )
    counted = of_service.aggregate(
        total=Count("pk"), uploaded=Count("pk", filter=Q(origin=Document.Origin.UPLOAD))
    )
    return Effort(counted["total"], counted["total"] - counted["uploaded"])
