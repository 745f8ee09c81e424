"""Tiles of the mall: switched on and off, changed, made and removed by a city's administrators."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from services.mall.models import Tile
from services.mall.queries import NOT_THERE
from services.mall.shipped import shipped
from services.mall.spec import TileSpec, changed, differing
from services.queueing.models import QueueLine
from tenants.office.models import Unit

RESERVED = ("baru",)  # an address beside the tiles


def _locked(slug: str, by: User, at: datetime) -> Tile:
    """The row of a tile, made for a shipped one. Raises NotThere."""
    row = Tile.objects.select_for_update().filter(slug=slug).first()
    if row is not None:
        row.changed_by, row.changed_at = by, at
        return row
    spec = shipped().get(slug)
    if spec is None:
        raise NotThere(NOT_THERE)
    return Tile(slug=slug, is_on=spec.offered, changed_by=by, changed_at=at)


@transaction.atomic
def switch(*, slug: str, is_on: bool, by: User, at: datetime) -> None:
    """Show a tile to residents, or not. Raises NotThere."""
    row = _locked(slug, by, at)
    row.is_on = is_on
    row.save()
    audit.record("tile.switched", actor=by, subject="tile", subject_id=slug, detail={"on": is_on})


@transaction.atomic
def change(
    *, slug: str, typed: Mapping[str, Any], unit: Unit | None, line: QueueLine | None, by: User,
    at: datetime,
) -> None:  # fmt: skip
    """Say what a tile says here; what is as it was shipped keeps following later releases. Raises
    NotThere, RuleBroken."""
    row, spec = _locked(slug, by, at), shipped().get(slug)
    if spec is None:
        row.words = _checked({**row.words, **typed})
    else:
        row.words = differing(spec, typed)
        try:
            changed(spec, row.words)
        except ValidationError as wrong:
            raise RuleBroken(_in_words(wrong), field=_field(wrong)) from wrong
    row.unit, row.line = unit, line
    row.save()
    audit.record(
        "tile.changed", actor=by, subject="tile", subject_id=slug,
        detail={"fields": sorted(row.words)},
    )  # fmt: skip


@transaction.atomic
def create(
    *, slug: str, typed: Mapping[str, Any], unit: Unit | None, line: QueueLine | None, by: User,
    at: datetime,
) -> Tile:  # fmt: skip
    """A tile of the city's own, shown to residents at once. Raises RuleBroken."""
    if slug in {*shipped(), *RESERVED} or Tile.objects.filter(slug=slug).exists():
        raise RuleBroken("Nama ini sudah dipakai di mal layanan. Pakai nama lain.", field="title")
    row = Tile.objects.create(
        slug=slug, is_on=True, words=_checked({**typed, "slug": slug}), unit=unit, line=line,
        changed_by=by, changed_at=at,
    )  # fmt: skip
    audit.record("tile.created", actor=by, subject="tile", subject_id=slug)
    return row


@transaction.atomic
def remove(*, slug: str, by: User) -> None:
    """Remove a tile of the city's own, or everything it says differently of a shipped one."""
    row = Tile.objects.select_for_update().filter(slug=slug).first()
    if row is None:
        raise NotThere(NOT_THERE)
    row.delete()
    audit.record("tile.removed", actor=by, subject="tile", subject_id=slug)


def _checked(words: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return TileSpec.model_validate(words).model_dump(mode="json")
    except ValidationError as wrong:
        raise RuleBroken(_in_words(wrong), field=_field(wrong)) from wrong


def _field(wrong: ValidationError) -> str | None:
    place = wrong.errors()[0]["loc"]
    return str(place[0]) if place else None


def _in_words(wrong: ValidationError) -> str:
    told = wrong.errors()[0].get("ctx", {})
    if "error" in told:
        return str(told["error"])
    if "max_length" in told:
        return f"Terlalu panjang: paling banyak {told['max_length']} huruf."
    return "Isi bagian ini, atau periksa lagi penulisannya."
