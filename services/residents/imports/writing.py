"""Importing a whole file: check every row, ask about what is doubtful, write all or nothing."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import RuleBroken
from services.residents import codes
from services.residents.imports import columns, families, rows
from services.residents.imports.problems import ImportDoubtful, ImportRefused, Outcome, Problem
from services.residents.imports.rows import Row
from services.residents.models import Household, Person
from services.residents.places import Villages, ensure_rts, numbers
from services.residents.sealing import fingerprint, seal
from services.residents.search import words
from tenants.office.models import Unit
from tenants.registry.current import city

_AT_ONCE = 1000
# What a row may leave open; a known person keeps it then, a new one has none.
_OPEN = ("religion", "marital", "relation", "education", "occupation", "citizenship",
         "father_name", "mother_name", "status", "resident_since")  # fmt: skip
_WRITTEN = ("name", "sex", "birth_place", "birth_date", *_OPEN)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the register has of the people and family cards in a file."""

    people: dict[str, Person]  # by NIK
    cards: dict[str, Household]  # by family card number, with ``rt``
    others: dict[str, list[Person]]  # members not in the file, by family card number


def import_people(
    *,
    name: str,
    content: bytes,
    actor: User | None,
    confirmed: str = "",
    watch: Callable[[int], None] = lambda percent: None,
) -> Outcome:
    """Take a whole file or nothing. Existing people (same NIK) are brought up to date.

    A blank cell or an absent column changes nothing; of a new person it is unknown. RW and RT
    that do not exist yet are created. ``watch`` is told now and then how many percent are done.

    Raises ImportRefused with the row numbers of what is wrong; ImportDoubtful unless its digest
    is ``confirmed``.
    """
    checked, doubts = _check_rows(name, content, watch)
    with transaction.atomic():
        known = _known(checked)
        problems, more = _check_families(checked, known)
        if problems:
            raise _refused(problems)
        doubts = sorted([*doubts, *more, *_revived(checked, known), *_rounded(checked),
                         *_split_rts(checked)], key=lambda doubt: doubt.line)  # fmt: skip
        if doubts:
            asked = ImportDoubtful(doubts)
            if asked.digest != confirmed:
                raise asked
        watch(65)
        places = {row.place for row in checked}
        before = set(Unit.objects.filter(code__in=places).values_list("code", flat=True))
        units = ensure_rts(places)
        cards = _save_cards(checked, known, units)
        watch(80)
        added = _save_people(checked, known, cards)
        words.learn(text for row in checked for text in (row.name, row.address))
        outcome = Outcome(
            added=added,
            changed=len(checked) - added,
            households=len(cards),
            new_rts=sum(len(numbers(code)) == 2 for code in places - before),
        )
        audit.record(
            "residents.imported",
            actor=actor,
            subject="register",
            subject_id=len(checked),
            detail={
                "added": outcome.added,
                "changed": outcome.changed,
                "confirmed": len(doubts),
            },
        )
    return outcome


def _refused(problems: Collection[Problem]) -> ImportRefused:
    lines = f"{len({problem.line for problem in problems})} baris"
    return ImportRefused(
        f"{lines} perlu diperbaiki; belum ada yang disimpan.",
        sorted(problems, key=lambda problem: problem.line),
    )


# --- checking -------------------------------------------------------------------------------------


def _check_rows(
    name: str, content: bytes, watch: Callable[[int], None]
) -> tuple[list[Row], list[Problem]]:
    """Every row and its doubts. Raises ImportRefused when any row is wrong."""
    table = columns.table(name, content)
    villages, today = Villages(), now().astimezone(city().tz).date()
    found: dict[str, Row] = {}
    problems: list[Problem] = []
    doubts: list[Problem] = []
    for count, raw in enumerate(table):
        if count % 250 == 0:
            watch(60 * count // len(table))
        who = raw.text("nama")[:60]
        try:
            row, told = rows.check(raw, villages, today=today)
            if row.nik in found:
                raise RuleBroken(f"NIK sama dengan baris {found[row.nik].line}")
            found[row.nik] = row
            doubts += [Problem(row.line, said, who, "nik") for said in told]
        except RuleBroken as wrong:
            problems.append(Problem(raw.line, wrong.message, who))
    if problems:
        raise _refused(problems)
    return list(found.values()), doubts


def _known(checked: Collection[Row]) -> _Known:
    """What the register has, locked until the transaction ends."""
    prints = {fingerprint(row.nik): row.nik for row in checked}
    cards = {fingerprint(number): number for number in {row.kk_number for row in checked}}
    households = {
        cards[bytes(card.kk_print or b"")]: card
        for card in Household.objects.filter(kk_print__in=list(cards))
        .select_related("rt").select_for_update(of=("self",)).order_by("pk")
    }  # fmt: skip
    people = {
        prints[bytes(person.nik_print or b"")]: person
        for person in Person.objects.filter(nik_print__in=list(prints))
        .select_for_update().order_by("pk")
    }  # fmt: skip
    numbers_by_pk = {card.pk: number for number, card in households.items()}
    others: dict[str, list[Person]] = {}
    in_file = {person.pk for person in people.values()}
    for person in Person.objects.filter(household__in=list(numbers_by_pk)).order_by("pk"):
        if person.pk not in in_file:
            others.setdefault(numbers_by_pk[person.household_id], []).append(person)
    return _Known(people, households, others)


def _check_families(checked: Collection[Row], known: _Known) -> tuple[list[Problem], list[Problem]]:
    problems: list[Problem] = []
    doubts: list[Problem] = []
    for number, of_card in families.by_card(checked).items():
        problems += families.addresses(of_card)
        members = [_member(row, known.people.get(row.nik)) for row in of_card]
        members += [
            families.Member(other.name, other.relation, other.status)
            for other in known.others.get(number, [])
        ]
        wrong, doubtful = families.heads(members)
        problems += wrong
        doubts += doubtful
    return problems, doubts


def _member(row: Row, person: Person | None) -> families.Member:
    said = row.fields
    return families.Member(
        row.name,
        said.get("relation", person.relation if person else None),
        said.get("status", person.status if person else codes.Status.ALIVE),
        row.line,
        "relation" in said,
    )


def _revived(checked: Iterable[Row], known: _Known) -> Iterable[Problem]:
    """People the register has as dead or gone whom the file calls alive."""
    for row in checked:
        person = known.people.get(row.nik)
        alive = row.fields.get("status") == codes.Status.ALIVE
        if person is not None and alive and person.status != codes.Status.ALIVE:
            label = codes.Status(person.status).label.lower()
            said = f"di register tercatat {label}, di berkas ini hidup"
            yield Problem(row.line, said, row.name, "status_dasar")


def _rounded(checked: Collection[Row]) -> Iterable[Problem]:
    """Numbers that all end in 0: a spreadsheet kept them as numbers and rounded the last digit."""
    found = {row.nik for row in checked} | {row.kk_number for row in checked}
    if len(found) >= 4 and all(number.endswith("0") for number in found):
        said = (
            "semua NIK dan nomor KK di berkas ini berakhir dengan 0: lembar kerja mungkin "
            "membulatkannya. Bandingkan dengan KTP atau KK"
        )
        yield Problem(min(row.line for row in checked), said, column="nik")


def _split_rts(checked: Iterable[Row]) -> Iterable[Problem]:
    """RTs of a dusun where the village already has an RT of the same number without a dusun."""
    plain: dict[str, Row] = {}
    for row in checked:
        village, *below = row.place.split("/")
        if below and not below[0].isdigit():
            plain.setdefault("/".join([village, *below[1:]]), row)
    for code in Unit.objects.filter(code__in=list(plain)).values_list("code", flat=True):
        row = plain[code]
        said = (
            f"RT/RW ini sudah ada tanpa dusun; berkas ini membuat yang lain untuk dusun "
            f"{row.place.split('/')[1]}"
        )
        yield Problem(row.line, said, row.name, "dusun")


# --- writing --------------------------------------------------------------------------------------


def _save_cards(
    checked: Iterable[Row], known: _Known, units: dict[str, Unit]
) -> dict[str, Household]:
    cards = []
    for number, of_card in families.by_card(checked).items():
        here = [row for row in of_card if row.fields.get("status", 1) == codes.Status.ALIVE]
        first = (here or of_card)[0]
        place = units[max((row.place for row in here or of_card), key=len)]
        old = known.cards.get(number)
        if old is not None and old.rt.code.startswith(f"{place.code}/"):
            place = old.rt  # the file does not say which RT of this village: keep it
        cards.append(
            Household(
                kk_sealed=old.kk_sealed if old else seal(number),
                kk_print=fingerprint(number),
                address=first.address,
                rt=place,
            )
        )
    Household.objects.bulk_create(
        cards,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["kk_print"],
        update_fields=["address", "rt", "updated_at"],
    )
    prints = {fingerprint(row.kk_number): row.kk_number for row in checked}
    found = Household.objects.filter(kk_print__in=list(prints)).select_related("rt")
    return {prints[bytes(household.kk_print or b"")]: household for household in found}


def _save_people(checked: Collection[Row], known: _Known, cards: dict[str, Household]) -> int:
    """Write everybody; returns how many are new."""
    Person.objects.bulk_create(
        [_person(row, known.people.get(row.nik), cards[row.kk_number]) for row in checked],
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["nik_print"],
        update_fields=["household", "place", "updated_at", *_WRITTEN],
    )
    return sum(row.nik not in known.people for row in checked)


def _person(row: Row, old: Person | None, household: Household) -> Person:
    kept: dict[str, Any] = {name: getattr(old, name) for name in _OPEN} if old else {}
    return Person(
        household=household,
        place=household.rt.code,
        nik_sealed=old.nik_sealed if old else seal(row.nik),
        nik_print=fingerprint(row.nik),
        **(kept | row.fields),
    )
