"""What a city calls its units and their heads: changed for one unit, or for all of a kind."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from tenants.office.kinds import LINGKUNGAN, Words, usual_words
from tenants.office.models import Post, Unit
from tenants.office.naming import full_name, printed
from tenants.office.queries import lineage
from tenants.office.seed import posts_at
from tenants.registry.current import city

# Kinds that have a word before their names.
CALLED = (
    Unit.Kind.KECAMATAN,
    Unit.Kind.KELURAHAN,
    Unit.Kind.DESA,
    Unit.Kind.DUSUN,
    Unit.Kind.RW,
    Unit.Kind.RT,
)


def check_words(word: str, head: str) -> Words:
    """Both as typed, fit to stand before a name. Raises RuleBroken."""
    found = Words(printed(word, "word", 30), printed(head, "head", 60))
    for text, field in ((found.word, "word"), (found.head, "head")):
        if not text[:1].isalpha() or not all(sign.isalpha() or sign in " '’.-" for sign in text):
            raise RuleBroken("Tulis sebutannya dengan huruf, misalnya Nagari.", field=field)
    return found


def words_in_use() -> dict[str, list[Words]]:
    """By kind: every pair of words that active units of this city have, the commonest first."""
    counts: dict[str, dict[Words, int]] = {}
    rows = Unit.objects.filter(is_active=True, kind__in=CALLED).values_list("kind", "word", "head")
    for kind, word, head in rows:
        of_kind = counts.setdefault(kind, {})
        of_kind[Words(word, head)] = of_kind.get(Words(word, head), 0) + 1
    return {
        kind: sorted(found, key=lambda words: (-found[words], words.word, words.head))
        for kind, found in counts.items()
    }


def words_for_new(kind: str, code: str) -> Words:
    """What a new unit of this kind is called: as its neighbours are, else as usual there."""
    village = code.partition("/")[0]
    for near in (village, city().code):
        beside = Unit.objects.filter(kind=kind, is_active=True, code__startswith=near)
        found = beside.exclude(word="").values_list("word", "head").first()
        if found is not None:
            return Words(*found)
    is_kelurahan = Unit.objects.filter(code=village, kind=Unit.Kind.KELURAHAN).exists()
    return usual_words(LINGKUNGAN if kind == Unit.Kind.DUSUN and is_kelurahan else kind, code)


def words_at(code: str) -> dict[str, Words]:
    """What the village and the kecamatan around a place are called, by kind. One query."""
    return {
        unit.kind: Words(unit.word, unit.head)
        for unit in lineage(code)
        if unit.kind in (Unit.Kind.KELURAHAN, Unit.Kind.DESA, Unit.Kind.KECAMATAN)
    }


def words_here() -> dict[str, list[Words]]:
    """What villages and kecamatan are called in this city, by kind, each once. One query."""
    rows = (
        Unit.objects.filter(kind__in=CALLED[:3], is_active=True)
        .order_by("kind", "word", "head")
        .values_list("kind", "word", "head")
        .distinct()
    )
    found: dict[str, list[Words]] = {}
    for kind, word, head in rows:
        found.setdefault(kind, []).append(Words(word, head))
    return found


@transaction.atomic
def call_unit(*, unit_id: int, word: str, head: str, by: User) -> Unit:
    """Call one unit and its head by other words. Raises RuleBroken."""
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    if unit.kind not in CALLED:
        raise RuleBroken("Unit ini tidak memakai sebutan di depan namanya.")
    _call([unit], check_words(word, head))
    audit.record(
        "unit.called", actor=by, subject="unit", subject_id=unit.code,
        detail={"word": unit.word, "head": unit.head},
    )  # fmt: skip
    return unit


@transaction.atomic
def call_kind(*, kind: str, word: str, head: str, by: User) -> int:
    """Call every unit of a kind in this city so; how many. Raises RuleBroken."""
    if kind not in CALLED:
        raise RuleBroken("Pilih jenis wilayahnya.", field="kind")
    units = list(Unit.objects.select_for_update().filter(kind=kind).order_by("code"))
    words = check_words(word, head)
    _call(units, words)
    audit.record(
        "kind.called", actor=by, subject="kind", subject_id=kind,
        detail={"word": words.word, "head": words.head},
    )  # fmt: skip
    return len(units)


def _call(units: Iterable[Unit], words: Words) -> None:
    units = list(units)
    before = {unit.pk: usual_titles(unit) for unit in units}
    for unit in units:
        own = unit.own_name
        unit.word, unit.head = words.word, words.head
        unit.name = full_name(words.word, own)
    Unit.objects.bulk_update(units, ["word", "head", "name"], batch_size=500)
    retitle(units, before)


def usual_titles(unit: Unit) -> dict[str, str]:
    """The usual title of each post of a unit, by role."""
    return {post.role: post.title for post in posts_at(unit)}


def retitle(units: Iterable[Unit], before: dict[int, dict[str, str]]) -> None:
    """Bring titles of posts in line with their unit's new name or words.

    ``before`` holds the usual titles from before the change, by unit. A title that a city wrote
    itself stays.
    """
    after = {unit.pk: usual_titles(unit) for unit in units}
    changed = []
    for post in Post.objects.select_for_update().filter(unit__in=after):
        if post.title == before[post.unit_id].get(post.role):
            post.title = printed(after[post.unit_id][post.role], "name")
            changed.append(post)
    Post.objects.bulk_update(changed, ["title"], batch_size=500)
