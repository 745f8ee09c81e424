"""What a finished request means for the population register: which event, of whom, and which
question holds which fact. A desk confirms it; nothing is written by itself."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from services.questions.conditions import Condition, Key, Strict
from services.questions.kind import FieldSpec, kind_of

EventKind = Literal[
    "death", "birth", "move_out", "move_in", "move_within", "marriage", "divorce", "card", "head",
    "correction", "identified",
    "stay",  # a guest; who stays for long arrives for a time
    "move",  # of releases before there were others: move_out
]  # fmt: skip

_WORDS = frozenset({"text", "textarea", "choice", "list", "place"})
_DAY, _CHOICE, _TABLE, _PERSON = (frozenset({one}) for one in ("date", "choice", "table", "person"))
_MOVE = {"on": _DAY, "address": _WORDS, "card": _CHOICE}
_COUPLE = {"on": _DAY, "spouse": _PERSON, "certificate": _WORDS}
# Somebody who arrives, in questions of their own instead of one of type person.
_ARRIVES = {"name": _WORDS, "nik": _WORDS, "sex": frozenset({"list", "choice"}), "born": _DAY}
# Of each kind, the facts that answers may give, and the types of questions that hold them.
FACTS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "death": {"on": _DAY, "place": _WORDS, "cause": _WORDS},
    "birth": {
        "name": _WORDS, "sex": frozenset({"list", "choice"}), "on": _DAY, "place": _WORDS,
        "mother": _PERSON, "father": _PERSON, "father_name": _WORDS, "certificate": _WORDS,
    },
    "move_out": {"on": _DAY, "destination": _WORDS},
    "move_in": {**_MOVE, "from": _WORDS, "followers": _TABLE, **_ARRIVES},
    "stay": {
        **_ARRIVES, "on": _DAY, "days": frozenset({"number"}), "from": _WORDS, "address": _WORDS,
    },
    "move_within": _MOVE,
    "marriage": {**_COUPLE, "address": _WORDS},
    "divorce": _COUPLE,
    "card": {"on": _DAY, "address": _WORDS, "head": _WORDS},
    "head": {"on": _DAY},
    "correction": {"field": _CHOICE, "value": _WORDS},
    "identified": {"nik": _WORDS},
}  # fmt: skip
# Without these there is nothing to propose.
NEEDED: Mapping[str, frozenset[str]] = {
    "birth": frozenset({"name", "sex", "on"}),
    "stay": frozenset({"name", "on", "days"}),
    "marriage": frozenset({"spouse"}),
    "divorce": frozenset({"spouse"}),
    "correction": frozenset({"field", "value"}),
    "identified": frozenset({"nik"}),
}
# What somebody does who is proposed under another name.
_ACTS = {"move": "move_out", "stay": "move_in"}
# A birth and a guest bring somebody whom no question of type person need name.
_OF_NOBODY_YET = frozenset({"birth", "stay"})


class Event(Strict):
    """What happened to people of the register when this request is done."""

    kind: EventKind
    people: list[Key] = []  # questions of type person or members that name them
    applicant_when: list[Condition] = []  # the applicant is one of them when all of these hold
    applicant: bool = False  # the applicant always is
    when: list[Condition] = []  # nothing is proposed unless all of these hold
    facts: dict[Key, Key] = {}  # which question holds which fact: { on = "tanggal" }

    @property
    def act(self) -> str:
        """What is proposed."""
        return _ACTS.get(self.kind, self.kind)

    def canonical(self, dumped: dict[str, Any]) -> dict[str, Any]:
        """Plain data, the same as before there were ``when`` and ``facts`` where they are empty."""
        return {
            name: told for name, told in dumped.items() if told or name not in ("when", "facts")
        }

    def wrong(self, known: Mapping[str, FieldSpec]) -> Iterator[str]:
        """What cannot be fulfilled with these questions."""
        for key in self.people:
            if key not in known or not kind_of(known[key]).names_people:
                yield f"'{key}' is no field of type person or members"
        named = bool(self.people or self.applicant or self.applicant_when or "name" in self.facts)
        if self.kind not in _OF_NOBODY_YET and not named:
            yield f"'{self.kind}' names nobody: 'people', 'applicant' or 'applicant_when'"
        allowed = FACTS.get(self.kind) or FACTS[self.act]
        for fact, key in self.facts.items():
            if fact not in allowed:
                yield f"'{self.kind}' has no fact '{fact}'; known: {', '.join(sorted(allowed))}"
            elif key not in known or known[key].type not in allowed[fact]:
                types = ", ".join(sorted(allowed[fact]))
                yield f"'{fact}' is in '{key}', which is no field of type {types}"
        missing = NEEDED.get(self.kind, frozenset()) - self.facts.keys()
        if missing:
            yield f"'{self.kind}' lacks {', '.join(sorted(missing))}"
