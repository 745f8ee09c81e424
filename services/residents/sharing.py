"""Sharing facts of residents by rule: making and ending rules, and reading by one.

A reading gives only what its rule names, only of people in its area, only between its days, and is
recorded for the resident and for the rule. The pages of offices and the API read here.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.models import User
from audit import actions as audit
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.nik import names_a_number
from services.residents import guesses
from services.residents.fields import FIELDS, NUMBERS, value_of
from services.residents.models import Person, SharingRule
from services.residents.queries import lives_in, record_by_nik
from tenants.office.models import Post, Unit

READINGS = 60  # an hour, by one official and rule
NOT_FOUND = (
    "NIK ini tidak tercatat sebagai penduduk di wilayah aturan ini. Periksa angkanya, atau minta "
    "orangnya datang ke kelurahan."
)


@transaction.atomic
def make(
    *, name: str, unit: Unit | None, system: str, fields: Collection[str], area: Unit,
    purpose: str, basis: str, since: date, until: date, by: User,
) -> SharingRule:  # fmt: skip
    """A new rule. Raises RuleBroken."""
    unknown = set(fields) - FIELDS.keys()
    if unknown or not fields:
        raise RuleBroken("Pilih paling sedikit satu data yang dibagikan.", field="fields")
    if bool(unit) == bool(system):
        raise RuleBroken("Pilih unit, atau isi nama sistem: salah satu saja.", field="unit")
    for field, words in (("name", name), ("purpose", purpose), ("basis", basis)):
        if names_a_number(words):
            raise RuleBroken("Jangan tulis NIK atau nomor KK di sini.", field=field)
    if until < since:
        raise RuleBroken("Tanggal berakhir tidak boleh sebelum tanggal mulai.", field="until")
    ordered = [field for field in FIELDS if field in set(fields)]
    rule = SharingRule.objects.create(
        name=name, unit=unit, system=system, fields=ordered, area=area, purpose=purpose,
        basis=basis, since=since, until=until, made_by=by,
    )  # fmt: skip
    audit.record(
        "sharing.made", actor=by, subject="sharing", subject_id=rule.pk, detail={"fields": ordered}
    )
    return rule


@transaction.atomic
def end(*, rule_id: int, by: User, at: datetime) -> SharingRule:
    """End a rule at once. Raises NotThere, Stale."""
    rule = SharingRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NotThere("Aturan berbagi data ini tidak ada.")
    if rule.ended_at is not None:
        raise Stale("Aturan ini sudah diakhiri.")
    rule.ended_at, rule.ended_by = at, by
    rule.save(update_fields=["ended_at", "ended_by"])
    audit.record("sharing.ended", actor=by, subject="sharing", subject_id=rule.pk)
    return rule


def in_force(today: date) -> QuerySet[SharingRule]:
    """Rules that count on this day, the newest first."""
    found = SharingRule.objects.filter(ended_at=None, since__lte=today, until__gte=today)
    return found.select_related("unit", "area").order_by("-pk")


def rules_of(posts: Iterable[Post], today: date) -> QuerySet[SharingRule]:
    """The rules by which these posts may read: those of their own units."""
    return in_force(today).filter(unit__in={post.unit_id for post in posts})


def rule_of_system(system: str, rule_id: int, today: date) -> SharingRule:
    """A rule of another system. Raises NotThere."""
    found = in_force(today).filter(pk=rule_id, system=system).exclude(system="").first()
    if found is None:
        raise NotThere("Aturan berbagi data ini tidak ada, atau sudah berakhir.")
    return found


@transaction.atomic
def read(*, rule: SharingRule, nik: str, actor: User | None, reader: str) -> dict[str, str]:
    """What a rule shares of the person with this NIK, in words by field name, "" for what is not
    known. ``reader`` names who asks, for counting.

    Raises RuleBroken for a malformed NIK, one that is nobody's in the area, or too many readings.
    """
    guesses.count(f"sharing:{rule.pk}:{reader}", READINGS, minutes=60)
    person = record_by_nik(nik)
    if person is None or not lives_in(person, rule.area.code):
        raise RuleBroken(NOT_FOUND, field="nik")
    audit.record_read(
        actor=actor, person_id=person.pk, purpose="berbagi", recipient=rule.recipient,
        why=rule.purpose, rule=str(rule.pk),
    )  # fmt: skip
    audit.record(
        "sharing.used", actor=actor, subject="sharing", subject_id=rule.pk,
        detail={"person": person.pk},
    )  # fmt: skip
    return shared_of(rule, person)


def shared_of(rule: SharingRule, person: Person) -> dict[str, str]:
    """The facts that a rule shares of somebody, in words; numbers in full, where it names them."""
    found = {}
    for name in rule.fields:
        field = FIELDS[name]
        value = value_of(person, field)
        if name == "household":
            found[name] = person.household.kk_number
        else:
            found[name] = str(value) if name in NUMBERS else field.words(value)
    return found


def uses(rules: Iterable[SharingRule]) -> dict[int, int]:
    """How often each of these rules was used, by its id. One query."""
    ids = [str(rule.pk) for rule in rules]
    found = (
        Entry.objects.filter(what="sharing.used", subject="sharing", subject_id__in=ids)
        .order_by()
        .values_list("subject_id")
        .annotate(count=Count("pk"))
    )
    counted = {int(subject_id): count for subject_id, count in found}
    return {int(pk): counted.get(int(pk), 0) for pk in ids}
