"""The roles of posts, and what each may do. Ask for a capability, never for a role's code.

Those of ``roles.toml`` are the same in every city; the rows of ``OwnRole`` are a city's own. They
are read only when somebody asks for a role that is not shipped, and then once (``kernel.once``).
"""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal

from django.db.models import Q
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tenants.backend.scope import once_here
from tenants.office.models import OwnRole, Post, Unit

TABLE = Path(__file__).with_name("roles.toml")
LONGEST_CODE = Post._meta.get_field("role").max_length or 0

Level = Literal["rt", "rw", "dusun", "kelurahan", "kecamatan", "kota", "dinas"]
# The levels below a village: who heads a unit there is a neighbour and vouches for residents.
NEIGHBOURHOOD: tuple[Level, ...] = ("rt", "rw", "dusun")
_OF_KIND: Mapping[str, Level] = {
    Unit.Kind.RT: "rt",
    Unit.Kind.RW: "rw",
    Unit.Kind.DUSUN: "dusun",
    Unit.Kind.KELURAHAN: "kelurahan",
    Unit.Kind.DESA: "kelurahan",
    Unit.Kind.KECAMATAN: "kecamatan",
    Unit.Kind.CITY: "kota",
    Unit.Kind.DINAS: "dinas",
}


class Can(StrEnum):
    """What the holder of a post may do; ``roles.toml`` says each in a sentence."""

    VOUCHES = "vouches"
    SEES_PEOPLE = "sees_people"
    KEEPS_REGISTER = "keeps_register"
    COUNTER = "counter"
    CHECKS = "checks"
    INITIALS = "initials"
    SIGNS = "signs"
    HEADS = "heads"
    ADMINISTERS = "administers"
    TAKES_SEAT = "takes_seat"
    KEEPS_MONEY = "keeps_money"
    COLLECTS = "collects"
    SHARED = "shared"
    ADDED = "added"


DESK_WORK = frozenset({Can.COUNTER, Can.CHECKS, Can.INITIALS, Can.SIGNS, Can.COLLECTS})
OF_PEOPLE = frozenset({Can.SEES_PEOPLE, Can.KEEPS_REGISTER})  # besides some work at a desk


# What a city may give a role of its own. Administrators stay those the city was founded with.
OWN_MAY = DESK_WORK | OF_PEOPLE | {Can.VOUCHES, Can.TAKES_SEAT, Can.SHARED, Can.ADDED}


class _Row(BaseModel):
    """One role as the file says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=2)
    levels: tuple[Level, ...]
    can: frozenset[Can]
    posts: dict[str, str] = {}
    superior_of: frozenset[str] = frozenset()
    signs_through: str = ""


class Role(_Row):
    """What posts of one kind are for: where they stand, and what their holders may do."""

    code: str = Field(max_length=LONGEST_CODE)


def _shipped() -> dict[str, Role]:
    rows = TypeAdapter(dict[str, _Row]).validate_python(tomllib.loads(TABLE.read_text("utf-8")))
    found = {code: Role(code=code, **row.model_dump()) for code, row in rows.items()}
    for role in found.values():
        named = role.superior_of | ({role.signs_through} - {""})
        if unknown := named - found.keys() | role.posts.keys() - set(role.levels):
            raise ValueError(f"{TABLE.name}: {role.code} names {', '.join(sorted(unknown))}")
    return found


SHIPPED: Mapping[str, Role] = _shipped()


def own_roles() -> Mapping[str, Role]:
    """The city's own roles by code. One query."""
    return once_here(
        "office.own_roles", lambda: {row.code: read(row) for row in OwnRole.objects.all()}
    )


def read(row: OwnRole) -> Role:
    """A row as a role."""
    return Role.model_validate(
        {"code": row.code, "title": row.title, "levels": [row.level], "can": row.can}
    )


def level_of(kind: str) -> str:
    """The level at which units of this kind stand: a desa and a kelurahan stand at one."""
    return _OF_KIND.get(kind, "")


def kinds_at(level: str) -> list[str]:
    """The kinds of units that stand at a level."""
    return [kind for kind, there in _OF_KIND.items() if there == level]


def role_of(code: str) -> Role:
    """The role with this code; one that exists no more, and none ("" of a step that waits for no
    desk), may do nothing."""
    known = SHIPPED.get(code) or own_roles().get(code)
    # Not validated: the code comes from a row and is whatever a row may hold.
    return known or Role.model_construct(code=code, title=code, levels=(), can=frozenset())


def can(code: str, capability: Can) -> bool:
    """Whether holders of posts with this role may do that."""
    return capability in role_of(code).can


def title_at(code: str, unit: Unit) -> str:
    """What holders of posts with this role are called at a unit: ``Wali Jorong``."""
    role = role_of(code)
    return unit.head if Can.HEADS in role.can and unit.head else role.title


def head_of(kind: str) -> str:
    """The code of the role that heads units of this kind; "" where none does."""
    at = level_of(kind)
    heads = (role.code for role in SHIPPED.values() if Can.HEADS in role.can)
    return next((code for code in heads if at in SHIPPED[code].levels), "")


def deputy_of(kind: str) -> str:
    """The code of the role that stands in for the head of units of this kind; "" where none
    does."""
    at = level_of(kind)
    deputies = (
        role.code
        for role in SHIPPED.values()
        if Can.VOUCHES in role.can and Can.HEADS not in role.can and at in role.levels
    )
    return next(deputies, "")


def treasurer_of(kind: str) -> str:
    """The code of the role that keeps the cash book beside the head of units of this kind; ""
    where none does."""
    at = level_of(kind)
    keepers = (
        role.code
        for role in SHIPPED.values()
        if Can.KEEPS_MONEY in role.can and Can.HEADS not in role.can and at in role.levels
    )
    return next(keepers, "")


def is_desk(code: str) -> bool:
    """Whether holders of posts with this role work on cases in an office."""
    return not role_of(code).can.isdisjoint(DESK_WORK)


def every_role() -> list[Role]:
    """All roles of this city, its own last."""
    return [*SHIPPED.values(), *own_roles().values()]


def roles_at(level: str) -> list[Role]:
    """The roles that stand at a level, the city's own last."""
    return [role for role in every_role() if level in role.levels]


def having(capability: Can, path: str = "role") -> Q:
    """Rows whose role, at this path, has a capability."""
    codes = sorted(role.code for role in SHIPPED.values() if capability in role.can)
    found = Q(**{f"{path}__in": codes})
    if capability in OWN_MAY:
        own = OwnRole.objects.filter(can__contains=[capability])
        found |= Q(**{f"{path}__in": own.values("code")})
    return found


def superiors_of(code: str) -> list[str]:
    """Codes of the roles that are told when a post of this role misses its clock: for a city's
    own role, every head."""
    is_own = code not in SHIPPED
    return [
        role.code
        for role in SHIPPED.values()
        if code in role.superior_of or (is_own and Can.HEADS in role.can)
    ]
