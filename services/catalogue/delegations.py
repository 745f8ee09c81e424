"""Decrees by which Camat decide cases of a service: noted, ended, and which hold where."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from services.catalogue.authority import Delegated, proof
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Delegation, Service
from services.questions.conditions import Condition
from tenants.office.models import Unit


def _as_rule(row: Delegation) -> Delegated:
    limits = tuple(Condition.model_validate(one) for one in row.limits)
    return Delegated(row.pk, row.decree, limits)


def _holds(row: Delegation, on: date) -> bool:
    return row.since <= on and (row.until is None or on <= row.until)


def _in(rows: Iterable[Delegation], kecamatan: str) -> list[Delegated]:
    """Those of these rows that are for every kecamatan or for the one with this code."""
    return [
        _as_rule(row) for row in rows if row.kecamatan is None or row.kecamatan.code == kecamatan
    ]


def decrees_for(service: Service, kecamatan: str, on: date) -> list[Delegated] | None:
    """The decrees in force for a service in the kecamatan with this code, the newest first; None
    where the city has noted none for the service. One query."""
    rows = rows_for(service, kecamatan, on)
    return None if rows is None else list(map(_as_rule, rows))


def rows_for(service: Service, kecamatan: str, on: date) -> list[Delegation] | None:
    """The rows behind them; None also while those that are noted begin later: until then what is
    usual holds. One query."""
    begun = Delegation.objects.filter(service=service, since__lte=on)
    rows = list(begun.select_related("kecamatan"))
    if not rows:
        return None
    live = [row for row in rows if _holds(row, on)]
    return [row for row in live if row.kecamatan is None or row.kecamatan.code == kecamatan]


@transaction.atomic
def note(
    *, service: Service, kecamatan: Collection[Unit], decree: str, decree_on: date, since: date,
    until: date | None, limits: Sequence[Condition], by: User,
) -> list[Delegation]:  # fmt: skip
    """Note a decree for some kecamatan, or for all. Cases that were sent keep what held then.

    Raises RuleBroken where some case would then have no end, or two.
    """
    assert service.current is not None
    blueprint = service.current.blueprint
    authority = blueprint.authority
    if authority is None:
        raise RuleBroken("Layanan ini tidak punya bagian yang dapat dilimpahkan kepada Camat.")
    if until is not None and until < since:
        raise RuleBroken("Hari terakhir tidak boleh sebelum hari pertama.", field="until")
    if any(limit.field not in authority.measures for limit in limits):
        raise RuleBroken("Batas ini tidak ditanyakan di layanan ini. Pilih dari yang ada.")
    refuse_holes(blueprint, [Delegated(0, decree, tuple(limits))])
    rows = Delegation.objects.bulk_create(
        Delegation(
            service=service, kecamatan=unit, decree=decree, decree_on=decree_on, since=since,
            until=until, limits=[limit.model_dump(mode="json") for limit in limits], noted_by=by,
        )
        for unit in _each(kecamatan)
    )  # fmt: skip
    audit.record(
        "delegation.noted", actor=by, subject="service", subject_id=service.slug,
        detail={"decree": decree, "kecamatan": [unit.code for unit in kecamatan]},
    )  # fmt: skip
    return rows


def _each(kecamatan: Collection[Unit]) -> list[Unit | None]:
    return [*kecamatan] or [None]


@transaction.atomic
def end(*, service: Service, pk: int, until: date | None, by: User) -> Delegation:
    """The decree holds until this day, sooner or later than was noted; None: until another day is
    noted. Raises NotThere, RuleBroken."""
    found = locked(service, pk)
    if until is not None and until < found.since:
        raise RuleBroken("Hari terakhir tidak boleh sebelum hari pertama.", field="until")
    found.until = until
    found.save(update_fields=["until"])
    audit.record(
        "delegation.ended", actor=by, subject="delegation", subject_id=pk,
        detail={"until": until.isoformat() if until is not None else ""},
    )  # fmt: skip
    return found


def locked(service: Service, pk: int) -> Delegation:
    """A row of a service, locked until the transaction ends. Raises NotThere."""
    found = Delegation.objects.select_for_update().filter(service=service, pk=pk).first()
    if found is None:
        raise NotThere("Pelimpahan ini tidak ditemukan.")
    return found


def refuse_holes(blueprint: Blueprint, decrees: Sequence[Delegated] | None) -> None:
    """Raises RuleBroken with an example where a case would have no end, or two."""
    for text in proof(blueprint, decrees):
        raise RuleBroken(text)


def sets_in_force(service: Service, on: date) -> list[list[Delegated]]:
    """Each set of decrees that holds together in some kecamatan today."""
    rows = Delegation.objects.filter(service=service).select_related("kecamatan")
    live = [row for row in rows if _holds(row, on)]
    places = {row.kecamatan.code for row in live if row.kecamatan is not None}
    return [_in(live, code) for code in (*sorted(places), "")]  # "": where none has its own


def noted(service: Service) -> list[Delegation]:
    """Every row, also those that are over: one of them may have got a wrong last day. The newest
    first."""
    rows = Delegation.objects.filter(service=service)
    return list(rows.select_related("kecamatan", "noted_by"))
