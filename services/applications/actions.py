"""Everything that changes a case. Each action is one transaction, safe to repeat."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.once import reading_once
from services.applications import (
    consent,
    corrections,
    deciding,
    life_events,
    requirements,
)
from services.applications.earlier import earlier
from services.applications.facts import keep_facts
from services.applications.fitness import refuse_unfit
from services.applications.household import house_of
from services.applications.models import OWN_PAPERS, Application
from services.applications.paper_clock import count_from_receipt
from services.applications.queries import draft_of, in_hand, is_applicant, is_own_account
from services.applications.staffed import refuse_closed
from services.cases import attachments, documents, vouching
from services.cases.models import Document
from services.cases.queries import EDITABLE
from services.cases.route import locked, today_of
from services.cases.sending import send
from services.catalogue import answers as answering
from services.catalogue import paging
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service, ServiceVersion
from services.catalogue.unknown import to_ask
from services.questions.conditions import Answer, Answers, all_hold
from services.questions.kind import House
from services.residents import guesses
from services.residents.actions import require_resident
from services.residents.models import Person
from services.residents.queries import facts_of, person_by_nik
from tenants.office import decrees
from tenants.registry import stored_files
from tenants.registry.current import city
from tenants.registry.entitlements import require_room
from tenants.registry.models import City

OPEN_TO_WORK = {City.Status.TRIAL, City.Status.ACTIVE, City.Status.PAST_DUE}


@dataclass(frozen=True, slots=True)
class Naming:
    """How many people outside the household an account may name by NIK in an hour."""

    counter: str
    most: int


BY_HAND = Naming("named", 30)


def _require_open_city() -> None:
    if city().status not in OPEN_TO_WORK:
        raise RuleBroken(
            "Saat ini daerah Anda belum menerima permohonan baru di sini. "
            "Surat yang sudah jadi tetap bisa diunduh dan dicek."
        )


def begin(
    *, service: Service, applicant: Person, by: User, given: Mapping[str, Answer] | None = None,
    checked: str = "",
) -> Application:  # fmt: skip
    """A new draft, or the one already begun: nobody loses what they typed. ``given`` are answers
    that the page it was begun from knows; they take the place of earlier ones.

    ``checked`` is how an official made sure who asks (``counter``).

    Raises RuleBroken, also where the service is not open where the applicant lives.
    """
    if decrees.apply_due():  # where they live may have changed
        applicant = Person.objects.select_related("household__rt").get(pk=applicant.pk)
    _require_open_city()
    require_resident(applicant)
    assert service.current is not None
    if bool(service.card.get("filed_by")) != (checked == Application.BY_HEAD):
        raise NotThere("Layanan ini tidak diajukan dengan cara ini.")
    refuse_unfit(service.current.blueprint.who, applicant, today=today_of(now()))
    existing = draft_of(applicant, service)
    if existing is not None:
        if not checked and not is_applicant(by, existing):
            raise RuleBroken(
                gettext(
                    "%(name)s sudah mulai mengisi layanan ini untuk orang ini. Minta ia "
                    "melanjutkannya, atau membuangnya dulu."
                )
                % {"name": existing.opened_by.name}
            )
        return _with_given(existing, given or {})
    refuse_closed(service, applicant, today=today_of(now()))
    is_helped = checked == Application.FOR_NEIGHBOUR  # who types is shown it before anybody agreed
    taken = earlier(service.current.blueprint, applicant.pk, with_sensitive=not is_helped)
    try:
        with transaction.atomic():
            begun = Application(
                version=service.current,
                applicant=applicant,
                opened_by=by,
                unit=applicant.household.rt,
                kind=Application.KIND,
                checked=checked,
                draft_key=_draft_key(service.current, applicant),
                asks=" ".join(to_ask(service.current.blueprint, facts_of(applicant))),
            )
            answers = {key: one.answer for key, one in taken.items()} | dict(given or {})
            if answers:
                _record_named(begun, answers, by)
                begun.seal_answers(answers)
            begun.save()
            facts = facts_of(applicant)
            wanted = requirements.wanted(begun.blueprint, answers, facts)
            requirements.meet(begun, wanted, by=by, today=today_of(now()))
            return begun
    except IntegrityError:  # the second half of a double click
        return Application.objects.get(draft_key=_draft_key(service.current, applicant))


@transaction.atomic
def _with_given(draft: Application, given: Mapping[str, Answer]) -> Application:
    if given:
        draft = locked(Application, draft.pk)
        require_editable(draft)
        draft.seal_answers({**draft.answers, **given})
        draft.save(update_fields=["answers_sealed"])
    return draft


def _draft_key(version: ServiceVersion, applicant: Person) -> str:
    return f"{Application.KIND}:{version.pk}:{applicant.pk}"


def save_answers(
    *, application_id: int, typed: Mapping[str, str], files: Mapping[str, bytes],
    names: Mapping[str, str], by: User,
    only: Collection[str] | None = None, said_in: Blueprint | None = None,
    naming: Naming = BY_HAND,
) -> dict[str, str]:  # fmt: skip
    """Keep what was answered and handed in; returns what is still wrong, by field key.

    ``said_in`` is the case's own blueprint in the reader's language: what is wrong is said
    with its labels. Nothing of it is kept.

    What is right is kept even when something else is wrong; the form shows the rest as typed.
    ``only`` are the questions of the page that was sent; the others stay as they were.
    Files are judged before the case is locked.
    """
    judged = _judged(application_id, files, only) if files else {}
    return _save_answers(application_id, typed, judged, names, by, only, said_in, naming)


def _judged(
    application_id: int, files: Mapping[str, bytes], only: Collection[str] | None
) -> dict[str, documents.Accepted | RuleBroken]:
    application = Application.objects.select_related("version").get(pk=application_id)
    require_editable(application)
    wanted = {spec.key for spec in application.blueprint.documents}
    wanted &= wanted if only is None else set(only)
    return {key: attachments.judged(files[key]) for key in files.keys() & wanted}


@transaction.atomic
def _save_answers(
    application_id: int, typed: Mapping[str, str],
    files: Mapping[str, documents.Accepted | RuleBroken], names: Mapping[str, str], by: User,
    only: Collection[str] | None, said_in: Blueprint | None, naming: Naming,
) -> dict[str, str]:  # fmt: skip
    application = locked(Application, application_id)
    require_editable(application)
    if application.checked and is_own_account(by, application):
        consent.take_over(application, by=by, at=now())
    blueprint = application.blueprint
    house = _house(application)
    asked = _open(application, house, only if only is not None else blueprint.keys())
    before = answering.as_typed(blueprint, application.answers)
    merged = {name: text for name, text in before.items() if not answering.belongs(name, asked)}
    merged |= {name: text for name, text in typed.items() if answering.belongs(name, asked)}
    guessing = f"{naming.counter}:{by.pk}"
    new = answering.people_asked(blueprint, merged) - answering.people_asked(blueprint, before)
    for _ in new:  # each counts: a right guess tells as much as a wrong one
        guesses.refuse_after(guessing, naming.most, minutes=60)
        guesses.note_wrong(guessing, minutes=60)
    wanted_before = requirements.wanted(blueprint, application.answers, house.applicant)
    answers, wrong = answering.clean(said_in or blueprint, merged, house)
    after = answering.as_typed(blueprint, answers)
    _refuse_contradiction(application, before, after)
    if before != after or files.keys() & set(asked):
        consent.ask_again(application)
    _record_named(application, answers, by)
    application.seal_answers(answers)
    application.save(update_fields=["answers_sealed"])
    wanted = answering.wanted_documents(blueprint, answers, house.applicant)
    new_keys = {spec.key for spec in wanted} - wanted_before - files.keys()
    requirements.meet(application, new_keys, by=by, today=house.today)
    for spec in wanted:
        if spec.key in files and spec.key in asked:
            try:
                file = files[spec.key]
                if isinstance(file, RuleBroken):
                    raise file
                attachments.attach(application, spec.key, names.get(spec.key, spec.label), file, by)
            except RuleBroken as refused:
                wrong[spec.key] = gettext(refused.message)
    found = {**_missing_documents(application, house.applicant, said_in), **wrong}
    return {key: text for key, text in found.items() if key in asked}


def _open(application: Application, house: House, keys: Collection[str]) -> set[str]:
    """Of these questions and files, those that the applicant may change now."""
    allowed = open_keys(application, house)
    return set(keys) if allowed is None else set(keys) & allowed


def open_keys(application: Application, house: House | None = None) -> frozenset[str] | None:
    """What the applicant may change in an application that a desk sent back; None: all of it."""
    wrong = corrections.asked_for(application)
    if not wrong:
        return None
    return corrections.open_keys(application, wrong, _wrong_now(application, house).keys())


def _refuse_contradiction(
    application: Application, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    """What a letter already says may not be answered differently afterwards."""
    if before != after and application.has_letters():
        raise RuleBroken(
            "Dari permohonan ini sudah terbit surat, jadi jawabannya tidak bisa diubah lagi. "
            "Anda masih bisa mengganti berkas, lalu mengirim ulang. Bila jawabannya keliru, "
            "sampaikan kepada petugas dan ajukan permohonan baru."
        )


def _record_named(application: Application, answers: Answers, by: User) -> None:
    """Whoever is named by NIK and name has facts of the register read about them, once."""
    known = set(answering.strangers_named(application.blueprint, application.answers))
    for nik in answering.strangers_named(application.blueprint, answers):
        person = person_by_nik(nik)
        if nik not in known and person is not None:
            audit.record_read(actor=by, person_id=person.pk, purpose="disebut")


def require_editable(application: Application) -> None:
    """Raises Stale once it has been sent."""
    if application.state not in EDITABLE:
        raise Stale("Permohonan ini sudah dikirim dan tidak bisa diubah lagi.")


@transaction.atomic
def remove_document(*, document_id: int, by: User) -> int:
    """Take a file out of a draft; returns the case's id. The signed statement of who agreed stays
    as long as the application. Raises NotThere, Stale, RuleBroken."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise NotThere("Berkas ini tidak ditemukan.")
    in_hand(by, document.case_id, today=today_of(now()))
    application = locked(Application, document.case_id)
    require_editable(application)
    allowed = open_keys(application)
    if allowed is not None and document.key not in allowed:
        raise RuleBroken(gettext(corrections.CLOSED))
    if document.key in OWN_PAPERS:
        raise RuleBroken(
            "Pernyataan yang ditandatangani tidak bisa dihapus. Bila isiannya salah, perbaiki "
            "isiannya lalu minta persetujuan lagi, atau buang isiannya."
        )
    document.delete()
    transaction.on_commit(lambda: stored_files.forget(document.path))
    consent.ask_again(application)
    return application.pk


def _missing_documents(
    application: Application, applicant: dict[str, str], said_in: Blueprint | None = None, *,
    files: Collection[Document] | None = None,
) -> dict[str, str]:  # fmt: skip
    have = {file.key for file in (application.documents.all() if files is None else files)}
    blueprint = said_in or application.blueprint
    wanted = answering.wanted_documents(blueprint, application.answers, applicant)
    return {
        spec.key: gettext("Unggah “%(label)s”.") % {"label": spec.label}
        for spec in wanted
        if spec.required and spec.key not in have
    }


def pages(application: Application) -> list[list[str]]:
    """The questions and files of this case, page by page."""
    house = _house(application)
    dealt = paging.pages(application.blueprint, application.answers, house.applicant)
    allowed = open_keys(application, house)
    if allowed is None:
        return dealt
    kept = [[key for key in keys if key in allowed] for keys in dealt]
    return [keys for keys in kept if keys] or dealt


def _house(application: Application) -> House:
    sent = application.submitted_at
    return house_of(
        application.applicant, today=today_of(now()), filed=today_of(sent) if sent else None
    )


def problems(application: Application, files: Collection[Document] | None = None) -> dict[str, str]:
    """What still stands between this draft and sending it, by field key; ``files`` are its
    documents, where they have been read."""
    return _wrong_now(application, files=files)


def _wrong_now(
    application: Application, house: House | None = None, *,
    files: Collection[Document] | None = None,
) -> dict[str, str]:  # fmt: skip
    house = house or _house(application)
    if application.has_letters():  # the answers stand in a letter; a date may have passed
        return _missing_documents(application, house.applicant, files=files)
    typed = answering.as_typed(application.blueprint, application.answers)
    _, wrong = answering.clean(application.blueprint, typed, house)
    return {**_missing_documents(application, house.applicant, files=files), **wrong}


@transaction.atomic
def still_met(*, application_id: int, by: User) -> bool:
    """Before a draft is sent: whether what was met without an upload still is. What nothing meets
    any more is asked for from then on."""
    application = locked(Application, application_id)
    return _renew(application, application.documents.all(), by)


def _renew(application: Application, files: Iterable[Document], by: User) -> bool:
    if application.state != Application.State.DRAFT:
        return True
    return requirements.renew(application, files, by=by, today=today_of(now()))


@transaction.atomic
@reading_once()
def submit(*, application_id: int, by: User, reply: str = "", at: datetime) -> Application:
    """Send a draft, or send a returned case again. Sending twice changes nothing. ``reply`` answers
    the question for which whoever vouches had sent it back.

    Raises RuleBroken while anything is missing, LimitReached for a new one when the city's
    letters of this month are used up: the draft stays.
    """
    decrees.apply_due()
    application = locked(Application, application_id)
    if application.state not in EDITABLE:
        return application
    _require_open_city()
    require_resident(application.applicant)
    consent.settle(application, by=by, at=at)
    files = list(application.documents.all())
    if requirements.taken_over(files):
        _renew(application, files, by)
        files = list(application.documents.all())
    if problems(application, files):
        raise RuleBroken("Masih ada yang perlu dilengkapi. Periksa lagi isian Anda.")
    answers, specs = application.answers, application.blueprint.documents
    asked = {s.key for s in specs if all_hold(s.show_when, answers)}
    attachments.drop_unasked(files, {*asked, *OWN_PAPERS})
    if application.state == Application.State.DRAFT:
        require_room("letters", at=at)
    vouching.answer(application, reply)
    life_events.note(application)
    keep_facts(application)
    deciding.settle(application, at)
    is_new = application.state == Application.State.DRAFT
    send(application, by=by, at=at)
    if is_new and application.checked == Application.FROM_PAPER:
        count_from_receipt(application, at)
    return application
