"""A head of a neighbourhood is away: from when until when, and who stands in for them.

Whoever stands in sees and decides what waits at the post, on those days alone, and only while the
head's own term lasts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from messaging.notices import tell
from tenants.office import notices
from tenants.office.models import Absence, Holding, Post, Unit
from tenants.office.queries import (
    absences_on,
    current_holdings,
    is_admin,
    offices_of,
    village_code,
)
from tenants.office.roles import NEIGHBOURHOOD, Can, having
from tenants.registry.current import city

LONGEST = 90  # days; who is away longer needs a successor


@dataclass(frozen=True, slots=True)
class StandIn:
    """A post that may stand in, with who holds it."""

    post: Post
    holder: User


def holders_at(unit: Unit, on: date) -> list[Holding]:
    """Who holds a post at a unit on a day, and who stands in for one of them: as a Plh. of the
    post, a row that is not kept. One query."""
    away = absences_on(on).filter(stand_in=OuterRef("post"), holding__post__unit=unit)
    held = list(
        current_holdings(on)
        .filter(Q(post__unit=unit) | Exists(away), user__is_active=True)
        .annotate(instead_of=Subquery(away.values("holding__post")[:1]))
        .select_related("user", "post", "post__unit")
        .order_by("is_acting", "-since", "pk")
    )
    posts = {holding.post_id: holding.post for holding in held}
    found: list[Holding] = [one for one in held if one.post.unit_id == unit.pk]
    for holding in held:
        post = posts.get(holding.instead_of)
        if post is not None:
            found.append(
                Holding(post=post, user=holding.user, since=on, is_acting=True, acting="plh")
            )
    return found


def holding_of(pk: int, by: User, on: date) -> Holding:
    """A head in office for whom ``by`` may note an absence: themselves, or one of their kelurahan
    at its counter or head. Raises NotThere."""
    found = (
        current_holdings(on)
        .filter(having(Can.VOUCHES, "post__role"), having(Can.HEADS, "post__role"), pk=pk)
        .select_related("user", "post__unit__parent__parent__parent")
        .first()
    )
    if found is None or found.post.unit.kind not in NEIGHBOURHOOD:
        raise NotThere("Jabatan ini tidak ditemukan.")
    if found.user_id == by.pk or is_admin(by, on):
        return found
    if offices_of([village_code(found.post.unit)], on).filter(user=by).exists():
        return found
    raise NotThere("Jabatan ini tidak ditemukan.")


def choices(holding: Holding, on: date) -> list[StandIn]:
    """Who may stand in: the deputies of the unit, the heads of the neighbouring RT, the head of
    the RW or dusun above. One query."""
    unit = holding.post.unit
    near = Q(post__unit=unit) & ~Q(post=holding.post_id)
    beside = Q(post__unit__parent=unit.parent_id, post__unit__kind=unit.kind)
    heads = having(Can.HEADS, "post__role")
    above = Q(post__unit=unit.parent_id, post__unit__kind__in=NEIGHBOURHOOD)
    found = (
        current_holdings(on)
        .filter(having(Can.VOUCHES, "post__role"), post__unit__is_active=True)
        .filter(near | (beside & heads & ~Q(post__unit=unit)) | (above & heads))
        .exclude(user=holding.user_id)
        .filter(user__is_active=True)
        .select_related("user", "post__unit__parent__parent__parent")
    )
    order = {unit.pk: 0, unit.parent_id: 2}
    return sorted(
        (StandIn(held.post, held.user) for held in found),
        key=lambda one: (order.get(one.post.unit_id, 1), one.post.unit.code, one.post.pk),
    )


def check_days(since: date, until: date, on: date) -> None:
    """Raises RuleBroken for days that are over, or too many."""
    if until < since:
        raise RuleBroken("Hari terakhir tidak boleh sebelum hari pertama.", field="until")
    if since < on:
        raise RuleBroken("Hari pertama sudah lewat. Pilih hari ini atau sesudahnya.", field="since")
    if (until - since).days >= LONGEST:
        raise RuleBroken(
            f"Paling lama {LONGEST} hari. Untuk yang lebih lama, minta kelurahan menunjuk "
            "penggantinya.",
            field="until",
        )


@transaction.atomic
def note(
    *, holding_id: int, since: date, until: date, stand_in_id: int, by: User, on: date
) -> Absence:
    """Note that a head is away, and who stands in. Raises NotThere, RuleBroken."""
    Holding.objects.select_for_update().filter(pk=holding_id).first()
    holding = holding_of(holding_id, by, on)
    check_days(since, until, on)
    if holding.until is not None and since > holding.until:
        raise RuleBroken("Masa jabatannya sudah berakhir sebelum hari itu.", field="since")
    chosen = next((one for one in choices(holding, on) if one.post.pk == stand_in_id), None)
    if chosen is None:
        raise RuleBroken("Pilih siapa yang menggantikan.", field="stand_in")
    if Absence.objects.filter(holding=holding, since__lte=until, until__gte=since).exists():
        raise RuleBroken(
            "Pada hari-hari itu sudah tercatat berhalangan. Batalkan dulu yang lama.", field="since"
        )
    made = Absence.objects.create(
        holding=holding, stand_in=chosen.post, since=since, until=until, noted_by=by
    )
    audit.record(
        "absence.noted", actor=by, subject="post", subject_id=holding.post_id,
        detail={"absence": made.pk, "stand_in": chosen.post.pk},
    )  # fmt: skip
    for person in {holding.user, chosen.holder} - {by}:
        tell(
            notices.STANDS_IN, person, key=f"absence:{made.pk}:{person.pk}",
            post=holding.post.full_title, stand_in=chosen.post.full_title,
            since=f"{since:%d-%m-%Y}", until=f"{until:%d-%m-%Y}", link=city().page("rt-inbox"),
            city=city().name,
        )  # fmt: skip
    return made


@transaction.atomic
def end(*, absence_id: int, by: User, on: date) -> Absence:
    """The head is back: from today on nobody stands in any more. Raises NotThere."""
    found = Absence.objects.select_for_update().filter(pk=absence_id, until__gte=on).first()
    if found is None:
        raise NotThere("Catatan ini sudah tidak ada.")
    holding_of(found.holding_id, by, on)
    if found.since < on:
        found.until = on - timedelta(days=1)
        found.save(update_fields=["until"])
    else:
        found.delete()
    audit.record(
        "absence.ended", actor=by, subject="post", subject_id=found.holding.post_id,
        detail={"absence": absence_id},
    )  # fmt: skip
    return found


def of(holdings: Collection[Holding], on: date) -> list[Absence]:
    """What is noted of these heads, from today on. One query."""
    found = Absence.objects.filter(holding__in=holdings, until__gte=on)
    return list(found.select_related("holding__post", "stand_in__unit").order_by("since", "pk"))
