"""What a desk, or a head who vouches, asks the applicant to correct, question by question, and what
became of it."""

import copy
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.text import tidy
from services.applications.models import Application, Correction, ReturnedAnswers
from services.cases import decisions, route
from services.cases.models import Document, Step
from services.catalogue import answers as answering
from services.catalogue.blueprint import Blueprint

CLOSED = gettext_noop("Bagian ini tidak diminta untuk diperbaiki, jadi tidak bisa diubah.")


@dataclass(frozen=True, slots=True)
class Wrong:
    """One question or file that is to be corrected, as an official says it."""

    key: str
    fault: str  # a value of ``Correction.Fault``
    note: str = ""


@transaction.atomic
def send_back(
    *, step_id: int, by: User, wrong: Sequence[Wrong], note: str, ready: str = "", at: datetime
) -> Application:
    """Return an application and say what is wrong with which question or file. Without any, all of
    it is open to the applicant, and ``note`` or the ready question ``ready`` has to say why. Raises
    what ``decisions.return_`` raises, and RuleBroken for a question that was not asked, or that a
    head does not read."""
    step = Step.objects.select_related("case", "unit").get(pk=step_id)
    application = Application.of(step.case)
    labels = dict(markable(application, step))
    unknown = [one for one in wrong if one.key not in labels]
    if unknown or any(one.fault not in Correction.Fault.values for one in wrong):
        raise RuleBroken("Pilih bagian yang memang ada di permohonan ini, lalu kirim lagi.")
    words = " ".join(part for part in (_in_words(wrong, labels), tidy(note)) if part)
    first = wrong[0].key if wrong else ""
    case = decisions.return_(step_id=step_id, by=by, note=words, about=first, ready=ready, at=at)
    if step.state != Step.State.OPEN:  # a form that was sent again adds nothing to what was said
        return Application.of(case)
    Correction.objects.bulk_create(
        [
            Correction(step_id=step_id, key=one.key, fault=one.fault, note=tidy(one.note)[:300])
            for one in wrong
        ],
        ignore_conflicts=True,  # the second half of a double click
    )
    return Application.of(case)


def _in_words(wrong: Iterable[Wrong], labels: dict[str, str]) -> str:
    """What is to be corrected, for the history and for notices."""
    parts = []
    for one in wrong:
        fault = Correction.Fault(one.fault).label
        note = f": {tidy(one.note)}" if tidy(one.note) else ""
        parts.append(f"{labels.get(one.key, one.key).rstrip('?:.')} {fault}{note}.")
    return " ".join(parts)


def keep_answers(application: Application, step: Step) -> None:
    """Keep what the application says as a desk sends it back."""
    ReturnedAnswers.objects.create(
        step=step,
        answers_sealed=bytes(application.answers_sealed),
        files=_prints(application.documents.all()),
    )


def _prints(documents: Iterable[Document]) -> dict[str, list[str]]:
    """By key: what tells the file from another, and its name."""
    return {one.key: [one.sha256, one.name] for one in documents}


def labelled(application: Application, blueprint: Blueprint | None = None) -> list[tuple[str, str]]:
    """Key and label of each question that was asked and each file that was asked for or handed
    in; ``blueprint`` is the application's own in another language."""
    blueprint = blueprint or application.blueprint
    fields = answering.visible_fields(blueprint, application.answers)
    found = [(field.key, field.label) for field in fields]
    have = {document.key for document in application.documents.all()}
    wanted = answering.wanted_documents(blueprint, application.answers, {})
    asked = {spec.key for spec in wanted}
    found += [(d.key, d.label) for d in blueprint.documents if d.key in have | asked]
    return found


def markable(application: Application, step: Step) -> list[tuple[str, str]]:
    """Key and label of what may be marked as wrong at a step: at a desk everything, near home what
    a head reads."""
    if not route.is_near(step.unit):
        return labelled(application)
    kept_back = _kept_from_heads(application.blueprint)
    return [(key, label) for key, label in labelled(application) if key not in kept_back]


def _kept_from_heads(blueprint: Blueprint) -> set[str]:
    """The questions whose answers no head reads, and the files that would betray them."""
    sensitive = {field.key for field in blueprint.fields if field.sensitive}
    files = {document.key for document in blueprint.documents}
    return sensitive | (_following(blueprint, sensitive) & files)


# --- for the applicant ----------------------------------------------------------------------------


def last_return(application: Application) -> Step | None:
    """The step that sent it back last, whether or not it has come again (prefetched)."""
    steps = [s for s in application.steps.all() if s.state == Step.State.RETURNED]
    return steps[-1] if steps else None


def asked_for(application: Application) -> list[Correction]:
    """What is to be corrected while the application is with the applicant; none: anything. One
    query."""
    if application.state != Application.State.RETURNED:
        return []
    step = last_return(application)
    return list(step.corrections.all()) if step is not None else []


def open_keys(
    application: Application, corrections: Collection[Correction], problems: Collection[str]
) -> frozenset[str] | None:
    """The questions and files that the applicant may change now: what is to be corrected, what is
    asked because of it, and what ``problems`` names, since it is wrong by now. None: all."""
    if not corrections:
        return None
    named = {one.key for one in corrections}
    return frozenset(named | _following(application.blueprint, named) | set(problems))


def _following(blueprint: Blueprint, keys: Collection[str]) -> set[str]:
    """The questions and files that are asked depending on these questions, and on those in turn."""
    found: set[str] = set()
    for spec in blueprint.fields:
        if {c.field for c in (*spec.show_when, *spec.require_when)} & {*keys, *found}:
            found.add(spec.key)
    for document in blueprint.documents:
        if {condition.field for condition in document.show_when} & {*keys, *found}:
            found.add(document.key)
    return found


@dataclass(frozen=True, slots=True)
class ToCorrect:
    """One line of what is to be corrected, in the reader's language."""

    key: str
    label: str
    fault: str
    note: str
    is_changed: bool
    written: str  # the fault as it is kept
    said: str  # the label in the words of the history


def to_correct(application: Application, blueprint: Blueprint | None = None) -> list[ToCorrect]:
    """What the desk asked for, and whether the applicant has changed it since. Two queries while
    the application is with the applicant, none otherwise."""
    corrections = asked_for(application)
    if not corrections:
        return []
    changed = changed_keys(application)
    labels, said = dict(labelled(application, blueprint)), dict(labelled(application))
    return [
        ToCorrect(
            one.key, labels.get(one.key, one.key), gettext(Correction.Fault(one.fault).label),
            one.note, one.key in changed, one.fault, said.get(one.key, one.key),
        )
        for one in corrections
    ]  # fmt: skip


def message(said: str, items: Collection[ToCorrect]) -> str:
    """What was written besides the list of what is to be corrected; ``said`` is all of it."""
    if not items:
        return said
    listed = [Wrong(one.key, one.written, one.note) for one in items]
    parts = said.partition(_in_words(listed, {one.key: one.said for one in items}))
    return " ".join(part.strip() for part in parts[::2] if part.strip())


# --- what changed ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One question or file, as it was when it was sent back and as it is now."""

    key: str
    label: str
    before: str
    now: str
    fault: str  # "" where nobody had asked for it
    is_changed: bool


def _kept(application: Application) -> ReturnedAnswers | None:
    """What was kept when it was last sent back (read with ``loading.read``, else one query)."""
    step = last_return(application)
    return getattr(step, "returned_answers", None) if step is not None else None


def as_returned(application: Application) -> Application | None:
    """The application with the answers it had when it was last sent back; None before."""
    kept = _kept(application)
    if kept is None:
        return None
    before = copy.copy(application)
    before.answers_sealed = kept.answers_sealed
    return before


def changed_keys(application: Application) -> set[str]:
    """Questions and files that differ from when it was last sent back. One query."""
    kept, before = _kept(application), as_returned(application)
    if kept is None or before is None:
        return set()
    old, now = before.answers, application.answers
    answers = {key for key in {*old, *now} if old.get(key) != now.get(key)}
    prints = _prints(application.documents.all())
    files = {key for key in {*kept.files, *prints} if kept.files.get(key) != prints.get(key)}
    return answers | files


def changes(application: Application) -> list[Change]:
    """For a desk: what was to be corrected and what has changed besides, since it was last sent
    back and came again. At most two queries, none for one that was never sent back."""
    step = last_return(application)
    if step is None or application.state == Application.State.RETURNED:
        return []
    before = as_returned(application)
    if before is None:
        return []
    faults = {one.key: Correction.Fault(one.fault).label for one in step.corrections.all()}
    changed = changed_keys(application)
    labels = {**dict(labelled(before)), **dict(labelled(application))}
    return [
        Change(key, label, *_both(key, before, application), faults.get(key, ""), key in changed)
        for key, label in labels.items()
        if key in changed or key in faults
    ]


def changes_for_head(application: Application, step: Step) -> list[Change]:
    """``changes`` for the head who had sent it back and has it again: of the answers they read; of
    files only whether there is another one. Queries as there."""
    last = last_return(application)
    if last is None or last.key != step.key or last.pk >= step.pk:
        return []
    kept_back = _kept_from_heads(application.blueprint)
    files = {document.key for document in application.blueprint.documents}
    return [
        replace(one, before="", now="Berkas baru" if one.is_changed else "")
        if one.key in files
        else one
        for one in changes(application)
        if one.key not in kept_back
    ]


def _both(key: str, before: Application, application: Application) -> tuple[str, str]:
    """An answer, or the name of a file, as it was and as it is."""
    field = next((field for field in application.blueprint.fields if field.key == key), None)
    if field is not None:
        return (
            answering.words(field, before.answers.get(key)),
            answering.words(field, application.answers.get(key)),
        )
    kept = _kept(application)
    old = kept.files.get(key, ["", ""]) if kept is not None else ["", ""]
    now = _prints(application.documents.all()).get(key, ["", ""])
    is_same_name = old[1] == now[1] and old[0] != now[0]
    return old[1], f"{now[1]} (berkas baru)" if is_same_name else now[1]
