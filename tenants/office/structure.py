"""A city's own dinas and posts, beside those every city starts with."""

from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from kernel.identities import folded
from tenants.office.actions import open_posts
from tenants.office.models import Post, Unit
from tenants.office.naming import LONGEST_NAME, check_short_form, printed
from tenants.office.own_roles import keep_roles
from tenants.office.roles import SHIPPED, Can, Role, can, level_of, role_of, roles_at
from tenants.registry.current import city


def may_add(unit: Unit) -> list[Role]:
    """The roles of which a city may add posts at a unit."""
    return [role for role in roles_at(level_of(unit.kind)) if Can.ADDED in role.can]


@transaction.atomic
def add_dinas(*, name: str, abbreviation: str, address: str, head: str, by: User) -> Unit:
    """A dinas of this city with its counter, its staff and its head. Raises RuleBroken."""
    name, head = printed(name, "name", LONGEST_NAME), printed(head, "head")
    short = check_short_form(abbreviation.strip())
    # Whoever adds one at the same moment waits here, and is told.
    parent = Unit.objects.select_for_update().get(code=city().code)
    slug = slugify(short)
    if not name or not head:
        raise RuleBroken("Isi nama dinas dan sebutan kepalanya.", field="name")
    if len(slug) < 2 or not slug[0].isalpha():
        raise RuleBroken("Tulis singkatan yang dimulai dengan huruf, misalnya Dishub.",
                         field="abbreviation")  # fmt: skip
    for unit in Unit.objects.exclude(abbreviation=""):
        if folded(unit.abbreviation) == folded(short):
            raise RuleBroken(f"{short} sudah dipakai {unit.name}.", field="abbreviation")
    code = f"{city().code}/{slug}"
    if Unit.objects.filter(code=code).exists():
        raise RuleBroken("Sudah ada dinas dengan singkatan ini.", field="abbreviation")
    unit = Unit.objects.create(
        kind=Unit.Kind.DINAS, code=code, name=name, head=head, abbreviation=short,
        address=printed(address, "address", 200), parent=parent,
    )  # fmt: skip
    open_posts(unit=unit)
    for role in SHIPPED.values():
        if Can.COUNTER in role.can and level_of(unit.kind) in role.levels:
            Post.objects.create(unit=unit, role=role.code, title=f"Petugas Loket {short}")
    audit.record("unit.added", actor=by, subject="unit", subject_id=unit.code)
    return unit


@transaction.atomic
def add_post(*, unit: Unit, role: str, title: str, by: User) -> Post:
    """One more post at a unit. Raises RuleBroken."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    title = printed(title, "title")
    keep_roles([role])
    if role not in {found.code for found in may_add(unit)} or not unit.is_active:
        raise RuleBroken("Jabatan seperti itu tidak dapat ditambah di unit ini.", field="role")
    if not title:
        raise RuleBroken("Tulis nama jabatannya.", field="title")
    if not can(role, Can.SHARED) and unit.posts.filter(role=role).exists():
        raise RuleBroken(
            f"{unit.name} sudah punya jabatan {role_of(role).title.lower()}.", field="role"
        )
    if folded(title) in {folded(known) for known in unit.posts.values_list("title", flat=True)}:
        raise RuleBroken(f"Jabatan {title} sudah ada di {unit.name}.", field="title")
    post = Post.objects.create(unit=unit, role=role, title=title)
    audit.record("post.added", actor=by, subject="post", subject_id=post.pk)
    return post


@transaction.atomic
def call_post(*, post: Post, title: str, by: User) -> Post:
    """Give a post another title; letters issued before keep the old one. Raises RuleBroken."""
    post = Post.objects.select_for_update().select_related("unit").get(pk=post.pk)
    title = printed(title, "title")
    if not title:
        raise RuleBroken("Tulis nama jabatannya.", field="title")
    others = post.unit.posts.exclude(pk=post.pk).values_list("title", flat=True)
    if folded(title) in {folded(known) for known in others}:
        raise RuleBroken(f"Jabatan {title} sudah ada di {post.unit.name}.", field="title")
    audit.record(
        "post.called", actor=by, subject="post", subject_id=post.pk,
        detail={"before": post.title, "after": title},
    )  # fmt: skip
    post.title = title
    post.save(update_fields=["title"])
    return post
