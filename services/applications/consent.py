"""How somebody agrees to what is typed for them: by a one-time code, a photographed signature, or
an identity shown at a counter. Nothing is sent for anybody without one of these."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken, Stale
from kernel.ids import normalize_code, secret_code
from messaging.channels import channels
from messaging.notices import tell
from services.applications import notices
from services.applications.models import Application, OnBehalf
from services.applications.queries import in_hand, is_helped_by, is_own_account
from services.cases import attachments
from services.cases.models import Document
from services.cases.route import locked, today_of
from services.residents import guesses
from services.residents.family import is_minor
from services.residents.models import Person
from services.residents.queries import living_with
from services.residents.sealing import prints
from tenants.registry.current import city

VALID_MINUTES = 10
TRIES = 5  # for one application, in VALID_MINUTES
CODES_AN_HOUR = 5  # to one person
LENGTH = 6

NOT_YET = (
    "Warga ini belum menyetujui permohonannya. Minta kode dari HP warga atau keluarganya, atau "
    "foto tanda tangannya."
)
NO_FORM = "Lampirkan dulu pindaian formulir kertas yang ditandatangani warga."
WRONG = "Kode ini keliru atau sudah lewat waktunya. Periksa lagi, atau kirim kode baru."


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody to whom a code can be sent, and on which channels."""

    person: Person
    user: User
    channels: Sequence[str]


def reached(application: Application, *, at: datetime) -> list[Reached]:
    """Who can be sent a code: the applicant first, then grown-ups of the household; only those
    whom a channel reaches. Never whoever types."""
    today = today_of(at)
    home = living_with(application.applicant)
    home.sort(key=lambda one: one.pk != application.applicant_id)
    of_age = [one for one in home if not is_minor(one, today)]
    accounts = {
        user.resident.person_id: user
        for user in User.objects.filter(resident__person__in=of_age, is_active=True)
        .exclude(pk=application.opened_by_id)
        .select_related("resident")
    }
    found = [(one, accounts[one.pk]) for one in of_age if one.pk in accounts]
    rows = [Reached(one, user, _channels(user)) for one, user in found]
    return [row for row in rows if row.channels]


def _channels(user: User) -> list[str]:
    return [channel.name for channel in channels if channel.address_of(user)]


@transaction.atomic
def send_code(*, application_id: int, person_id: int, by: User, at: datetime) -> OnBehalf:
    """Send a code to the applicant or somebody of the household; an earlier one ends. Raises
    NotThere, Stale, RuleBroken."""
    application, row = _to_agree(application_id, by, at)
    whom = next((one for one in reached(application, at=at) if one.person.pk == person_id), None)
    if whom is None:
        raise RuleBroken("Orang ini tidak bisa dikirimi kode. Pilih yang lain, atau foto tanda "
                         "tangannya.", field="person")  # fmt: skip
    guesses.count(f"consent-codes:{person_id}", CODES_AN_HOUR, minutes=60)
    code = secret_code(LENGTH)
    row.code_of, row.code_digest = whom.person, _digests(row, code)[0]
    row.code_until = at + timedelta(minutes=VALID_MINUTES)
    row.save(update_fields=["code_of", "code_digest", "code_until"])
    tell(
        notices.CONSENT_CODE, whom.user, key=f"consent:{row.pk}:{int(at.timestamp())}",
        code=code, service=application.version.service.title, by=by.name, title=row.title,
        minutes=VALID_MINUTES, city=city().name,
    )  # fmt: skip
    audit.record(
        "consent.code_sent", actor=by, subject="application", subject_id=application.pk,
        detail={"person": person_id},
    )  # fmt: skip
    return row


def agree_by_code(
    *, application_id: int, code: str, may_print: bool, by: User, at: datetime
) -> OnBehalf:
    """Whoever was sent the code said it. A wrong one is counted. Raises NotThere, Stale,
    RuleBroken."""
    key = f"consent:{application_id}"
    guesses.count(key, TRIES, minutes=VALID_MINUTES)
    with transaction.atomic():
        application, row = _to_agree(application_id, by, at)
        is_right = any(
            hmac.compare_digest(bytes(row.code_digest), one)
            for one in _digests(row, normalize_code(code)[:40])
        )
        if not is_right or row.code_until is None or row.code_until <= at:
            raise RuleBroken(WRONG, field="code")
        guesses.take_back(key)
        return _agreed(application, row, OnBehalf.How.CODE, may_print=may_print, by=by, at=at)


def agree_by_signature(
    *, application_id: int, content: bytes, may_print: bool, by: User, at: datetime
) -> OnBehalf:
    """The applicant signed the statement; its photo is kept with the case. Raises NotThere, Stale,
    RuleBroken for a file that is not fit to keep."""
    in_hand(by, application_id, today=today_of(at))
    photo = attachments.judged(content)
    if isinstance(photo, RuleBroken):
        raise RuleBroken(photo.message, field="photo")
    with transaction.atomic():
        application, row = _to_agree(application_id, by, at)
        attachments.attach(application, OnBehalf.PAPER, "Persetujuan", photo, by)
        row.paper = application.documents.get(key=OnBehalf.PAPER)
        return _agreed(application, row, OnBehalf.How.SIGNATURE, may_print=may_print, by=by, at=at)


def _to_agree(application_id: int, by: User, at: datetime) -> tuple[Application, OnBehalf]:
    application = locked(Application, application_id)
    in_hand(by, application_id, today=today_of(at))
    row = OnBehalf.objects.select_for_update().filter(application=application).first()
    if row is None or not is_helped_by(by, application, today=today_of(at)):
        raise Stale("Permohonan ini diisi warganya sendiri, jadi tidak perlu persetujuan lagi.")
    if application.state != Application.State.DRAFT:
        raise Stale("Permohonan ini sudah dikirim.")
    return application, row


def _agreed(
    application: Application, row: OnBehalf, how: str, *, may_print: bool, by: User, at: datetime
) -> OnBehalf:
    row.how, row.agreed_at, row.may_print = how, at, may_print
    row.agreed_to = _prints_of(application)[0]
    row.code_digest, row.code_until = b"", None
    if how != OnBehalf.How.CODE:
        row.code_of = None
    row.save()
    audit.record(
        "consent.given", actor=by, subject="application", subject_id=application.pk,
        detail={"how": how, "may_print": may_print, "code_of": row.code_of_id},
    )  # fmt: skip
    return row


def _digests(row: OnBehalf, code: str) -> list[bytes]:
    return prints(f"consent:{row.pk}:{code}")


def _prints_of(application: Application) -> list[bytes]:
    """What one agrees to: the answers, what is handed in with them, and the signed statement. What
    the register itself knows nobody hands in."""
    files = Document.objects.filter(case=application).exclude(origin=Document.Origin.REGISTER)
    handed_in = list(files.order_by("key").values_list("key", "origin", "name", "sha256"))
    said = json.dumps([application.answers, handed_in], sort_keys=True, ensure_ascii=False)
    return prints(f"agreed:{application.pk}:{said}")


def is_agreed(application: Application) -> bool:
    """Whether the applicant agreed to this application as it is typed now. Of one that was sent:
    whether they ever did."""
    row = application.helped
    if row is None or not row.how:
        return False
    if application.state != Application.State.DRAFT:
        return True
    if row.how == OnBehalf.How.SIGNATURE and row.paper_id is None:
        return False
    agreed = bytes(row.agreed_to or b"")
    return any(hmac.compare_digest(agreed, one) for one in _prints_of(application))


# --- asked by the actions of applications ---------------------------------------------------------


def settle(application: Application, *, by: User, at: datetime) -> None:
    """Before an application is sent: the applicant agreed, or sends it by an own account. Raises
    RuleBroken. Call with the application locked."""
    if not application.checked or application.checked == Application.BY_HEAD:
        return
    if is_own_account(by, application):
        take_over(application, by=by, at=at)
    elif application.checked == Application.FOR_NEIGHBOUR:
        if not is_agreed(application):
            raise RuleBroken(NOT_YET)
    elif application.checked == Application.FROM_PAPER:
        if not OnBehalf.objects.filter(application=application, paper__isnull=False).exists():
            raise RuleBroken(NO_FORM)
    elif application.state == Application.State.DRAFT:
        note_identity(application, by=by, at=at)


def note_identity(application: Application, *, by: User, at: datetime, title: str = "") -> None:
    """At a counter the applicants show who they are: that they stand there is how they agree."""
    told = {"typed_by": by, "how": OnBehalf.How.IDENTITY, "agreed_at": at}
    row, is_new = OnBehalf.objects.get_or_create(
        application=application, defaults={**told, "title": title}
    )
    if not is_new and row.typed_by_id != by.pk:
        row.typed_by, row.title, row.agreed_at = by, title or row.title, at
        row.save(update_fields=["typed_by", "title", "agreed_at"])


def note_paper(
    application: Application, scan: Document, *, by: User, at: datetime, title: str
) -> None:
    """The applicant signed a paper form: that is how they agree to what is typed from it."""
    told = {
        "typed_by": by, "title": title, "how": OnBehalf.How.SIGNATURE, "agreed_at": at,
        "paper": scan,
    }  # fmt: skip
    OnBehalf.objects.update_or_create(application=application, defaults=told)


def take_over(application: Application, *, by: User, at: datetime) -> None:
    """The applicant goes on by an own account with what somebody typed for them: whoever typed
    it changes nothing any more. Call with the application locked."""
    row = OnBehalf.objects.filter(application=application, taken_over_at=None).first()
    if row is None or not application.checked:
        return
    row.taken_over_at = at
    row.save(update_fields=["taken_over_at"])
    audit.record(
        "application.taken_over", actor=by, subject="application", subject_id=application.pk
    )


def ask_again(application: Application) -> None:
    """The answers or files of a draft changed: what was agreed to before counts no more
    (``is_agreed`` finds out by itself), nor does a code that was sent for it."""
    if application.state != Application.State.DRAFT:
        return
    if application.checked == Application.FOR_NEIGHBOUR:
        OnBehalf.objects.filter(application=application).update(
            how="", agreed_at=None, agreed_to=None, may_print=False, code_digest=b"",
            code_until=None,
        )  # fmt: skip
