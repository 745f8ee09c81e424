"""Doubles: two rows of the register that are one person.

One row is kept. It gets what it lacks and the facts that were chosen from the other; what points at
the other follows; the other says whose double it is and counts nowhere any more. ``undo`` gives
every row back as it was.
"""

import base64
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from accounts.models import User
from kernel.errors import RuleBroken, Stale
from kernel.registry import Registry
from services.residents import codes, logins, register
from services.residents.fields import FIELDS, Field, value_of
from services.residents.models import (
    Person,
    PersonEvent,
    Representation,
    ResidentAccount,
    Source,
    WalletDocument,
)
from services.residents.queries import within
from services.residents.sealing import is_current, prints, seal
from tenants.office.models import Holding

Rows = models.QuerySet[Any]


def _all(rows: Rows, _kept: int) -> Rows:
    return rows


@dataclass(frozen=True, slots=True)
class Follow:
    """Rows of a model that follow by one foreign key; ``may`` leaves out those for
    which the kept one has a row of its own already, and they stay with the double."""

    model: type[models.Model]
    field: str
    may: Callable[[Rows, int], Rows] = _all

    def rows(self) -> Rows:
        return self.model._base_manager.all()


# Filled at the start by the app each model is of.
follows: Registry[Follow] = Registry(
    "merge_follows", "rows that follow when two rows of the register are found to be one person"
)
account_follows: Registry[Follow] = Registry(
    "merge_account_follows", "rows of an account that follow when both rows had one"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that the two rows say differently; somebody chooses."""

    field: Field
    kept: Any
    double: Any


def differences(kept: Person, double: Person) -> list[Difference]:
    """What both rows know, and differently. Of the status nobody chooses: a death stays."""
    found = []
    for name, field in FIELDS.items():
        mine, other = value_of(kept, field), value_of(double, field)
        known = field.to_json(mine), field.to_json(other)
        if name != "status" and None not in known and known[0] != known[1]:
            found.append(Difference(field, mine, other))
    return found


@transaction.atomic
def merge(
    *, keep_id: int, double_id: int, chosen: Collection[str], origin: Source, by: User | None
) -> PersonEvent:
    """Make the double a part of the kept row. ``chosen`` names the fields in which the double is
    right. Raises RuleBroken, Stale."""
    kept, double = _both(keep_id, double_id)
    if kept.merged_into_id or double.merged_into_id:
        raise Stale("Salah satu catatan ini sudah digabung. Buka lagi daftarnya.")
    facts = _facts(kept, double, chosen)
    before = {"kept": _raw(kept, _columns(facts)), "double": _raw(double, _of_double(facts))}
    moved = {**_move(kept, double), **_move_accounts(kept, double)}
    if "nik" in facts:  # the numbers change places, so that the other one still leads here
        _park(double)
    event = register.change(
        person_id=kept.pk, facts=facts, origin=origin, by=by, kind=PersonEvent.Kind.MERGE,
        detail={"double": double.pk, "before": before, "moved": moved},
    )  # fmt: skip
    assert event is not None
    told: dict[str, Any] = {"merged_into": kept}
    if "nik" in facts:
        told |= _number(kept.nik)
    register.change(
        person_id=double.pk, facts={}, origin=origin, by=by, kind=PersonEvent.Kind.MERGE,
        detail={"into": kept.pk},
    )  # fmt: skip
    Person.objects.filter(pk=double.pk).update(**told)
    logins.follow([kept.pk, double.pk])
    return event


def _both(keep_id: int, double_id: int) -> tuple[Person, Person]:
    if keep_id == double_id:
        raise RuleBroken("Pilih dua catatan yang berbeda.")
    register.lock(people=[keep_id, double_id])
    found = Person.objects.select_related("household__rt").in_bulk([keep_id, double_id])
    if len(found) < 2:
        raise Stale("Salah satu catatan ini sudah tidak ada. Buka lagi daftarnya.")
    return found[keep_id], found[double_id]


def _facts(kept: Person, double: Person, chosen: Collection[str]) -> dict[str, Any]:
    """What the kept row gets: what it does not know, and what was chosen."""
    facts: dict[str, Any] = {}
    for name, field in FIELDS.items():
        mine, other = value_of(kept, field), value_of(double, field)
        if field.to_json(other) is None or field.to_json(mine) == field.to_json(other):
            continue
        if field.to_json(mine) is None or name in chosen:
            facts[name] = other
    facts.pop("status", None)
    if double.status == codes.Status.DEAD and kept.status != codes.Status.DEAD:
        facts["status"] = codes.Status.DEAD
    elif kept.status != codes.Status.DEAD and "status" in chosen:
        facts["status"] = double.status
    if kept.household_id != double.household_id:  # a relation belongs to its card
        facts.pop("relation", None)
        if "household" in facts:
            facts["relation"] = double.relation
    return facts


def _move(kept: Person, double: Person) -> dict[str, list[int]]:
    """Everything that points at the double points at the kept row; ids by what follows."""
    moved = {}
    for key, follow in follows.items():
        rows = follow.may(follow.rows().filter(**{follow.field: double.pk}), kept.pk)
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        if ids:
            follow.rows().filter(pk__in=ids).update(**{follow.field: kept.pk})
            moved[key] = ids
    return moved


def _move_accounts(kept: Person, double: Person) -> dict[str, list[int]]:
    """One account alone follows its person. Of two the double's is closed, and what it holds goes
    to the other."""
    rows = ResidentAccount.objects.filter(person__in=[kept, double])
    found = {one.person_id: one for one in rows}
    mine, other = found.get(kept.pk), found.get(double.pk)
    if other is None:
        return {}
    if mine is None:
        ResidentAccount.objects.filter(pk=other.pk).update(person=kept)
        return {_ACCOUNT: [other.pk]}
    moved: dict[str, list[int]] = {}
    for key, follow in account_follows.items():
        held = follow.may(follow.rows().filter(**{follow.field: other.user_id}), mine.user_id)
        ids = list(held.order_by("pk").values_list("pk", flat=True))
        if ids:
            follow.rows().filter(pk__in=ids).update(**{follow.field: mine.user_id})
            moved[f"{_OF_ACCOUNT}{key}"] = ids
    return moved


_ACCOUNT, _OF_ACCOUNT = "account", "account:"


def _park(person: Person) -> None:
    """Free a NIK, and the login made of it, for the other row."""
    Person.objects.filter(pk=person.pk).update(nik_sealed=None, nik_print=None)
    users = ResidentAccount.objects.filter(person=person).values_list("user", flat=True)
    for pk in list(users):
        User.objects.filter(pk=pk).update(login=f"nik:~{pk}")


# --- undoing --------------------------------------------------------------------------------------


@transaction.atomic
def undo(*, event_id: int, origin: Source, by: User | None) -> PersonEvent:
    """Give both rows, and all that followed, back as they were. What has come to the kept row
    since stays there. Raises Stale where a fact of the merge was changed again."""
    event = PersonEvent.objects.filter(
        pk=event_id, kind=PersonEvent.Kind.MERGE, detail__has_key="double"
    ).first()
    if event is None:
        raise RuleBroken("Ini bukan penggabungan.")
    kept, double = _both(event.person_id, event.detail["double"])
    register.refuse_own(by, [kept.pk, double.pk])
    if PersonEvent.objects.filter(reverses=event).exists() or double.merged_into_id != kept.pk:
        raise Stale("Penggabungan ini sudah dibatalkan.")
    changes = event.all_changes
    if not all(register.still(kept, name, after) for name, (_, after) in changes.items()):
        raise Stale(register.CHANGED_SINCE)
    if "nik" in changes:
        for one in (kept, double):
            _park(one)
    _restore(kept, event, exactly=not _changed_since(kept, event))
    numbers = {"nik": changes["nik"][1]} if "nik" in changes else {}
    before = _values(event.detail["before"]["double"], numbers)
    Person.objects.filter(pk=double.pk).update(**before)
    _move_back(kept, double, event)
    logins.follow([kept.pk, double.pk])
    back = {name: [after, before] for name, (before, after) in changes.items()}
    for person in (kept, double):
        person.refresh_from_db()
    undone = register.note(
        kept, PersonEvent.Kind.UNDO, back, origin, by, None, {"double": double.pk}, event
    )
    register.note(double, PersonEvent.Kind.UNDO, {}, origin, by, None, {"into": kept.pk})
    return undone


def _changed_since(kept: Person, event: PersonEvent) -> bool:
    return PersonEvent.objects.filter(person=kept, pk__gt=event.pk).exists()


def _restore(kept: Person, event: PersonEvent, *, exactly: bool) -> None:
    numbers = {name: before for name, (before, _) in event.all_changes.items()}
    values = _values(event.detail["before"]["kept"], numbers)
    if not exactly:  # other facts were written since: theirs stay
        before = values.pop("field_sources")
        del values["updated_at"]
        sources = dict(kept.field_sources)
        for name in event.all_changes:
            sources.pop(name, None)
            if name in before:
                sources[name] = before[name]
        values["field_sources"] = sources
    Person.objects.filter(pk=kept.pk).update(**values)


def _move_back(kept: Person, double: Person, event: PersonEvent) -> None:
    moved: Mapping[str, list[int]] = event.detail["moved"]
    accounts = {
        one.person_id: one.user_id
        for one in ResidentAccount.objects.filter(person__in=[kept, double])
    }
    for key, ids in moved.items():
        if key == _ACCOUNT:
            ResidentAccount.objects.filter(pk__in=ids, person=kept).update(person=double)
            continue
        of_account = key.startswith(_OF_ACCOUNT)
        follow = account_follows[key.removeprefix(_OF_ACCOUNT)] if of_account else follows[key]
        here, back = kept.pk, double.pk
        if of_account:
            here, back = accounts[kept.pk], accounts[double.pk]
        rows = follow.rows().filter(pk__in=ids, **{follow.field: here})
        rows.update(**{follow.field: back})


# --- rows as JSON ---------------------------------------------------------------------------------


def _of_double(facts: Mapping[str, Any]) -> set[str]:
    number = {"nik_sealed", "nik_print"} if "nik" in facts else set()
    return {"merged_into", "updated_at"} | number


def _columns(facts: Mapping[str, Any]) -> set[str]:
    found = {FIELDS[name].column for name in facts} | {"field_sources", "updated_at"}
    if "nik" in facts:
        found.add("nik_print")
    if "household" in facts:
        found.add("place")
    return found


def _raw(person: Person, names: Collection[str]) -> dict[str, Any]:
    """Columns exactly as they are; sealed ones stay sealed."""
    found: dict[str, Any] = {}
    for name in sorted(names):
        column: Any = Person._meta.get_field(name)
        value = column.value_from_object(person)
        if isinstance(value, bytes | memoryview):
            value = base64.b64encode(bytes(value)).decode("ascii")
        elif value is not None and not isinstance(value, str | int | bool | dict):
            value = column.value_to_string(person)
        found[name] = value
    return found


def _values(raw: Mapping[str, Any], numbers: Mapping[str, str]) -> dict[str, Any]:
    """The columns again. ``numbers`` are the digits of sealed ones: where the city has another key
    since, they are sealed anew."""
    found: dict[str, Any] = {}
    for name, value in raw.items():
        column: Any = Person._meta.get_field(name)
        found[name] = value if value is None else column.to_python(value)
        field = name.removesuffix("_sealed")
        if value is not None and field != name and not is_current(found[name]):
            found[name] = seal(numbers[field])
        if value is not None and name == "nik_print":
            found[name] = prints(numbers["nik"])[0]
    return found


def _number(nik: str) -> dict[str, bytes | None]:
    """The columns of a NIK; "" for none."""
    if not nik:
        return {"nik_sealed": None, "nik_print": None}
    return {"nik_sealed": seal(nik), "nik_print": prints(nik)[0]}


# --- what follows here ----------------------------------------------------------------------------


def let_no_other(rows: Rows, kept: int) -> Rows:
    """Permissions to relatives whom the kept one has not let act, and who are another person."""
    let = Representation.objects.filter(person=kept, withdrawn_at=None).values("by")
    return rows.exclude(by=kept).exclude(by__in=let)


def represents_no_other(rows: Rows, kept: int) -> Rows:
    """Likewise, for those whom they may act for."""
    acts_for = Representation.objects.filter(by=kept, withdrawn_at=None).values("person")
    return rows.exclude(person=kept).exclude(person__in=acts_for)


def of_another_kind(rows: Rows, kept: int) -> Rows:
    """Documents of a wallet of which the kept one has none that is in use."""
    mine = WalletDocument.objects.filter(person=kept, withdrawn_at=None).values("kind")
    return rows.exclude(models.Q(kind__in=mine) & models.Q(withdrawn_at=None))


def not_held(rows: Rows, kept: int) -> Rows:
    """Posts held now that the other account does not hold itself."""
    mine = Holding.objects.filter(user=kept, until=None).values("post")
    return rows.filter(until=None).exclude(post__in=mine)


# --- lists ----------------------------------------------------------------------------------------


def recent(area: str) -> models.QuerySet[PersonEvent]:
    """Merges of people of an area that were not undone, the newest first."""
    found = PersonEvent.objects.filter(
        within("person__place", area), kind=PersonEvent.Kind.MERGE, reversed_by=None
    )
    kept = found.filter(detail__has_key="double")
    return kept.select_related("person", "source", "entered_by").order_by("-pk")
