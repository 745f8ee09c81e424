"""An official of a counter opens and fills in an application for somebody who stands there."""

from datetime import date

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.applications import actions, consent
from services.applications.models import Application
from services.catalogue.models import Service
from services.residents import officials
from services.residents.models import OneTimeCode, Person
from services.residents.onetime import serves
from services.residents.queries import lives_in
from tenants.office.queries import posts_of
from tenants.office.roles import Can, can

# How the official made sure who asks, and that they ask for it.
PROOFS = [one for one in OneTimeCode.Checked.choices if one[0] != OneTimeCode.Checked.APPOINTED]

BEGUN_ALONE = (
    "Orang ini sudah mulai mengisi layanan ini di akunnya sendiri. Minta ia melanjutkannya, atau "
    "membuangnya dulu."
)


@transaction.atomic
def begin(
    *, service: Service, applicant: Person, by: User, checked: str, today: date
) -> Application:
    """A draft for somebody at the counter, filled from the register; one that another official of
    the counter began goes on. The applicant sees it in their account, and who opened it.

    Raises NotThere for somebody who lives elsewhere, RuleBroken.
    """
    if not serves(by, applicant, today):
        raise NotThere("Permohonan diisikan petugas loket di wilayah tempat orang ini tinggal.")
    if applicant.pk in officials.own_people(by) or officials.may_be(by, applicant):
        raise RuleBroken("Permohonan Anda sendiri diajukan lewat akun warga Anda.")
    if checked not in (*dict(PROOFS), Application.FROM_PAPER):
        raise RuleBroken("Pilih bagaimana Anda memeriksa orangnya.", field="checked")
    draft = actions.begin(service=service, applicant=applicant, by=by, checked=checked)
    draft = Application.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if not draft.checked or draft.checked == Application.FOR_NEIGHBOUR:
        raise RuleBroken(BEGUN_ALONE)
    # What was begun from a paper form stays so, whoever goes on with it.
    is_paper = Application.FROM_PAPER in (draft.checked, checked)
    if draft.opened_by_id != by.pk or (is_paper and draft.checked != Application.FROM_PAPER):
        draft.opened_by, draft.checked = by, Application.FROM_PAPER if is_paper else checked
        draft.save(update_fields=["opened_by", "checked"])
    if not is_paper:
        consent.note_identity(draft, by=by, at=now(), title=title_at_counter(by, applicant, today))
    audit.record(
        "application.begun_at_counter", actor=by, subject="application", subject_id=draft.pk,
        detail={"checked": checked},
    )  # fmt: skip
    audit.record_read(actor=by, person_id=applicant.pk, purpose="loket-isi")
    return draft


def title_at_counter(by: User, applicant: Person, today: date) -> str:
    """The post at whose counter the applicant stands."""
    posts = [post for post in posts_of(by, today) if can(post.role, Can.COUNTER)]
    return next((post.title for post in posts if lives_in(applicant, post.unit.code)), "")
