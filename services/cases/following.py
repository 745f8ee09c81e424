"""What follows for cases when a unit is closed, and what they keep from being removed."""

from django.db.models import Q

from services.cases.models import Case, Step
from tenants.office.decrees import Closing
from tenants.office.handing_over import Line
from tenants.office.models import OwnRole, Post, Unit

ENDED = (Case.State.DONE, Case.State.REFUSED, Case.State.WITHDRAWN)


def hand_over(closing: Closing) -> None:
    """What waits at the closed unit waits at its successor; what has ended stays as it was."""
    if closing.successor is None:
        return
    waiting = Step.objects.filter(unit=closing.unit, state=Step.State.OPEN)
    waiting.update(unit=closing.successor)
    Case.objects.filter(unit=closing.unit).exclude(state__in=ENDED).update(unit=closing.successor)


def work_waits_there(unit: Unit) -> str:
    """Why a unit cannot be closed without a successor, or ""."""
    waiting = Step.objects.filter(unit=unit, state=Step.State.OPEN).exists()
    return "Masih ada permohonan yang menunggu di sini." if waiting else ""


def work_waits_for(role: OwnRole) -> str:
    """Why one of the city's own roles must stay as it is, or ""."""
    mine = Q(role=role.code) | Q(deputies__contains=[role.code])
    waiting = Step.objects.filter(mine, state=Step.State.OPEN).exists()
    return "Masih ada permohonan yang menunggu peran ini." if waiting else ""


def waiting_vouches(post: Post) -> Line:
    """What waits at the post of an RT, RW or dusun, for its hand-over."""
    waiting = Step.objects.filter(unit=post.unit_id, role=post.role, state=Step.State.OPEN)
    return Line("Permohonan warga yang menunggu jawaban", waiting.count())
