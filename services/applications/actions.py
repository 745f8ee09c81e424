"""Everything that changes a dossier. Each action is one transaction, safe to repeat."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from django.db import IntegrityError, transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.workdays import calendar_for
from messaging import mail, outbox
from services.applications import documents, rules
from services.applications.models import Application, Document, IssuedLetter, Step
from services.applications.queries import own
from services.applications.wording import letter_draft, signer_of
from services.catalogue import answers as answering
from services.catalogue.blueprint import StepSpec
from services.catalogue.models import Service
from services.catalogue.rules import outputs_of, route, step_after
from services.letters import actions as letters
from services.residents.models import Person
from tenants.office import queries as office
from tenants.office.models import Holding, Post, Unit
from tenants.registry.current import city
from tenants.registry.models import City

Decision = Literal["approve", "return", "refuse"]
OPEN_TO_WORK = {City.Status.TRIAL, City.Status.ACTIVE, City.Status.PAST_DUE}
EDITABLE = {Application.State.DRAFT, Application.State.RETURNED}


def _require_open_city() -> None:
    if city().status not in OPEN_TO_WORK:
        raise RuleBroken(
            "Saat ini daerah Anda belum menerima permohonan baru di sini. "
            "Surat yang sudah jadi tetap bisa diunduh dan dicek."
        )


def _locked(application_id: int) -> Application:
    """The dossier, locked until the transaction ends. Every action locks this row first."""
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("version__service", "applicant__household", "rt")
        .get(pk=application_id)
    )


def begin(*, service: Service, applicant: Person, by: User) -> Application:
    """A new draft, or the one already begun: nobody loses what they typed."""
    _require_open_city()
    assert service.current is not None
    existing = Application.objects.filter(
        applicant=applicant, version__service=service, state=Application.State.DRAFT
    ).first()
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            return Application.objects.create(
                version=service.current,
                applicant=applicant,
                opened_by=by,
                rt=applicant.household.rt,
            )
    except IntegrityError:  # the second half of a double click
        return Application.objects.get(
            applicant=applicant, version=service.current, state=Application.State.DRAFT
        )


@transaction.atomic
def save_answers(
    *, application_id: int, typed: Mapping[str, str], files: Mapping[str, bytes],
    names: Mapping[str, str], by: User
) -> dict[str, str]:  # fmt: skip
    """Keep what was answered and handed in; returns what is still wrong, by field key.

    What is right is kept even when something else is wrong.
    """
    application = _locked(application_id)
    _require_editable(application)
    blueprint = application.blueprint
    answers, wrong = answering.clean(blueprint, typed)
    application.answers = {**answers, **{key: typed.get(key, "") for key in wrong}}
    application.save(update_fields=["answers"])
    for spec in answering.wanted_documents(blueprint, answers):
        if spec.key in files:
            try:
                _attach(application, spec.key, names.get(spec.key, spec.label), files[spec.key], by)
            except RuleBroken as refused:
                wrong[spec.key] = refused.message
    # A file that was refused is also missing: the reason of the refusal says more.
    return {**_missing_documents(application), **wrong}


def _require_editable(application: Application) -> None:
    if application.state not in EDITABLE:
        raise Stale("Permohonan ini sudah dikirim dan tidak bisa diubah lagi.")


def _attach(application: Application, key: str, name: str, content: bytes, by: User) -> None:
    accepted = documents.accept(content)
    path = documents.keep(accepted)
    old = application.documents.filter(key=key).first()
    Document.objects.update_or_create(
        application=application,
        key=key,
        defaults={
            "name": name.replace("\x00", "")[-120:],
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


@transaction.atomic
def remove_document(*, document_id: int, by: User) -> int:
    """Take a file out of a draft; returns the dossier's id. Raises NotThere, Stale."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise NotThere("Berkas ini tidak ditemukan.")
    application = own(by, document.application_id)
    _require_editable(_locked(application.pk))
    document.delete()
    transaction.on_commit(lambda: documents.forget(document.path))
    return application.pk


def _missing_documents(application: Application) -> dict[str, str]:
    have = set(application.documents.values_list("key", flat=True))
    return {
        spec.key: f"Unggah “{spec.label}”."
        for spec in answering.wanted_documents(application.blueprint, application.answers)
        if spec.required and spec.key not in have
    }


def problems(application: Application) -> dict[str, str]:
    """What still stands between this draft and sending it, by field key."""
    typed = {key: str(value) for key, value in application.answers.items() if value is not None}
    _, wrong = answering.clean(application.blueprint, typed)
    return {**wrong, **_missing_documents(application)}


@transaction.atomic
def submit(*, application_id: int, by: User, at: datetime) -> Application:
    """Send a draft, or send a returned dossier again. Sending twice changes nothing.

    Raises RuleBroken while anything is missing.
    """
    application = _locked(application_id)
    if application.state not in EDITABLE:
        return application
    _require_open_city()
    if problems(application):
        raise RuleBroken("Masih ada yang perlu dilengkapi. Periksa lagi isian Anda.")
    returned = application.steps.filter(state=Step.State.RETURNED).last()
    if application.state == Application.State.DRAFT:
        local = at.astimezone(city().tz)
        application.number = rules.dossier_number(
            year=local.year,
            month=local.month,
            sequence=letters.next_number(f"berkas:{local.year}"),
        )
        application.submitted_at = at
        first = route(application.blueprint, application.answers)[0]
    else:
        assert returned is not None
        first = application.blueprint.step(returned.key)
    application.state = Application.State.RUNNING
    application.save(update_fields=["number", "submitted_at", "state"])
    _record(application, "dossier.submitted", by)
    _open(application, first, at)
    return application


def _open(application: Application, spec: StepSpec | None, at: datetime) -> None:
    """Bring the dossier to a step, passing over vacant ones that allow it, or to its end."""
    here = city()
    while spec is not None:
        code = rules.unit_code_for(spec, rt_code=application.rt.code)
        unit = Unit.objects.filter(code=code).first()
        if unit is None:
            raise RuleBroken(
                f"Langkah “{spec.title}” belum bisa dijalankan: unit kerjanya belum dibuat. "
                "Hubungi admin daerah Anda."
            )
        holder = office.holder_of(unit, spec.role, at.astimezone(here.tz).date())
        clock = calendar_for(here.timezone)
        step = Step(
            application=application,
            key=spec.key,
            title=spec.title,
            unit=unit,
            role=spec.role,
            opened_at=at,
            due_at=clock.due(at, spec.clock.amount, spec.clock.unit),
        )
        reason = _why_skipped(spec, holder, application)
        if reason is None:
            step.save()
            return
        step.state, step.decided_at, step.note = Step.State.SKIPPED, at, reason
        step.save()
        spec = step_after(application.blueprint, application.answers, spec.key)
    unfinished = application.issued.filter(letter__sha256="").exists()
    _finish(application, at) if not unfinished else _set_state(
        application, Application.State.ISSUING
    )


def _why_skipped(spec: StepSpec, holder: Holding | None, application: Application) -> str | None:
    if not spec.skip_when_vacant:
        return None
    if holder is None:
        return "Belum ada yang menjabat; diteruskan ke langkah berikutnya."
    if _is_self(holder.user, application):
        return "Pemohon sendiri yang menjabat; diteruskan ke langkah berikutnya."
    return None


def _is_self(user: User, application: Application) -> bool:
    """Whether this official is the applicant: nobody decides on their own request."""
    return Person.objects.filter(account__user=user, pk=application.applicant_id).exists()


def _set_state(application: Application, state: Application.State) -> None:
    application.state = state
    application.save(update_fields=["state"])


def _finish(application: Application, at: datetime) -> None:
    application.state = Application.State.DONE
    application.finished_at = at
    application.save(update_fields=["state", "finished_at"])
    _record(application, "dossier.done", None)
    _notify(
        application,
        "done",
        f"Permohonan {application.number} sudah selesai",
        "Surat sudah jadi dan bisa diunduh" if application.issued.exists() else "Sudah selesai",
    )


@transaction.atomic
def decide(
    *, step_id: int, by: User, decision: Decision, note: str = "", at: datetime
) -> Application:
    """An official decides on the dossier in front of them.

    Only whoever holds the post today may, never on their own request, and only while the step
    is open; the same person deciding the same again changes nothing. Returning and refusing need
    a reason. Raises NotThere, Stale or RuleBroken.
    """
    application_id = (
        Step.objects.filter(pk=step_id).values_list("application_id", flat=True).first()
    )
    if application_id is None:
        raise NotThere
    application = _locked(application_id)
    step = Step.objects.select_related("unit", "decided_by").get(pk=step_id)
    post = _post_held(by, step, at)
    wanted = {
        "approve": Step.State.APPROVED,
        "return": Step.State.RETURNED,
        "refuse": Step.State.REFUSED,
    }[decision]
    if step.state != Step.State.OPEN:
        if step.state == wanted and step.decided_by_id == by.pk:
            return application
        who = step.decided_by.name if step.decided_by else "orang lain"
        raise Stale(f"Berkas ini sudah diputuskan oleh {who}. Tidak ada yang berubah.")
    if _is_self(by, application):
        raise RuleBroken(
            "Ini permohonan Anda sendiri, jadi harus diputuskan pejabat lain. "
            "Minta pelaksana harian atau atasan memutuskannya."
        )
    spec = application.blueprint.step(step.key)
    note = note.replace("\x00", "").strip()[:1000]
    if decision != "approve" and len(note) < 5:
        raise RuleBroken(
            "Tulis alasannya dengan jelas, supaya pemohon tahu apa yang harus dilakukan.",
            field="note",
        )
    if (decision == "return" and not spec.can_return) or (
        decision == "refuse" and not spec.can_refuse
    ):
        raise RuleBroken("Pilihan ini tidak tersedia pada langkah ini.")
    step.state, step.decided_at, step.decided_by, step.note = wanted, at, by, note
    step.save(update_fields=["state", "decided_at", "decided_by", "note"])
    _record(application, f"dossier.{decision}", by, step=step.key)
    if decision == "approve":
        _issue(application, spec, step, post, at)
        _open(application, step_after(application.blueprint, application.answers, step.key), at)
    elif decision == "return":
        _set_state(application, Application.State.RETURNED)
        _notify(
            application,
            f"returned:{step.pk}",
            f"Permohonan {application.number} perlu diperbaiki",
            f"{step.unit.name} meminta perbaikan: {note}",
        )
    else:
        application.finished_at = at
        application.state = Application.State.REFUSED
        application.save(update_fields=["state", "finished_at"])
        _notify(
            application,
            "refused",
            f"Permohonan {application.number} tidak dapat dipenuhi",
            f"{step.unit.name} menolak dengan alasan: {note}",
        )
    return application


def _post_held(user: User, step: Step, at: datetime) -> Post:
    """The post that makes this step this user's business. Raises NotThere: no hint to others."""
    today = at.astimezone(city().tz).date()
    for post in office.posts_of(user, today):
        if post.unit_id == step.unit_id and post.role == step.role:
            return post
    raise NotThere


def _issue(application: Application, spec: StepSpec, step: Step, post: Post, at: datetime) -> None:
    """Number the letters this approval brings and order their PDFs."""
    for output in outputs_of(application.blueprint, application.answers, spec.key):
        today = at.astimezone(city().tz).date()
        assert step.decided_by is not None
        signer = signer_of(step.decided_by, post, today)
        letter = letters.write(
            letter_draft(application, output, signer, today),
            unit=step.unit,
            letterhead=_letterhead(step.unit),
            person=application.applicant,
            signer=signer,
            at=at,
        )
        IssuedLetter.objects.create(application=application, output=output.key, letter=letter)
        outbox.enqueue(
            "applications.issue", {"application_id": application.pk}, key=f"issue:{letter.pk}"
        )


def _letterhead(unit: Unit) -> list[Unit]:
    """The units named in the letterhead, from the top down, below the government itself."""
    above = office.unit_above(unit, Unit.Kind.KECAMATAN) if unit.kind != Unit.Kind.DINAS else None
    return [above, unit] if above is not None and above.pk != unit.pk else [unit]


@transaction.atomic
def finish_letters(*, application_id: int, at: datetime) -> None:
    """Make every PDF that is still missing; close the dossier when nothing else is open.

    Idempotent: runs again after any crash.
    """
    application = _locked(application_id)
    for issued in application.issued.filter(letter__sha256="").order_by("pk"):
        letters.archive_pdf(issued.letter_id, at=at)
    if application.state == Application.State.ISSUING:
        _finish(application, at)


@transaction.atomic
def withdraw(*, application_id: int, by: User, at: datetime) -> None:
    """The applicant takes a request back, as long as no letter has come out of it."""
    application = _locked(application_id)
    if application.state == Application.State.WITHDRAWN:
        return
    if application.state not in {*EDITABLE, Application.State.RUNNING}:
        raise Stale("Permohonan ini sudah selesai dan tidak bisa dibatalkan.")
    if application.issued.exists():
        raise RuleBroken("Sudah ada surat yang terbit, jadi permohonan ini tidak bisa dibatalkan.")
    application.steps.filter(state=Step.State.OPEN).update(
        state=Step.State.SKIPPED, decided_at=at, note="Dibatalkan pemohon."
    )
    application.state, application.finished_at = Application.State.WITHDRAWN, at
    application.save(update_fields=["state", "finished_at"])
    _record(application, "dossier.withdrawn", by)


def _record(application: Application, what: str, by: User | None, **detail: object) -> None:
    audit.record(
        what, actor=by, subject="application", subject_id=application.pk, detail=dict(detail)
    )


def _notify(application: Application, event: str, subject: str, sentence: str) -> None:
    """Tell the applicant by mail, if they left an address. No personal data in the mail."""
    user = User.objects.filter(resident__person=application.applicant_id).first()
    if user is None or not user.email:
        return
    link = city().url(f"/permohonan/{application.pk}/")
    mail.send(
        user.email,
        subject,
        f"{sentence}.\n\n{application.version.service.title}\nLihat di sini: {link}\n\n"
        f"{city().name}",
        key=f"dossier:{application.pk}:{event}",
    )
