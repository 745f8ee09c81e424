"""Announcements: written by heads for the residents of their area, counted when they are opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish as announce
from kernel.errors import NotThere, RuleBroken
from services.cases import attachments, documents
from services.neighbourhood import audiences
from services.neighbourhood.events import AnnouncementPublished
from services.neighbourhood.models import Announcement, Opening
from services.residents.models import Person
from tenants.office.models import Post, Unit
from tenants.office.roles import Can, can
from tenants.registry import stored_files

FOLDER = "pengumuman"  # below the city's
PER_PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What somebody writes."""

    title: str
    text: str
    audience: str = audiences.ALL
    pinned_until: date | None = None


@dataclass(frozen=True, slots=True)
class Reads:
    """How many of those with an account opened an announcement."""

    opened: int
    accounts: int


def units_of(posts: Sequence[Post]) -> list[Unit]:
    """The units whose residents somebody may address: RT, RW and dusun of the posts held, and the
    kelurahan or desa that they head or at whose counter they sit."""
    villages = (Unit.Kind.KELURAHAN, Unit.Kind.DESA)
    found: dict[int, Unit] = {}
    for post in posts:
        keeps = can(post.role, Can.VOUCHES) and not post.is_stood_in
        in_office = can(post.role, Can.HEADS) or can(post.role, Can.COUNTER)
        if keeps or (post.unit.kind in villages and in_office):
            found[post.unit.pk] = post.unit
    return list(found.values())


@transaction.atomic
def publish(
    *, unit_id: int, facts: Facts, posts: Sequence[Post], by: User, at: datetime, today: date,
    file: documents.Accepted | None = None, file_name: str = "",
) -> Announcement:  # fmt: skip
    """Tell the residents. ``file`` was judged before. Raises NotThere, RuleBroken."""
    unit = next((one for one in units_of(posts) if one.pk == unit_id), None)
    if unit is None:
        raise NotThere("Wilayah ini bukan wilayah Anda.")
    audiences.require(facts.audience, unit)
    if facts.pinned_until is not None and facts.pinned_until < today:
        raise RuleBroken("Tanggal ini sudah lewat. Tulis hari ini atau sesudahnya.",
                         field="pinned_until")  # fmt: skip
    found = Announcement.objects.create(
        unit=unit, title=facts.title, text=facts.text, audience=facts.audience,
        pinned_until=facts.pinned_until, written_by=by, office=_office(posts, unit),
        published_at=at, **_kept(file, file_name),
    )  # fmt: skip
    audit.record("announcement.published", actor=by, subject="announcement", subject_id=found.pk)
    announce(AnnouncementPublished(found.pk))
    return found


def _office(posts: Sequence[Post], unit: Unit) -> str:
    return next(post.title for post in posts if post.unit.pk == unit.pk and not post.is_stood_in)


def _kept(file: documents.Accepted | None, name: str) -> dict[str, str]:
    if file is None:
        return {}
    path = stored_files.keep_within_plan(FOLDER, file.content, file.suffix)
    return {"file_name": attachments.named(name), "media_type": file.media_type, "path": path}


@transaction.atomic
def withdraw(
    *, announcement_id: int, posts: Sequence[Post], by: User, at: datetime
) -> Announcement:
    """Residents read it no more. Raises NotThere."""
    of_area(posts, announcement_id)
    found = Announcement.objects.select_for_update(of=("self",)).get(pk=announcement_id)
    if found.withdrawn_at is None:
        found.withdrawn_at = at
        found.save(update_fields=["withdrawn_at"])
        audit.record("announcement.withdrawn", actor=by, subject="announcement",
                     subject_id=found.pk)  # fmt: skip
    return found


# --- what heads read ------------------------------------------------------------------------------


def written(posts: Sequence[Post]) -> QuerySet[Announcement]:
    """Announcements of the own units, the newest first, with ``opened``: by how many. One query."""
    return (
        Announcement.objects.filter(unit__in=[unit.pk for unit in units_of(posts)])
        .select_related("unit")
        .annotate(opened=Count("openings"))
        .order_by("-published_at", "-pk")
    )


def of_area(posts: Sequence[Post], announcement_id: int) -> Announcement:
    """One of the own units. Raises NotThere."""
    found = written(posts).filter(pk=announcement_id).first()
    if found is None:
        raise NotThere("Pengumuman ini tidak ditemukan di wilayah Anda.")
    return found


def reads_of(found: Announcement, today: date) -> Reads:
    """Counted among those who are meant today and have an account. One query."""
    meant = audiences.people_of(found.unit, found.audience, today).filter(account__isnull=False)
    has_opened = Exists(Opening.objects.filter(announcement=found, person=OuterRef("pk")))
    counted = meant.aggregate(opened=Count("pk", filter=Q(has_opened)), accounts=Count("pk"))
    return Reads(**counted)


# --- what residents read --------------------------------------------------------------------------


def for_resident(person: Person, today: date) -> QuerySet[Announcement]:
    """What is meant for a resident where they live now: pinned first, then the newest; ``is_new``
    says that they have not opened it. Two queries."""
    return (
        Announcement.objects.filter(audiences.meant_for(person, today), withdrawn_at=None)
        .select_related("unit")
        .annotate(
            is_new=~Exists(Opening.objects.filter(announcement=OuterRef("pk"), person=person)),
            is_pinned=Case(When(pinned_until__gte=today, then=Value(1)), default=Value(0)),
        )
        .order_by("-is_pinned", "-published_at", "-pk")
    )


def unread(person: Person, today: date) -> QuerySet[Announcement]:
    """What is meant for a resident and they have not opened."""
    opened = Opening.objects.filter(person=person).values("announcement")
    return for_resident(person, today).exclude(pk__in=opened)


def one_for_resident(person: Person, announcement_id: int, today: date) -> Announcement:
    """Raises NotThere for what is not meant for them."""
    found = for_resident(person, today).filter(pk=announcement_id).first()
    if found is None:
        raise NotThere("Pengumuman ini sudah ditarik, atau bukan untuk Anda.")
    return found


def open_for_resident(
    *, announcement_id: int, person: Person, at: datetime, today: date
) -> Announcement:
    """Read one; the first time counts. Raises NotThere."""
    found = one_for_resident(person, announcement_id, today)
    Opening.objects.bulk_create(
        [Opening(announcement=found, person=person, at=at)], ignore_conflicts=True
    )
    return found
