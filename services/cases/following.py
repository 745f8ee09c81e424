"""What follows for cases when a unit is closed, and what they keep from being removed."""

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, Q, QuerySet, TextField, Value

from services.cases.finding import unit_key
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
    found_there(Case.objects.filter(steps__in=waiting), closing.unit, closing.successor)
    waiting.update(unit=closing.successor)
    moving = Case.objects.filter(unit=closing.unit).exclude(state__in=ENDED)
    found_there(moving, closing.unit, closing.successor)
    Step.objects.filter(case__in=moving).update(case_unit=closing.successor)
    moving.update(unit=closing.successor)
    located = Case.objects.filter(located_in=closing.unit).exclude(state__in=ENDED)
    located.update(located_in=closing.successor)


def found_there(cases: QuerySet[Case], closed: Unit, successor: Unit) -> None:
    """A search at the desks of the successor finds these cases of the closed unit."""
    key = ArrayField(TextField())
    known = cases.filter(search_keys__contains=[unit_key(closed.pk)])
    ids = list(known.exclude(search_keys__contains=[unit_key(successor.pk)]).values_list("pk"))
    Case.objects.filter(pk__in=[pk for (pk,) in ids]).update(
        search_keys=Func(
            "search_keys", Value(unit_key(successor.pk)), function="array_append", output_field=key
        )
    )


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
