"""A city's own roles of posts: added, changed and removed while nothing depends on them."""

from collections.abc import Callable, Collection
from itertools import count

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.text import slugify

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.identities import folded
from kernel.once import forget
from kernel.registry import Registry
from tenants.office.models import Holding, OwnRole, Post, Unit
from tenants.office.naming import printed
from tenants.office.roles import (
    DESK_WORK,
    LONGEST_CODE,
    NEIGHBOURHOOD,
    OF_PEOPLE,
    OWN_MAY,
    SHIPPED,
    Can,
)
from tenants.registry.current import city

LONGEST = 60  # characters of a title
PREFIX = "own_"  # no shipped role of a later release begins so
LEVELS: tuple[str, ...] = (*NEIGHBOURHOOD, "kelurahan", "kecamatan", "dinas", "kota")

# Who says in words why a role cannot be removed or given another task now, or "".
named_by: Registry[Callable[[OwnRole], str]] = Registry(
    "named_by", "what forbids removing one of a city's own roles, or changing what it may do"
)


@transaction.atomic
def add_role(*, title: str, level: str, can: Collection[str], by: User) -> OwnRole:
    """A role of this city at a level. Raises RuleBroken."""
    _lock_city()
    title, given = _title(title), _checked(level, can)
    role = OwnRole.objects.create(code=_free_code(title), title=title, level=level, can=given)
    forget()
    audit.record(
        "role.added", actor=by, subject="role", subject_id=role.code,
        detail={"title": title, "level": level, "can": given},
    )  # fmt: skip
    return role


@transaction.atomic
def change_role(*, role_id: int, title: str, can: Collection[str], by: User) -> OwnRole:
    """Another title, or other capabilities; its level stays. Raises NotThere, RuleBroken."""
    _lock_city()
    role = _locked(role_id)
    title, given = _title(title, role), _checked(role.level, can)
    changed = set(given) ^ set(role.can)
    if changed - {Can.SHARED}:
        _refuse_in_use(role)
    if Can.SHARED in changed and Can.SHARED not in given:
        _refuse_several(role)
    role.title, role.can = title, given
    role.save(update_fields=["title", "can"])
    forget()
    audit.record(
        "role.changed", actor=by, subject="role", subject_id=role.code,
        detail={"title": title, "can": given},
    )  # fmt: skip
    return role


@transaction.atomic
def remove_role(*, role_id: int, by: User) -> OwnRole:
    """Take a role away with its posts; those that somebody held stay as history, and are never
    filled again. Raises NotThere, RuleBroken."""
    role = _locked(role_id)
    _refuse_in_use(role)
    Post.objects.filter(role=role.code, holdings=None).delete()
    code = role.code
    role.delete()
    forget()
    audit.record(
        "role.removed", actor=by, subject="role", subject_id=code, detail={"title": role.title}
    )
    return role


def keep_roles(codes: Collection[str]) -> set[str]:
    """Let nobody remove these roles until the transaction ends; returns those that exist no
    more. No query for shipped roles."""
    own = set(codes) - SHIPPED.keys()
    if own:
        there = OwnRole.objects.select_for_update().filter(code__in=own).order_by("pk")
        own -= {role.code for role in there}
    return own


def _lock_city() -> None:
    """Whoever adds or renames a role at the same moment waits here, and is told."""
    Unit.objects.select_for_update().get(code=city().code)


def _locked(role_id: int) -> OwnRole:
    role = OwnRole.objects.select_for_update().filter(pk=role_id).first()
    if role is None:
        raise NotThere("Peran ini sudah tidak ada.")
    return role


def _title(typed: str, role: OwnRole | None = None) -> str:
    title = printed(typed, "title", LONGEST)
    if not title[:1].isalpha():
        raise RuleBroken("Tulis nama perannya, misalnya Petugas verifikasi.", field="title")
    others = OwnRole.objects.exclude(pk=role.pk if role else 0).values_list("title", flat=True)
    # "Lurah/Kepala Desa" takes both words.
    titles = [known.title for known in SHIPPED.values()]
    shipped = [*titles, *(word for known in titles for word in known.split("/"))]
    if folded(title) in {folded(known) for known in (*shipped, *others)}:
        raise RuleBroken(f"Peran {title} sudah ada.", field="title")
    return title


def _checked(level: str, can: Collection[str]) -> list[str]:
    """What a role at this level may be given, as it is kept."""
    if level not in LEVELS:
        raise RuleBroken("Pilih tingkatnya.", field="level")
    known = {*DESK_WORK, Can.VOUCHES, Can.SHARED, *OF_PEOPLE}
    given = {Can(name) for name in can if name in known}
    work = given - {Can.SHARED}
    if level in NEIGHBOURHOOD and work != {Can.VOUCHES}:
        raise RuleBroken(
            "Di RT, RW, dan dusun, peran hanya membenarkan warga; berkas dibuka di kantor.",
            field="can",
        )
    if level not in NEIGHBOURHOOD and (not work & DESK_WORK or Can.VOUCHES in work):
        raise RuleBroken("Pilih paling sedikit satu tugas di kantor.", field="can")
    if Can.VOUCHES not in given:
        given.add(Can.TAKES_SEAT)
    return sorted((given | {Can.ADDED}) & OWN_MAY)


def _free_code(title: str) -> str:
    """A code that no role and no post has, also none that was kept as history."""
    taken = {*OwnRole.objects.values_list("code", flat=True)}
    taken |= {*Post.objects.filter(role__startswith=PREFIX).values_list("role", flat=True)}
    words = slugify(title).replace("-", "_") or "peran"
    for number in count(1):
        last = str(number) if number > 1 else ""
        code = PREFIX + words[: LONGEST_CODE - len(PREFIX) - len(last)] + last
        if code not in taken:
            return code
    raise AssertionError("count() has no end")


def _refuse_in_use(role: OwnRole) -> None:
    """Raises RuleBroken while somebody holds it, or a service or an application names it."""
    posts = Post.objects.select_for_update().filter(role=role.code)
    holding = _to_end().filter(post__in=list(posts)).select_related("user", "post").first()
    if holding is not None:
        raise RuleBroken(
            f"{holding.user.name} memegang jabatan {holding.post.title} dengan peran ini. Akhiri "
            "dulu jabatannya."
        )
    for reason in named_by:
        if why := reason(role):
            raise RuleBroken(why)


def _refuse_several(role: OwnRole) -> None:
    posts = list(Post.objects.select_for_update().filter(role=role.code))
    held = _to_end().filter(post__in=posts, is_acting=False).values("post__title")
    crowded = held.annotate(number=Count("pk")).filter(number__gt=1).order_by("post").first()
    if crowded is not None:
        raise RuleBroken(
            f"{crowded['post__title']} dipegang {crowded['number']} orang. Akhiri dulu jabatan "
            "yang lain, baru peran ini dipegang satu orang saja.",
            field="can",
        )
    units = Post.objects.filter(role=role.code).values("unit__name").annotate(number=Count("pk"))
    twice = units.filter(number__gt=1).order_by("unit").first()
    if twice is not None:
        raise RuleBroken(
            f"{twice['unit__name']} punya {twice['number']} jabatan dengan peran ini, jadi peran "
            "ini tetap boleh dipegang beberapa orang.",
            field="can",
        )


def _to_end() -> QuerySet[Holding]:
    today = now().astimezone(city().tz).date()
    return Holding.objects.filter(Q(until__isnull=True) | Q(until__gte=today))
