"""The retention classes that come with Balai: proposals, until a city takes them over."""

import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field

from accounts.models import User
from audit import actions as audit
from kernel.errors import Stale
from services.records import registers, retention
from services.records.models import RetentionClass

FILE = Path(__file__).with_name("retention.toml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(_Strict):
    """One entry of the file: for a code, for services without a letter, or for both."""

    code: str = Field("", pattern=r"^[0-9]{3}(\.[0-9]+)*$|^$")
    topics: list[str] = []
    title: str = Field(max_length=120)
    active: int = Field(ge=0)
    inactive: int = Field(ge=0)
    fate: Literal["keep", "review"]  # none destroys
    source: str = Field("", max_length=200)


class _File(_Strict):
    proposed: str = Field(max_length=200)  # the source of whatever names none
    classes: list[Row]


@dataclass(frozen=True, slots=True)
class Proposal(retention.Told):
    """A class for one code, or for one service."""

    @property
    def key(self) -> tuple[str, str]:
        return self.code, self.topic

    @property
    def fate_words(self) -> str:
        return str(RetentionClass.Fate(self.fate).label)


@cache
def shipped() -> tuple[Proposal, ...]:
    """Every proposal, codes before services. Read once per process."""
    file = _File.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))
    found = [
        Proposal(
            code, topic, row.title, row.active, row.inactive, row.fate,
            row.source or file.proposed,
        )
        for row in file.classes
        for code, topic in [*([(row.code, "")] if row.code else []), *(("", t) for t in row.topics)]
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (not one.code, one.code)))


def missing(classes: Iterable[RetentionClass], services: Iterable[str]) -> list[Proposal]:
    """What a city with these classes and services has not taken over."""
    have, known = {(one.code, one.topic) for one in classes}, set(services)
    return [one for one in shipped() if one.key not in have and (one.code or one.topic in known)]


def is_unconfirmed(row: RetentionClass) -> bool:
    """Whether a class still names our proposal as its source, not the schedule of the city."""
    return any(one.key == (row.code, row.topic) and one.source == row.source for one in shipped())


@transaction.atomic
def adopt(*, by: User, at: datetime) -> int:
    """Take over every proposal that has no class yet; the dates of what lies in the archive follow.
    What the city wrote stays. Returns how many. Raises Stale."""
    wanted = missing(RetentionClass.objects.select_for_update(), registers.titles())
    if not wanted:
        raise Stale("Semua kelas usulan sudah dipakai.")
    RetentionClass.objects.bulk_create(
        [
            RetentionClass(**asdict(one), changed_by=by, changed_at=at)
            for one in wanted
        ],
        ignore_conflicts=True,  # somebody else writes the same class at this moment: theirs stays
    )  # fmt: skip
    audit.record(
        "retention.adopted", actor=by, subject="retention", subject_id="",
        detail={"classes": len(wanted)},
    )  # fmt: skip
    retention.reckon_again(at)
    return len(wanted)
