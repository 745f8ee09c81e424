"""Who is told by mail of what happens to a dossier. No personal data stands in a mail."""

from datetime import date

from accounts.models import User
from events.subscribers import subscribe
from messaging import mail
from services.applications.actions import today_of
from services.applications.events import (
    CaseDone,
    CaseRefused,
    CaseReturned,
    CaseSubmitted,
    LetterRevoked,
    StepLate,
    StepOpened,
)
from services.applications.models import Application, Step
from services.letters.models import Letter
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.office.notices import HEADS
from tenants.registry.current import city

# Who is told when a desk misses its clock and the service says so.
SUPERIORS: dict[str, list[str]] = {
    Post.Role.LOKET: [Post.Role.SEKRETARIS, *HEADS],
    Post.Role.KASI: [Post.Role.SEKRETARIS, *HEADS],
    Post.Role.SEKRETARIS: [*HEADS],
    Post.Role.PETUGAS_DINAS: [Post.Role.KEPALA_DINAS],
}


def _application(application_id: int) -> Application:
    return Application.objects.select_related("version__service").get(pk=application_id)


def _step(step_id: int) -> Step:
    return Step.objects.select_related("unit", "application__version__service").get(pk=step_id)


def _tell_applicant(application: Application, news: str, subject: str, sentence: str) -> None:
    """Tell the applicant, if they left an address."""
    user = User.objects.filter(resident__person=application.applicant_id).first()
    if user is None or not user.email:
        return
    link = city().url(f"/permohonan/{application.pk}/")
    mail.send(
        user.email,
        subject,
        f"{sentence}.\n\n{application.version.service.title}\nLihat di sini: {link}\n\n"
        f"{city().name}",
        key=f"dossier:{application.pk}:{news}",
    )


@subscribe(CaseSubmitted, when=lambda event: not event.returned_step_id)
def tell_received(event: CaseSubmitted) -> None:
    """A receipt: the number, and who has the application now."""
    application = _application(event.application_id)
    step = application.steps.filter(state=Step.State.OPEN).select_related("unit").first()
    now_at = f". Sekarang di {step.unit.name}: {step.title}" if step is not None else ""
    _tell_applicant(
        application,
        "submitted",
        f"Permohonan {application.number} sudah kami terima",
        f"Permohonan Anda terkirim dengan nomor {application.number}{now_at}",
    )


@subscribe(StepOpened, when=lambda event: event.level in ("rt", "rw") and not event.reopened)
def tell_of_arrival(event: StepOpened) -> None:
    """The Ketua RT or RW learns that somebody waits: they do not open the site each day."""
    step = _step(event.step_id)
    holder = office.holder_of(step.unit, step.role, today_of(step.opened_at))
    if step.state != Step.State.OPEN or holder is None or not holder.user.email:
        return
    mail.send(
        holder.user.email,
        "Seorang warga menunggu jawaban Anda",
        f"Seorang warga {step.unit.name} meminta surat dan menunggu Anda membenarkannya.\n\n"
        f"Jawab di sini: {city().url('/rt/')}\n\n{city().name}",
        key=f"arrived:{step.pk}",
    )


@subscribe(StepLate)
def tell_who_is_late(event: StepLate) -> None:
    """The desk, and its superior where the service says so."""
    step = _step(event.step_id)
    if step.state != Step.State.OPEN:
        return
    application = step.application
    tells_superior = application.blueprint.step(step.key).on_timeout == "naikkan"
    for role in [step.role, *(SUPERIORS.get(step.role, []) if tells_superior else [])]:
        holder = office.holder_of(step.unit, role, date.fromisoformat(event.day))
        if holder is not None and holder.user.email:
            mail.send(
                holder.user.email,
                f"Berkas {application.number} lewat waktu",
                f"Berkas ini menunggu di {step.unit.name} dan sudah lewat batas waktu.\n\n"
                f"{application.version.service.title}\n{city().url('/meja/?tab=lewat')}\n\n"
                f"{city().name}",
                key=f"late:{step.pk}:{role}:{event.day}",
            )


@subscribe(CaseReturned)
def tell_returned(event: CaseReturned) -> None:
    step = _step(event.step_id)
    _tell_applicant(
        step.application,
        f"returned:{step.pk}",
        f"Permohonan {step.application.number} perlu diperbaiki",
        f"{step.unit.name} meminta perbaikan. Alasannya tertulis di permohonan Anda",
    )


@subscribe(CaseRefused)
def tell_refused(event: CaseRefused) -> None:
    step = _step(event.step_id)
    _tell_applicant(
        step.application,
        "refused",
        f"Permohonan {step.application.number} tidak dapat dipenuhi",
        f"{step.unit.name} menolaknya. Alasannya tertulis di permohonan Anda",
    )


@subscribe(CaseDone)
def tell_done(event: CaseDone) -> None:
    application = _application(event.application_id)
    _tell_applicant(
        application,
        "done",
        f"Permohonan {application.number} sudah selesai",
        "Surat sudah jadi dan bisa diunduh" if application.issued.exists() else "Sudah selesai",
    )


@subscribe(LetterRevoked)
def tell_revoked(event: LetterRevoked) -> None:
    application = _application(event.application_id)
    letter = Letter.objects.select_related("unit").get(pk=event.letter_id)
    _tell_applicant(
        application,
        f"revoked:{letter.pk}",
        f"Surat dari permohonan {application.number} dicabut",
        f"{letter.unit.name} mencabut surat yang sudah terbit untuk Anda, jadi "
        "surat itu tidak berlaku lagi. Alasannya tertulis di permohonan Anda",
    )
