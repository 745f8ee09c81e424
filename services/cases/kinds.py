"""Kinds of case: what the code of desks asks of each. Its app registers it at the start.

kinds.add("application", ApplicationKind())
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kernel.registry import Registry
from services.cases.models import Case, Step
from services.cases.plan import Plan
from services.catalogue.deciding import Term
from services.catalogue.steps import StepSpec
from services.catalogue.tariff import Tariff
from services.questions.conditions import Answers
from services.residents.models import Person
from tenants.office.models import Post


@dataclass(frozen=True, slots=True)
class Summary:
    """A case in one line of a list."""

    title: str
    person: Person | None
    address: str
    page: str  # name of the desk's page about it, which takes the case's id
    reported_by: str = ""  # the post of a neighbourhood that reported of this person


@dataclass(frozen=True, slots=True)
class Stop:
    """One line of the timeline."""

    state: str  # done, returned, refused, revoked, skipped, forwarded, now, todo
    title: str
    where: str = ""
    who: str = ""  # who decided, or who holds it now
    note: str = ""
    at: datetime | None = None
    due: datetime | None = None
    late: bool = False
    checked: Sequence[str] = ()  # what whoever approved ticked


@dataclass(frozen=True, slots=True)
class Story:
    """What the timeline says besides the steps, in the reader's language."""

    sent: str
    making: str  # while a worker makes what comes of it
    returned: str
    end: str  # what is there when it has ended well
    later: Sequence[Stop] = ()  # what happened after its end


@dataclass(frozen=True, slots=True)
class Search:
    """What a search at a desk finds a case by, besides its number and topic."""

    names: Sequence[str] = ()
    texts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Charged:
    """What a case costs, and whom."""

    tariff: Tariff | None
    answers: Answers
    payer: Person
    subject: str


@dataclass(frozen=True, slots=True)
class AtHand:
    """A case locked for what happens at one of its open steps."""

    case: Case
    step: Step
    steps: list[Step]  # every one of the case, this one too
    spec: StepSpec
    post: Post | None = None  # of the official who acts; None: nobody acts, time or a machine does
    is_done: bool = False  # this person decided the same before


class Kind(Protocol):
    """One kind of case."""

    model: type[Case]
    related: Sequence[str]  # what is read with a case that an action locks; paths from ``model``
    listed: Sequence[str]  # what ``summary`` needs; paths from ``Case``
    niks: Sequence[str]  # fingerprints of the people it is about; paths from ``Case``

    def topic(self, case: Case) -> str:
        """What is asked for, as lists are filtered by it: a key of ``topics``."""

    def topics(self) -> Mapping[str, str]:
        """Each topic with what people call it. One query."""

    def search(self, case: Case) -> Search:
        """No query where ``related`` was read with the case."""

    def summary(self, case: Case) -> Summary: ...

    def plan(self, case: Case) -> Plan: ...

    def person(self, case: Case) -> Person | None:
        """Whose case it is: they never decide on it themselves."""

    def charged(self, case: Case) -> Charged:
        """By what an order of a fee is made."""

    def asks(self, case: Case, key: str) -> bool:
        """Whether it has a question or a file of this key, which a return can be about."""

    def refuse_approval(self, case: Case) -> None:
        """Raise RuleBroken, in words for an official, when nothing may be approved any more."""

    def approved(self, hand: AtHand, at: datetime) -> bool:
        """Do what this approval brings; whether a worker still makes a part of it."""

    def ended_well(self, case: Case, at: datetime) -> None:
        """Do what its good end brings, in the transaction that ends it."""

    def term(self, case: Case) -> Term | None:
        """The term the law gives for deciding it, as it is sent; None: none."""

    def is_checked_by_machine(self, case: Case) -> bool:
        """Whether every requirement was checked by the system itself, and what was asked for
        touches no right of others: only then may the system issue it at the end of the term."""

    def returned(self, case: Case, step: Step) -> None:
        """Note what is to be known of a case that goes back to the applicant."""

    def is_making(self, case: Case) -> bool:
        """Whether a worker still makes something that the case waits for at its end."""

    def awaits_signature(self, case: Case, key: str) -> bool:
        """Whether a letter that came of it lacks the signature of this step."""

    def ask_signature(self, case: Case, key: str, *, due_at: datetime) -> str | None:
        """Let the further official of this step sign what came of the case; None where the case
        waits for them, else why it does not (``services.cases.reasons``)."""

    def no_step_left(self, case: Case, at: datetime) -> None:
        """Do what the end of its last step brings while something is still made."""

    def has_results(self, case: Case) -> bool:
        """Whether something came of it that cannot be taken back."""

    def story(self, case: Case) -> Story: ...


kinds: Registry[Kind] = Registry("kinds_of_case", "kinds of case that pass the city's desks")


def kind_of(case: Case) -> Kind:
    return kinds[case.kind]
