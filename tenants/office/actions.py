"""The only writers of units, posts and holdings."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.addresses import link_digest
from accounts.models import User
from accounts.passwords import set_password_path
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.identities import parse_email
from messaging.notices import write_to
from tenants.office import handing_over, notices, signing
from tenants.office.models import Decree, Holding, Post, Profile, Unit
from tenants.office.naming import printed
from tenants.office.queries import holds_seat
from tenants.office.roles import Can, can, deputy_of, having, role_of, treasurer_of
from tenants.registry.current import city
from tenants.registry.entitlements import require_room
from ui.rules import check_accent


@transaction.atomic
def open_posts(*, unit: Unit) -> list[Post]:
    """The usual posts of a unit, made where missing."""
    open_posts_of([unit])
    return list(Post.objects.filter(unit=unit).order_by("role"))


def open_posts_of(units: Sequence[Unit]) -> None:
    """The usual posts of many units, made where missing. Two queries for each thousand units."""
    from tenants.office.seed import posts_at

    for first in range(0, len(units), 1000):
        some = units[first : first + 1000]
        found = Post.objects.filter(unit__in=some).values_list("unit", "role")
        there = set(found)
        wanted = [
            post for unit in some for post in posts_at(unit) if (unit.pk, post.role) not in there
        ]
        Post.objects.bulk_create(wanted, ignore_conflicts=True)


def head_post(*, unit: Unit) -> Post:
    """The post of whoever heads a unit, made where missing."""
    return next(post for post in open_posts(unit=unit) if can(post.role, Can.HEADS))


def deputy_post(*, unit: Unit) -> Post:
    """The post of whoever stands in for the head of a neighbourhood, made where missing. Raises
    RuleBroken where there is no such role."""
    return _post_beside(unit, deputy_of(unit.kind), "Sekretaris")


def treasurer_post(*, unit: Unit) -> Post:
    """The post of whoever keeps the cash book beside the head of a neighbourhood, made where
    missing. Raises RuleBroken where there is no such role."""
    return _post_beside(unit, treasurer_of(unit.kind), "Bendahara")


def _post_beside(unit: Unit, role: str, called: str) -> Post:
    if not role:
        raise RuleBroken(f"{unit.name} tidak punya {called.lower()} di sini.")
    known = Post.objects.filter(unit=unit, role=role).order_by("pk").first()
    title = printed(f"{called} {unit.name}", "title", 120)
    return known or Post.objects.get_or_create(unit=unit, role=role, title=title)[0]


@transaction.atomic
def appoint(
    *,
    post: Post,
    user: User,
    since: date,
    by: User | None,
    until: date | None = None,
    decree: str = "",
    decree_on: date | None = None,
    nip: str = "",
    rank: str = "",
    acting: str = "",
    quiet: bool = False,
) -> Holding:
    """Give a post to a person from a day on, until the end of their term where it has one.

    The counter may have several holders; every other post has one proper holder at a time: the
    one before ends the day before, also for a Pj. or Pjs. ``acting`` is a key of
    ``signing.ACTING``. NotThere, RuleBroken when that would end before it began, LimitReached
    when the city's plan has no seat for one more person. ``quiet``: the caller tells the
    administrators.
    """
    found = Post.objects.select_for_update().select_related("unit").filter(pk=post.pk).first()
    if found is None:
        raise NotThere("Jabatan ini sudah tidak ada.")
    post = found
    if not role_of(post.role).levels:
        raise RuleBroken("Peran jabatan ini sudah dihapus. Jabatannya tidak diisi lagi.")
    if by is not None and user.pk == by.pk and not can(post.role, Can.ADMINISTERS):
        raise RuleBroken(OWN_POST, field="user")
    if not user.is_active:
        raise RuleBroken(f"Akun {user.name} tidak aktif. Aktifkan dulu akunnya.", field="user")
    to_open = Decree.objects.filter(unit=post.unit, change=Decree.Change.OPEN, applied_at=None)
    if not post.unit.is_active and not to_open.exists():
        raise RuleBroken(f"{post.unit.name} sudah dihapus. Jabatannya tidak diisi lagi.")
    check_term(since, until, decree_on)
    today = now().astimezone(city().tz).date()
    check_nip(nip, user, on=today)
    rank = printed(rank, "rank", 60)
    is_acting = acting in signing.BESIDE
    _end_earlier(post, user, since, is_acting=is_acting)
    # A date in the past must not count the seat this person had then and has no more.
    if can(post.role, Can.TAKES_SEAT) and not holds_seat(user, max(since, today)):
        require_room("seats")
    holding = Holding.objects.create(
        post=post,
        user=user,
        since=since,
        until=until,
        decree=decree,
        decree_on=decree_on,
        nip=nip,
        rank=rank,
        is_acting=is_acting,
        acting=acting,
    )
    audit.record(
        "post.given", actor=by, subject="post", subject_id=post.pk, detail={"user": user.pk}
    )
    handing_over.begin(holding)
    if by is not None and not quiet and can(post.role, Can.TAKES_SEAT):
        notices.tell_of_appointment(holding, by=by, today=today)
    return holding


def check_term(since: date, until: date | None, decree_on: date | None = None) -> None:
    """Raises RuleBroken for a term that ends before it begins, or is decreed long after."""
    if until is not None and until < since:
        raise RuleBroken(
            "Akhir masa jabatan tidak boleh sebelum hari mulainya. Periksa lagi tanggalnya.",
            field="until",
        )
    if decree_on is not None and decree_on > since + timedelta(days=366):
        raise RuleBroken(
            "Tanggal SK lebih dari setahun sesudah mulai menjabat. Periksa lagi tanggalnya.",
            field="decree_on",
        )


def _end_earlier(post: Post, user: User, since: date, *, is_acting: bool) -> None:
    """End the proper holding that is in force on the day somebody else begins."""
    still = Q(until__isnull=True) | Q(until__gte=since)
    for holding in post.holdings.select_for_update(of=("self",)).filter(still):
        if holding.user_id == user.pk:
            raise RuleBroken(f"{user.name} sudah memegang jabatan {post.title}.", field="user")
        if is_acting or holding.is_acting or can(post.role, Can.SHARED):
            continue
        if holding.since >= since:
            raise RuleBroken(
                f"Jabatan {post.title} sudah diisi sejak {holding.since:%d-%m-%Y}. "
                "Pilih tanggal mulai sesudahnya.",
                field="since",
            )
        holding.until = since - timedelta(days=1)
        holding.save(update_fields=["until"])


def check_nip(nip: str, user: User, *, on: date) -> None:
    """Raises RuleBroken unless it has 18 digits and no other official in office has it."""
    if not nip:
        return
    if not (len(nip) == 18 and nip.isascii() and nip.isdigit()):
        raise RuleBroken("NIP terdiri dari 18 angka.", field="nip")
    other = (
        Holding.objects.filter(Q(until__isnull=True) | Q(until__gte=on), nip=nip)
        .exclude(user=user)
        .select_related("user", "post")
        .first()
    )
    if other is not None:
        raise RuleBroken(
            f"NIP ini sudah dipakai {other.user.name}, {other.post.title}. Setiap pegawai punya "
            "NIP sendiri; periksa lagi angkanya.",
            field="nip",
        )


@transaction.atomic
def correct_holding(
    *, holding_id: int, nip: str, rank: str, decree: str, decree_on: date | None = None,
    until: date | None = None, by: User,
) -> Holding:  # fmt: skip
    """Write the details of a holding anew; who holds the post and since when stays. ``until`` sets
    the end of a term, None leaves it as it is. Letters signed before keep what they said. Raises
    NotThere, RuleBroken."""
    holding = Holding.objects.select_for_update(of=("self",)).filter(pk=holding_id).first()
    if holding is None:
        raise NotThere("Jabatan ini tidak ditemukan.")
    check_nip(nip, holding.user, on=now().astimezone(city().tz).date())
    rank = printed(rank, "rank", 60)
    told: dict[str, Any] = {"nip": nip, "rank": rank, "decree": decree, "decree_on": decree_on}
    if until is not None:
        if can(holding.post.role, Can.ADMINISTERS):
            raise RuleBroken("Jabatan admin diakhiri di halamannya sendiri.", field="until")
        _refuse_overlap(holding, until)
        told["until"] = until
    check_term(holding.since, until, decree_on)
    changed = [name for name, text in told.items() if getattr(holding, name) != text]
    if changed:
        for name in changed:
            setattr(holding, name, told[name])
        if "until" in changed:
            holding.reminded = None
        holding.save(update_fields=[*changed, "reminded"])
        audit.record(
            "post.corrected", actor=by, subject="post", subject_id=holding.post_id,
            detail={"user": holding.user_id, "changed": changed},
        )  # fmt: skip
    return holding


def _refuse_overlap(holding: Holding, until: date) -> None:
    """Raises RuleBroken when a longer term would reach into the next holder's."""
    if holding.is_acting or can(holding.post.role, Can.SHARED):
        return
    after = holding.post.holdings.filter(since__gt=holding.since, since__lte=until)
    following = after.filter(is_acting=False).order_by("since").first()
    if following is not None:
        raise RuleBroken(
            f"Jabatan ini sudah diberikan kepada orang lain sejak {following.since:%d-%m-%Y}. "
            "Pilih tanggal sebelumnya.",
            field="until",
        )


OWN_POST = (
    "Admin tidak menunjuk dirinya sendiri ke meja yang membuka data warga. Minta admin lain "
    "melakukannya."
)
NOTICE_DAYS = 3  # before another administrator's post ends


@transaction.atomic
def end_holding(*, holding: Holding, until: date, by: User | None) -> Holding:
    """Take a post back at the end of a day."""
    holding = Holding.objects.select_for_update().select_related("post").get(pk=holding.pk)
    if until < holding.since:
        raise RuleBroken("Tanggal berakhir tidak boleh sebelum tanggal mulai.", field="until")
    _refuse_overlap(holding, until)
    is_admin = can(holding.post.role, Can.ADMINISTERS)
    if is_admin and not _other_admin(holding, until):
        raise RuleBroken("Tunjuk dulu admin lain: kota tidak boleh tanpa admin.", field="until")
    today = now().astimezone(city().tz).date()
    if is_admin and by is not None:
        earliest = today + timedelta(days=NOTICE_DAYS)
        if by.pk != holding.user_id and until < earliest:
            raise RuleBroken(
                f"Jabatan admin orang lain berakhir paling cepat {earliest:%d-%m-%Y}: ia dan admin "
                "lain diberi tahu dulu.",
                field="until",
            )
        notices.tell_of_end(holding, until=until, by=by, today=today)
    holding.until, holding.reminded = until, None
    holding.save(update_fields=["until", "reminded"])
    audit.record(
        "post.taken",
        actor=by,
        subject="post",
        subject_id=holding.post_id,
        detail={"user": holding.user_id},
    )
    return holding


def _other_admin(holding: Holding, until: date) -> bool:
    return (
        Holding.objects.filter(
            having(Can.ADMINISTERS, "post__role"),
            since__lte=until,
            until__isnull=True,
            user__is_active=True,
        )
        .exclude(pk=holding.pk)
        .exists()
    )


@transaction.atomic
def invite(*, name: str, email: str, by: User | None) -> User:
    """The account of a member of staff, made if new; ``send_invitation`` mails its link."""
    login = parse_email(email)
    known = User.objects.filter(login=login).first()
    if known is not None:
        if not known.is_active:
            raise RuleBroken("Akun dengan e-mail ini tidak aktif.", field="email")
        return known
    user = User.objects.create_user(login, None, name=printed(name, "name", 150), email=login)
    audit.record("staff.invited", actor=by, subject="user", subject_id=user.pk)
    return user


@transaction.atomic
def appoint_by_mail(
    *,
    post: Post,
    name: str,
    email: str,
    since: date,
    by: User,
    until: date | None = None,
    decree: str = "",
    decree_on: date | None = None,
    nip: str = "",
    rank: str = "",
    acting: str = "",
    quiet: bool = False,
) -> Holding:
    """Give a post to whoever has this address; invites them if they have no account yet.

    A refused appointment invites nobody.
    """
    user = invite(name=name, email=email, by=by)
    holding = appoint(
        post=post,
        user=user,
        since=since,
        by=by,
        until=until,
        decree=decree,
        decree_on=decree_on,
        nip=nip,
        rank=rank,
        acting=acting,
        quiet=quiet,
    )
    if not user.has_usable_password():
        send_invitation(user=user, by=by)
    return holding


@transaction.atomic
def send_invitation(*, user: User, by: User | None = None) -> None:
    """Mail a fresh link by which an invited person chooses a password; ``by`` is told by mail if
    it cannot be delivered. Raises RuleBroken for an account that signs in with a NIK: no mail
    reaches it."""
    if "@" not in user.login:
        raise RuleBroken(
            f"{user.name} masuk dengan NIK, bukan dengan e-mail. Minta ia membuka akun di "
            f"{city().page('register')} dengan NIK, nomor KK, dan tanggal lahirnya."
        )
    path = set_password_path(user)
    today = now().astimezone(city().tz).date()
    to_hold = (
        Holding.objects.filter(Q(until__isnull=True) | Q(until__gte=today), user=user)
        .select_related("post__unit__parent__parent")
        .order_by("since", "pk")
    )
    posts = ", ".join(holding.post.full_title for holding in to_hold)
    write_to(
        user.login, notices.INVITATION, key=f"invite:{user.pk}:{link_digest(path)}",
        on_behalf_of=by.email if by is not None else "", name=user.name, posts=posts,
        by=by.name if by is not None else "", link=city().url(path),
        sign_in=city().page("sign-in"), city=city().name,
    )  # fmt: skip


@transaction.atomic
def dress(
    *, government: str, accent: str, website: str, contact: str, logo: bytes | None,
    languages: Iterable[str] = (), by: User,
) -> Profile:  # fmt: skip
    """The city's face. ``logo`` is a checked PNG; None keeps the one there is. ``languages`` are
    codes of those offered besides Indonesian."""
    profile = Profile.objects.select_for_update().first() or Profile()
    profile.government = printed(government, "government")
    profile.accent = check_accent(accent)
    profile.website, profile.contact = website, contact
    profile.languages = ",".join(languages)
    if logo is not None:
        profile.logo = logo
    profile.save()
    audit.record("city.dressed", actor=by, subject="profile", subject_id=profile.pk)
    return profile
