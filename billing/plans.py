"""The plans, as data: ``plans.toml`` read once into typed objects. No database, no Stripe."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from billing.rules import tax_of
from kernel.errors import RuleBroken
from tenants.registry.entitlements import Limits

Interval: TypeAlias = Literal["month", "year"]
INTERVALS: tuple[Interval, Interval] = ("month", "year")
WORDS: dict[str, str] = {"month": "per bulan", "year": "per tahun"}


class _Row(BaseModel):
    """One plan as the file says it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{1,19}$")
    name: str = Field(min_length=2, max_length=40)
    meant_for: str = Field(alias="for", min_length=5)
    villages: int | None = Field(None, gt=0)
    # Whole hundreds, so that the tax is whole rupiah as well.
    monthly: int = Field(gt=0, multiple_of=100)
    yearly: int = Field(gt=0, multiple_of=100)
    letters: int | None = Field(None, ge=0)
    seats: int | None = Field(None, ge=0)
    storage_mb: int | None = Field(None, ge=0)
    messages: int | None = Field(None, ge=0)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    plan: list[_Row] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a city can subscribe to."""

    code: str
    name: str
    meant_for: str
    villages: int | None  # up to how many kelurahan and desa it is sized for; None: any number
    monthly: int  # rupiah, PPN not included
    yearly: int
    limits: Limits

    def price(self, interval: Interval) -> int:
        """Rupiah for one period, PPN not included."""
        return self.monthly if interval == "month" else self.yearly

    def price_with_tax(self, interval: Interval) -> int:
        """Rupiah for one period as it is charged."""
        return self.price(interval) + tax_of(self.price(interval))

    def is_too_small_for(self, villages: int) -> bool:
        """Whether the plan is sized for fewer kelurahan and desa than that."""
        return self.villages is not None and villages > self.villages

    @property
    def monthly_with_tax(self) -> int:
        return self.price_with_tax("month")

    @property
    def yearly_with_tax(self) -> int:
        return self.price_with_tax("year")

    @property
    def storage(self) -> int | None:
        """The limit of storage in bytes."""
        return self.limits.of("storage")

    @property
    def yearly_saves(self) -> int:
        """Rupiah saved by paying for a year at once."""
        return 12 * self.monthly - self.yearly


def read(text: str) -> tuple[Plan, ...]:
    """The plans of a file, cheapest first. Raises pydantic's ValidationError, ValueError."""
    rows = _File.model_validate(tomllib.loads(text)).plan
    if len({row.code for row in rows}) != len(rows):
        raise ValueError("two plans have one code")
    found = [
        Plan(
            row.code, row.name, row.meant_for, row.villages, row.monthly, row.yearly,
            Limits(row.letters, row.seats, row.storage_mb, row.messages),
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda plan: plan.monthly))


@cache
def plans() -> tuple[Plan, ...]:
    """Every plan on offer, cheapest first."""
    return read((Path(__file__).parent / "plans.toml").read_text(encoding="utf-8"))


def find(code: str) -> Plan | None:
    """A plan by its code; None for one that is no longer offered."""
    return next((plan for plan in plans() if plan.code == code), None)


def plan(code: str) -> Plan:
    """A plan on offer. Raises RuleBroken."""
    found = find(code)
    if found is None:
        raise RuleBroken("Paket ini tidak tersedia lagi. Pilih paket dari daftar.", field="plan")
    return found


def require_fitting(chosen: Plan, villages: int) -> None:
    """Refuse a plan sized for fewer kelurahan and desa than a city has. Raises RuleBroken."""
    if chosen.is_too_small_for(villages):
        raise RuleBroken(
            f"Paket {chosen.name} paling banyak untuk {chosen.villages} kelurahan dan desa; daerah "
            f"Anda punya {villages}. Pilih paket {fitting(villages).name}.",
            field="plan",
        )


def interval(text: str) -> Interval:
    """``month`` or ``year`` as typed. Raises RuleBroken."""
    for known in INTERVALS:
        if text == known:
            return known
    raise RuleBroken("Pilih bayar per bulan atau per tahun.", field="interval")


def fitting(villages: int) -> Plan:
    """The smallest plan sized for that many kelurahan and desa."""
    for candidate in plans():
        if not candidate.is_too_small_for(villages):
            return candidate
    return plans()[-1]
