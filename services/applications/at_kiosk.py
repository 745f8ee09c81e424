"""A resident files at a kiosk in an office, identified for one turn (``residents.kiosk``)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from services.applications import actions, consent, loading, queries, withdrawal
from services.applications.models import Application
from services.cases.route import today_of
from services.catalogue.models import Service
from services.letters.models import Letter
from services.residents.models import Kiosk, Person

NOBODY = "Waktu Anda di kios sudah habis. Mulai lagi; isian yang sudah disimpan tetap ada."
BEGUN_ELSEWHERE = (
    "Anda sudah mulai mengisi layanan ini di akun Anda, atau bersama petugas atau Ketua RT. "
    "Lanjutkan di sana, atau minta tolong di loket."
)
MOST = 20  # cases that a kiosk lists


def _standing(kiosk: Kiosk, at: datetime) -> Person:
    person = kiosk.standing(at)
    if person is None:
        raise Stale(NOBODY)
    return person


@transaction.atomic
def begin(*, service: Service, kiosk: Kiosk, at: datetime) -> Application:
    """A draft of whoever stands at the kiosk, filled from register, wallet and earlier answers; one
    begun at a kiosk before goes on. That they identified themselves is how they agree. Raises
    Stale, RuleBroken."""
    person = _standing(kiosk, at)
    draft = actions.begin(
        service=service, applicant=person, by=kiosk.user, checked=Application.AT_KIOSK
    )
    draft = Application.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if draft.checked != Application.AT_KIOSK or _is_taken_over(draft):
        raise RuleBroken(BEGUN_ELSEWHERE)
    if draft.opened_by_id != kiosk.user_id:
        draft.opened_by = kiosk.user
        draft.save(update_fields=["opened_by"])
    consent.note_identity(draft, by=kiosk.user, at=at, title=kiosk.user.name)
    audit.record(
        "application.begun_at_kiosk", actor=kiosk.user, subject="application", subject_id=draft.pk
    )
    return draft


def _is_taken_over(application: Application) -> bool:
    helped = application.helped
    return helped is not None and helped.taken_over_at is not None


@transaction.atomic
def discard(*, application_id: int, kiosk: Kiosk, at: datetime) -> None:
    """Throw away a draft begun at a kiosk. Raises NotThere, Stale."""
    application = queries.in_hand(kiosk.user, application_id, today=today_of(at))
    if application.state != Application.State.DRAFT:
        raise Stale("Permohonan ini sudah dikirim.")
    withdrawal.withdraw(application_id=application_id, by=kiosk.user, at=at)


def cases(person: Person) -> QuerySet[Application]:
    """What a kiosk lists of a resident: everything that was sent, and drafts begun at a kiosk."""
    begun_here = Q(checked=Application.AT_KIOSK, on_behalf__taken_over_at=None)
    found = queries.of_person(person).exclude(checked=Application.BY_HEAD)
    return found.filter(begun_here | Q(number__isnull=False))[:MOST]


def case_of(person: Person, application_id: int) -> Application:
    """One that was sent, of whoever stands at the kiosk. Raises NotThere."""
    application = loading.read(application_id)
    if (
        application is None
        or application.applicant_id != person.pk
        or application.checked == Application.BY_HEAD
        or application.number is None
    ):
        raise NotThere("Permohonan ini tidak ditemukan.")
    return application


def letters(application: Application) -> list[Letter]:
    """The finished letters that its holder may print."""
    found = [issued.letter for issued in application.issued.all()]
    return [one for one in found if one.state == Letter.State.READY]


def letter_of(kiosk: Kiosk, application: Application, letter_id: int) -> Letter:
    """A letter to read and print; the reading is recorded. Raises NotThere."""
    found = shown_letter(application, letter_id)
    audit.record_read(
        actor=kiosk.user, person_id=application.applicant_id, purpose="kios-surat",
        office=kiosk.user.name,
    )  # fmt: skip
    return found


def shown_letter(application: Application, letter_id: int) -> Letter:
    """One of ``letters``. Raises NotThere."""
    found = next((one for one in letters(application) if one.pk == letter_id), None)
    if found is None:
        raise NotThere("Surat ini tidak ditemukan.")
    return found
