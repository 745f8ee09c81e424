"""Finding cases at a desk, open and closed, by what somebody types.

Each case carries the keys it is found by (``Case.search_keys``): the words of names and address,
the parts of its number, its topic (``=sktm``), and the units that it belongs to (``@1204``). One
GIN index answers all of them together. A typed word stands for every known word that contains it
(``residents.search.words``), and for the topics whose title does.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Subquery, TextField

from kernel.text import fold, squeeze
from services.cases.kinds import kind_of, kinds
from services.cases.models import Case, Step
from services.cases.queries import at_desks, lines_of
from services.residents.sealing import prints
from services.residents.search import words
from tenants.office import queries as office
from tenants.office.models import Post, Unit
from tenants.office.roles import level_of

LIMIT = 300  # cases that a search gives, the newest first
NEWEST = 1000  # steps of a desk that are looked through before the index is asked
_PART = 3  # letters of a word that is looked for inside others


def keys_of(case: Case) -> list[str]:
    """What a case is found by. No query where its kind's ``related`` and the units around it were
    read."""
    kind = kind_of(case)
    told = kind.search(case)
    found = {word for text in (*told.names, *told.texts) for word in fold(text).split()}
    found |= {squeeze(name) for name in told.names}
    number = case.number or ""
    found |= {number, number.rpartition("-")[2], number.rpartition("-")[2].lstrip("0")}
    found = {key for key in found if 0 < len(key) <= words.LONGEST}
    around = office.lineage(case.unit.code)
    found |= {unit_key(unit.pk) for unit in around if unit.kind != Unit.Kind.CITY}
    return sorted({*found, _topic_key(kind.topic(case))})


def unit_key(pk: int) -> str:
    """The key of the cases that belong to a unit, or lie at one."""
    return f"@{pk}"


def _topic_key(topic: str) -> str:
    return f"={topic}"


def also_at(case: Case, unit: Unit) -> None:
    """The case is found at the desks of this unit too. Call with the case locked."""
    key = unit_key(unit.pk)
    if case.search_keys is not None and key not in case.search_keys:
        case.search_keys = sorted([*case.search_keys, key])
        case.save(update_fields=["search_keys"])


def found(posts: Sequence[Post], text: str) -> list[int]:
    """Ids of the cases that are or were at these posts and fit what was typed: every word of it,
    or the whole NIK or number. The newest first, at most ``LIMIT``. Constant queries."""
    mine = Step.objects.filter(at_desks(posts), case=OuterRef("pk"))
    everywhere = Case.objects.filter(Exists(mine))
    digits = "".join(ch for ch in text if ch.isdigit())
    if len(digits) == 16:
        paths = [path for kind in kinds for path in kind.niks]
        by_nik = reduce(or_, (Q(**{f"{path}__in": prints(digits)}) for path in paths))
        return _ids(everywhere.filter(by_nik))
    wanted = _wanted(text)
    if wanted is None:
        return []
    newest = Step.objects.filter(at_desks(posts)).order_by("-opened_at", "-pk")
    recent = Case.objects.filter(pk__in=newest.values("case")[:NEWEST])
    first = _ids(recent.alias(said=Said("search_keys")).filter(wanted.condition))
    if len(first) == LIMIT or not wanted.by_index:
        return first
    # Not by the primary key from its end, which may read the whole table.
    fitting = Case.objects.alias(said=Said("search_keys")).filter(
        wanted.condition, _around(posts)
    ).order_by((F("pk") + 0).desc())  # fmt: skip
    # Nearly all of them lay at the desk: that is asked of the newest alone while it suffices, and
    # of each by itself, where of EXISTS the planner would read every step of the desk.
    step = Subquery(mine.values("pk")[:1])
    rows = list(fitting.annotate(step=step).values_list("pk", "step")[: 4 * LIMIT])
    here = [pk for pk, step_id in rows if step_id is not None][:LIMIT]
    if len(here) == LIMIT or len(rows) < 4 * LIMIT:
        return here
    return _ids(fitting.filter(Exists(mine)))


def _ids(cases: QuerySet[Case]) -> list[int]:
    if not cases.query.order_by:
        cases = cases.order_by("-pk")
    return list(cases.values_list("pk", flat=True)[:LIMIT])


def _around(posts: Iterable[Post]) -> Q:
    """What the index knows of where the posts stand; nothing of an office of the whole city."""
    units = {post.unit_id: post.unit for post in posts}.values()
    if any(level_of(unit.kind) in ("kota", "dinas") for unit in units):
        return Q()
    return Q(search_keys__overlap=[unit_key(unit.pk) for unit in units])


@dataclass(frozen=True, slots=True)
class Wanted:
    """That a case has every word that was typed. ``by_index``: the index answers a part of it."""

    condition: Q
    by_index: bool


def _wanted(text: str) -> Wanted | None:
    """None where nothing was typed that a case could have."""
    numbers = [word for word in text.split() if "-" in word and word.replace("-", "").isdigit()]
    others = [word for word in text.split() if word not in numbers]
    typed = list(dict.fromkeys(fold(" ".join(others)).split()))
    if not (numbers or typed):
        return None
    long = [word for word in typed if len(word) >= _PART]
    short = [word for word in typed if len(word) < _PART]
    known, topics = words.alternatives(long), dict(_topics())
    conditions = [Q(search_keys__contains=[number]) for number in numbers]
    for word in long:
        fitting = [_topic_key(topic) for topic, title in topics.items() if word in title]
        conditions.append(Q(search_keys__overlap=[word, *known[word], *fitting]))
    for word in short:
        conditions.append(Q(said__contains=f" {word}"))
    return Wanted(reduce(and_, conditions, Q()), bool(numbers or long))


class Said(Func):
    """The keys of a case as one text, a space before each."""

    template = "(' ' || array_to_string(%(expressions)s, ' '))"
    output_field = TextField()


def _topics() -> Iterator[tuple[str, str]]:
    """Each topic with its folded title."""
    for kind in kinds:
        for topic, title in kind.topics().items():
            yield topic, fold(title)


def latest_steps(posts: Sequence[Post], cases: Sequence[int]) -> list[Step]:
    """The latest step at these posts of each of these cases, in their order. One query."""
    latest = Step.objects.filter(at_desks(posts), case__in=cases)
    latest = latest.order_by("case_id", "-pk").distinct("case_id")
    by_case = {step.case_id: step for step in lines_of(latest.values("pk"))}
    return [by_case[pk] for pk in cases if pk in by_case]


def write_keys(*, after: int, most: int) -> int:
    """Write the keys of some cases that have none, those with an id above ``after``, and what
    their steps copy from them; the last of these ids, 0 where none is left."""
    ids = list(
        Case.objects.filter(search_keys__isnull=True, number__isnull=False, pk__gt=after)
        .order_by("pk")
        .values_list("pk", flat=True)[:most]
    )
    for kind in kinds:
        rows = kind.model._default_manager.filter(pk__in=ids).select_related("unit", *kind.related)
        by_topic = defaultdict[str, list[int]](list)
        for case in rows:
            # Only the keys: the row may change meanwhile.
            Case.objects.filter(pk=case.pk).update(search_keys=keys_of(case))
            by_topic[kind.topic(case)].append(case.pk)
        unit = Case.objects.filter(pk=OuterRef("case")).values("unit")
        for topic, cases in by_topic.items():
            steps = Step.objects.filter(case__in=cases, case_unit__isnull=True)
            steps.update(topic=topic, case_unit=Subquery(unit))
    return ids[-1] if ids else 0
