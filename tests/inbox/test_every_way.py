"""Whatever officials and applicants do, in whatever order: no case is lost, no step has two
holders, and nothing happens after the end. Hypothesis tries orders on a real database."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from kernel.errors import RuleBroken
from services.applications import actions, issuing, withdrawal
from services.applications.models import Application
from services.cases import decisions, forwarding, overdue, taking, undo
from services.cases.models import Case, Step
from services.inbox import advice, bulk
from services.inbox.models import BulkAct, BulkItem
from tenants.office.models import Holding, Post
from tenants.office.queries import posts_of
from tenants.registry.models import City
from tests.factories import MONDAY, change, draft, make_cast, official

WORDS = "Alasan yang cukup jelas."
OVER = (Case.State.DONE, Case.State.REFUSED, Case.State.WITHDRAWN)
PEOPLE = (
    "hasan", "rina", "dewi", "kasi", "lurah", "lurah_lain", "petugas", "loket_kecamatan", "camat",
)  # fmt: skip
who = st.sampled_from(PEOPLE)
which = st.integers(min_value=0, max_value=3)


class Desks(RuleBasedStateMachine):
    """A kelurahan with up to four cases."""

    @initialize()
    def city(self) -> None:
        self.cast = make_cast()
        change("sktm", lambda d: d.update(forward_to=["office", "dinas", "above", "below"]))
        self.people: dict[str, User] = {
            **{name: getattr(self.cast, name) for name in PEOPLE if hasattr(self.cast, name)},
            "dewi": official("dewi", self.cast.village, "loket"),
            "kasi": official("kasi", self.cast.village, "kasi"),
        }
        self.at: datetime = MONDAY
        self.cases: list[int] = []
        self.closed: dict[int, tuple[Any, ...]] = {}  # steps as they were when they closed
        self.ended: dict[int, str] = {}

    def __init__(self) -> None:
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)

    def attempt(self, act: Callable[[], Any]) -> bool:
        """Whether it was allowed; what is refused leaves nothing behind."""
        self.at += timedelta(minutes=7)
        try:
            with transaction.atomic():
                act()
        except RuleBroken:  # also NotThere and Stale
            return False
        return True

    def step(self, number: int) -> Step | None:
        """The latest step of a case, open or not: what a page left open for long would send."""
        if not self.cases:
            return None
        found: Step | None = Step.objects.filter(
            case=self.cases[number % len(self.cases)]
        ).last()  # fmt: skip
        return found

    # --- what people do

    @rule()
    @precondition(lambda self: len(self.cases) < 4)
    def send(self) -> None:
        application = draft(self.cast)
        actions.submit(application_id=application.pk, by=self.cast.sari, at=self.at)
        self.cases.append(application.pk)

    @rule(name=who, number=which, act=st.sampled_from(["approve", "return_", "refuse"]))
    def decide(self, name: str, number: int, act: str) -> None:
        step, by = self.step(number), self.people[name]
        if step is None:
            return
        was_open, holder = step.state == Step.State.OPEN, step.taken_by_id
        deed: Any = getattr(decisions, act)
        done = self.attempt(lambda: deed(step_id=step.pk, by=by, note=WORDS, at=self.at))
        if done and was_open:
            assert holder in (None, by.pk), "a colleague had it in hand"

    @rule(name=who, number=which, act=st.sampled_from(["take", "take_over", "give_back"]))
    def hold(self, name: str, number: int, act: str) -> None:
        step, by = self.step(number), self.people[name]
        if step is not None:
            deed: Any = getattr(taking, act)
            self.attempt(lambda: deed(step_id=step.pk, by=by, at=self.at))

    @rule(name=who, to=who, number=which)
    def give(self, name: str, to: str, number: int) -> None:
        step = self.step(number)
        if step is not None:
            by, other = self.people[name], self.people[to]
            self.attempt(lambda: taking.give(step_id=step.pk, to=other, by=by, at=self.at))

    @rule(
        name=who, number=which, up=st.booleans(),
        role=st.sampled_from(["loket", "kasi", "lurah", "camat"]),
    )  # fmt: skip
    def forward(self, name: str, number: int, up: bool, role: str) -> None:
        step = self.step(number)
        unit = self.cast.kecamatan if up else self.cast.village
        to = Post.objects.filter(unit=unit, role=role).first()  # nobody is Kasi of the kecamatan
        if step is not None and to is not None:
            by = self.people[name]
            self.attempt(
                lambda: forwarding.forward(step_id=step.pk, to=to, by=by, note=WORDS, at=self.at)
            )

    @rule(name=who, number=which)
    def ask(self, name: str, number: int) -> None:
        step = self.step(number)
        if step is not None:
            of = Post.objects.get(unit=self.cast.dinas, role="petugas_dinas")
            by = self.people[name]
            self.attempt(
                lambda: advice.ask(step_id=step.pk, of=of, by=by, question=WORDS, at=self.at)
            )

    @rule(name=who, act=st.sampled_from(list(BulkAct.Act)))
    def many(self, name: str, act: BulkAct.Act) -> None:
        by = self.people[name]
        steps = [found.pk for number in range(4) if (found := self.step(number)) is not None]

        def order() -> None:
            made = bulk.start(
                key=f"{self.at:%d%H%M%S}", act=act, posts=posts_of(by, self.at.date()),
                step_ids=steps, by=by, note=WORDS, to=self.people["dewi"], at=self.at,
            )  # fmt: skip
            for item in BulkItem.objects.filter(act=made):
                bulk.do(item_id=item.pk, at=self.at)
            assert bulk.progress(made).is_over

        self.attempt(order)

    @rule(number=which)
    def take_vouch_back(self, number: int) -> None:
        step = self.step(number)
        vouched = Step.objects.filter(case=step.case_id, vouch__isnull=False) if step else None
        last = vouched.last() if vouched is not None else None
        if last is not None:
            by = self.people["hasan"]
            if self.attempt(lambda: undo.take_back(step_id=last.pk, by=by, at=self.at)):
                self.closed.pop(last.pk, None)  # the one act that changes a closed step

    @rule(number=which)
    def correct(self, number: int) -> None:
        step = self.step(number)
        if step is not None:
            sari = self.cast.sari
            self.attempt(lambda: actions.submit(application_id=step.case_id, by=sari, at=self.at))

    @rule(number=which)
    def withdraw(self, number: int) -> None:
        step = self.step(number)
        if step is not None:
            sari = self.cast.sari
            self.attempt(
                lambda: withdrawal.withdraw(application_id=step.case_id, by=sari, at=self.at)
            )

    @rule(days=st.integers(min_value=1, max_value=5))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)
        for pk in Step.objects.filter(state=Step.State.OPEN).values_list("pk", flat=True):
            step_id = int(pk)
            self.attempt(lambda: overdue.handle_overdue(step_id=step_id, at=self.at))  # noqa: B023

    @rule()
    def letters_are_made(self) -> None:
        for pk in Application.objects.filter(state=Case.State.ISSUING).values_list("pk", flat=True):
            issuing.finish_letters(application_id=int(pk), at=self.at)

    # --- what holds

    @invariant()
    def no_case_is_lost(self) -> None:
        """What runs lies at exactly one desk that somebody holds; everything else at none."""
        for case in Case.objects.filter(pk__in=getattr(self, "cases", [])):
            steps = list(case.steps.filter(state=Step.State.OPEN))
            assert len(steps) == (case.state == Case.State.RUNNING), case.state
            for step in steps:
                held = Holding.objects.filter(
                    post__unit=step.unit, post__role__in=[step.role, *step.deputies]
                )
                assert held.exists(), (step.unit, step.role)

    @invariant()
    def a_step_has_one_holder_who_may_decide_it(self) -> None:
        for step in Step.objects.filter(state=Step.State.OPEN, taken_by__isnull=False):
            held = Holding.objects.filter(
                user=step.taken_by_id, post__unit=step.unit,
                post__role__in=[step.role, *step.deputies],
            )  # fmt: skip
            assert held.exists()

    @invariant()
    def nothing_happens_after_the_end(self) -> None:
        closed = getattr(self, "closed", None)
        if closed is None:
            return
        for step in Step.objects.exclude(state=Step.State.OPEN).filter(case__in=self.cases):
            now = (step.state, step.decided_by_id, step.decided_at, step.note, step.unit_id)
            assert closed.setdefault(step.pk, now) == now
        for case in Case.objects.filter(pk__in=self.cases, state__in=OVER):
            assert self.ended.setdefault(case.pk, case.state) == case.state
        for pk in self.ended:
            assert Case.objects.get(pk=pk).state == self.ended[pk]


def test_whatever_is_done_no_case_is_lost(in_bontang: City) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Desks,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
