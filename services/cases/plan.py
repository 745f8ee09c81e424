"""The way of one case: the steps of its definition that its answers choose."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.catalogue import rules
from services.catalogue.blueprint import Blueprint
from services.catalogue.forwarding import USUAL, Reach
from services.catalogue.results import ResultSpec
from services.catalogue.rules import Stepped
from services.catalogue.steps import StepSpec
from services.questions.conditions import Answers


@dataclass(frozen=True, slots=True)
class Plan:
    definition: Stepped
    answers: Answers
    initialled: frozenset[str] = frozenset()  # keys of steps at which a draft is initialled

    def step(self, key: str) -> StepSpec:
        return self.definition.step(key)

    def route(self) -> list[StepSpec]:
        """The steps this case passes, in order."""
        return rules.route(self.definition, self.answers)

    def results(self) -> list[ResultSpec]:
        """What this case ends with besides letters; a kind of case may have none."""
        found = self.definition
        return rules.results_of(found, self.answers) if isinstance(found, Blueprint) else []

    @property
    def forward_to(self) -> Sequence[Reach]:
        """To where its desks may forward it."""
        found = self.definition
        return found.forward_to if isinstance(found, Blueprint) else USUAL

    def first_stage(self) -> list[StepSpec]:
        """Where it begins."""
        return rules.first_stage(self.definition, self.answers)

    def stage_of(self, key: str) -> list[StepSpec]:
        """The steps that run together with this one."""
        return rules.stage_of(self.definition, self.answers, key)

    def stage_after(self, key: str) -> list[StepSpec]:
        """The steps that follow the stage of this one; none at the end."""
        return rules.stage_after(self.definition, self.answers, key)
