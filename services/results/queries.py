"""Reads of results."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from kernel.errors import NotThere
from services.cases.kinds import kinds
from services.cases.models import Case
from services.catalogue.results import ResultSpec
from services.letters.models import Letter
from services.results.models import HandOver, Result, Wish

BADLY = (Case.State.REFUSED, Case.State.WITHDRAWN)  # how a case ends that has no result


def of_case(case: Case) -> list[Result]:
    """The results of a case, with their hand-overs."""
    acts = HandOver.objects.select_related("by", "returned_by").order_by("pk")
    found: QuerySet[Result] = case.results.select_related("unit", "made_by")
    return list(found.prefetch_related(Prefetch("hand_overs", acts)).order_by("pk"))


def ready_of(case: Case) -> list[Result]:
    """Those that left their desk."""
    return [one for one in of_case(case) if one.state != Result.State.MADE]


def read_as_kind(case: Case) -> Case:
    """A case as its kind reads it: who asked for it, by which service."""
    return kinds[case.kind].model._default_manager.get(pk=case.pk)


def has_left_desk(case: Case) -> bool:
    """Whether a result of this case left its desk."""
    return Result.objects.filter(case=case).exclude(state=Result.State.MADE).exists()


@dataclass(frozen=True, slots=True)
class Promise:
    """A result a case is to have, how its applicant wants it, and the result once it is there."""

    spec: ResultSpec
    wish: Wish | None
    result: Result | None

    @property
    def way(self) -> str:
        """How it reaches its holder, as things are."""
        return self.wish.way if self.wish is not None else next(iter(self.spec.ways), "")


def promised(case: Case, specs: Collection[ResultSpec]) -> list[Promise]:
    """Two queries; none for a service without results."""
    if not specs:
        return []
    wishes = {wish.key: wish for wish in Wish.objects.filter(case=case)}
    there = {one.key: one for one in of_case(case)}
    return [Promise(spec, wishes.get(spec.key), there.get(spec.key)) for spec in specs]


def at_offices(unit_ids: Collection[int], *, waiting: bool) -> QuerySet[Result]:
    """What lies at these offices: still to be handed over, longest first, or gone, newest first."""
    found = Result.objects.filter(unit__in=unit_ids).select_related("case", "unit")
    if waiting:
        states = Q(state="ready") | Q(state="out") | Q(state="returned")
        found = found.filter(states).exclude(case__state__in=BADLY)
        return found.order_by("ready_at", "pk")
    return found.filter(state=Result.State.HANDED).order_by("-ready_at", "-pk")


def at_office(unit_ids: Collection[int], result_id: int) -> Result:
    """One of them, with its hand-overs. Raises NotThere."""
    acts = HandOver.objects.select_related("by", "returned_by").order_by("pk")
    found = Result.objects.filter(pk=result_id, unit__in=unit_ids)
    one = (
        found.exclude(state=Result.State.MADE).select_related("case", "unit", "made_by")
        .prefetch_related(Prefetch("hand_overs", acts)).first()
    )  # fmt: skip
    if one is None:
        raise NotThere("Hasil ini tidak ditemukan di kantor Anda.")
    return one


def wish_of(case: Case, key: str) -> Wish | None:
    return Wish.objects.filter(case=case, key=key).first()


def letter_at_office(unit_ids: Collection[int], letter_id: int) -> Letter:
    """A finished letter of one of these offices. Raises NotThere."""
    found = Letter.objects.select_related("unit", "person").filter(
        pk=letter_id, unit__in=unit_ids, state=Letter.State.READY
    )
    one = found.first()
    if one is None:
        raise NotThere("Surat ini tidak ditemukan di kantor Anda.")
    return one
