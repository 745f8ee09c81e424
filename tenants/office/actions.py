"""The only writers of units, posts and holdings."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.addresses import link_digest
from accounts.models import User
from accounts.passwords import set_password_path
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.identities import folded, parse_email
from messaging.notices import write_to
from tenants.office import notices, signing
from tenants.office.models import Closure, Decree, Holding, Post, Profile, Unit
from tenants.office.naming import check_short_form, printed, short_form
from tenants.office.queries import holds_seat
from tenants.office.roles import Can, can, having, role_of
from tenants.registry.current import city
from tenants.registry.entitlements import require_room
from ui.rules import check_accent


@transaction.atomic
def open_posts(*, unit: Unit) -> list[Post]:
    """The usual posts of a unit, made where missing."""
    from tenants.office.seed import posts_at

    there = set(unit.posts.values_list("role", flat=True))
    wanted = [post for post in posts_at(unit) if post.role not in there]
    Post.objects.bulk_create(wanted, ignore_conflicts=True)
    return list(Post.objects.filter(unit=unit).order_by("role"))


def head_post(*, unit: Unit) -> Post:
    """The post of whoever heads a unit, made where missing."""
    return next(post for post in open_posts(unit=unit) if can(post.role, Can.HEADS))


@transaction.atomic
def appoint(
    *,
    post: Post,
    user: User,
    since: date,
    by: User | None,
    decree: str = "",
    nip: str = "",
    rank: str = "",
    acting: str = "",
    quiet: bool = False,
) -> Holding:
    """Give a post to a person from a day on.

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
    today = now().astimezone(city().tz).date()
    check_nip(nip, user, on=today)
    rank = printed(rank, "rank", 60)
    open_ones = post.holdings.select_for_update().filter(until__isnull=True)
    for holding in open_ones:
        if holding.user_id == user.pk:
            raise RuleBroken(f"{user.name} sudah memegang jabatan {post.title}.", field="user")
    is_acting = acting in signing.BESIDE
    if not is_acting and not can(post.role, Can.SHARED):
        for holding in open_ones.filter(is_acting=False):
            if holding.since >= since:
                raise RuleBroken(
                    f"Jabatan {post.title} sudah diisi sejak {holding.since:%d-%m-%Y}. "
                    "Pilih tanggal mulai sesudahnya.",
                    field="since",
                )
            holding.until = since - timedelta(days=1)
            holding.save(update_fields=["until"])
    # A date in the past must not count the seat this person had then and has no more.
    if can(post.role, Can.TAKES_SEAT) and not holds_seat(user, max(since, today)):
        require_room("seats")
    holding = Holding.objects.create(
        post=post,
        user=user,
        since=since,
        decree=decree,
        nip=nip,
        rank=rank,
        is_acting=is_acting,
        acting=acting,
    )
    audit.record(
        "post.given", actor=by, subject="post", subject_id=post.pk, detail={"user": user.pk}
    )
    if by is not None and not quiet and can(post.role, Can.TAKES_SEAT):
        notices.tell_of_appointment(holding, by=by, today=today)
    return holding


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
def correct_holding(*, holding_id: int, nip: str, rank: str, decree: str, by: User) -> Holding:
    """Write the details of a holding anew; who holds the post and since when stays. Letters signed
    before keep what they said. Raises NotThere, RuleBroken."""
    holding = Holding.objects.select_for_update(of=("self",)).filter(pk=holding_id).first()
    if holding is None:
        raise NotThere("Jabatan ini tidak ditemukan.")
    check_nip(nip, holding.user, on=now().astimezone(city().tz).date())
    rank = printed(rank, "rank", 60)
    told = {"nip": nip, "rank": rank, "decree": decree}
    changed = [name for name, text in told.items() if getattr(holding, name) != text]
    if changed:
        holding.nip, holding.rank, holding.decree = nip, rank, decree
        holding.save(update_fields=changed)
        audit.record(
            "post.corrected", actor=by, subject="post", subject_id=holding.post_id,
            detail={"user": holding.user_id, "changed": changed},
        )  # fmt: skip
    return holding


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
    holding.until = until
    holding.save(update_fields=["until"])
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
    decree: str = "",
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
        decree=decree,
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


@transaction.atomic
def describe_unit(
    *,
    unit_id: int,
    abbreviation: str,
    address: str,
    post_code: str,
    phone: str,
    email: str,
    by: User,
) -> Unit:
    """What a letterhead and a letter's number say of a unit. Its name and code are official.

    A blank ``abbreviation`` is made by rule. Raises RuleBroken for one that another unit has.
    """
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    address = printed(address, "address", 200)
    others = Unit.objects.exclude(pk=unit.pk).exclude(abbreviation="")
    taken = {folded(short): name for short, name in others.values_list("abbreviation", "name")}
    if abbreviation and folded(abbreviation) in taken:
        raise RuleBroken(
            f"{abbreviation} sudah dipakai {taken[folded(abbreviation)]}. Dua unit dengan "
            "singkatan sama menghasilkan surat bernomor sama. Pilih singkatan lain.",
            field="abbreviation",
        )
    unit.abbreviation = check_short_form(abbreviation) or _free_short_form(unit)
    unit.address, unit.post_code = address, post_code
    unit.phone, unit.email = phone, email
    unit.save(update_fields=["abbreviation", "address", "post_code", "phone", "email"])
    audit.record("unit.described", actor=by, subject="unit", subject_id=unit.code)
    return unit


def short_form_of(unit: Unit) -> str:
    """What stands for a unit in the numbers of its letters; made and kept when it has none."""
    if not unit.abbreviation:
        with transaction.atomic():
            unit.abbreviation = _free_short_form(unit)
            unit.save(update_fields=["abbreviation"])
    return unit.abbreviation


def _free_short_form(unit: Unit) -> str:
    others = Unit.objects.exclude(pk=unit.pk).exclude(abbreviation="")
    taken = {form.upper() for form in others.values_list("abbreviation", flat=True)}
    return short_form(unit.kind, unit.name, taken)


MOST_CLOSED = 31  # days named at once: more is a mistyped year


@transaction.atomic
def close_days(*, since: date, until: date, name: str, by: User) -> int:
    """Note days on which the offices are closed; returns how many. A known day is renamed.

    Clocks already running are not computed anew. Raises RuleBroken.
    """
    if until < since:
        raise RuleBroken("Hari terakhir tidak boleh sebelum hari pertama.", field="until")
    days = (until - since).days + 1
    if days > MOST_CLOSED:
        raise RuleBroken(
            f"Paling banyak {MOST_CLOSED} hari sekaligus. Periksa tahunnya.", field="until"
        )
    for number in range(days):
        Closure.objects.update_or_create(
            day=since + timedelta(days=number), defaults={"name": name}
        )
    audit.record(
        "closure.noted", actor=by, subject="closure", subject_id=since.isoformat(),
        detail={"until": until.isoformat(), "name": name},
    )  # fmt: skip
    return days


@transaction.atomic
def open_day(*, closure_id: int, by: User) -> Closure:
    """The offices are open on this day after all. Raises NotThere."""
    closure = Closure.objects.select_for_update().filter(pk=closure_id).first()
    if closure is None:
        raise NotThere("Hari libur ini sudah tidak ada.")
    day = closure.day
    closure.delete()
    audit.record(
        "closure.removed", actor=by, subject="closure", subject_id=day.isoformat(),
        detail={"name": closure.name},
    )  # fmt: skip
    return closure
