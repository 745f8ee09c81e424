"""What a service definition means: routes, texts, search. Plain Python."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import ceil
from typing import Protocol, TypeVar

from kernel.text import fold
from services.catalogue.blueprint import PLACEHOLDER, Blueprint
from services.catalogue.outputs import Output
from services.catalogue.results import ResultSpec
from services.catalogue.steps import DeskStep, StepSpec
from services.questions.conditions import Answers, all_hold

B = TypeVar("B", bound=Blueprint)


class Stepped(Protocol):
    """A definition with steps: a service's, or that of another kind of case."""

    @property
    def steps(self) -> Sequence[StepSpec]: ...

    def step(self, key: str) -> StepSpec: ...


S = TypeVar("S", bound=Stepped)


def acting(blueprint: Stepped) -> list[StepSpec]:
    """The steps of a service without those of initials that nobody has switched on."""
    return [step for step in blueprint.steps if not step.initials]


def with_initials(blueprint: B, switched_on: Collection[tuple[str, str]]) -> B:
    """The service with the steps of initials that a city has switched on, by level and role, as
    steps like others; without the rest."""
    steps = [
        step.model_copy(update={"initials": False})
        if isinstance(step, DeskStep) and (step.level, step.role) in switched_on
        else step
        for step in blueprint.steps
    ]
    return blueprint.model_copy(update={"steps": [s for s in steps if not s.initials]})


def settled(blueprint: B, delegated: bool) -> B:
    """The service as it goes where the Camat decides, or where not."""
    authority = blueprint.authority
    if authority is None:
        return blueprint
    gone = {"beyond"} if delegated else {"delegated"}
    passed_by = set(authority.beyond) if delegated else set()
    return blueprint.model_copy(
        update={
            "steps": [step for step in blueprint.steps if step.key not in passed_by],
            "outputs": [output for output in blueprint.outputs if output.authority not in gone],
            "authority": None,
        }
    )


def _as_usual(blueprint: S, answers: Answers) -> S:
    """A service of which nobody has said who decides, as it usually goes: for previews."""
    if not isinstance(blueprint, Blueprint) or blueprint.authority is None:
        return blueprint
    return settled(blueprint, all_hold(blueprint.authority.usual, answers))


def route(blueprint: Stepped, answers: Answers) -> list[StepSpec]:
    """The steps this request passes, in order."""
    steps = acting(_as_usual(blueprint, answers))
    return [step for step in steps if all_hold(step.when, answers)]


def stage_of(blueprint: Stepped, answers: Answers, key: str) -> list[StepSpec]:
    """The steps that run together with ``key``: itself, and its neighbours side by side."""
    steps = route(blueprint, answers)
    place = next(i for i, step in enumerate(steps) if step.key == key)
    word = steps[place].parallel
    if word is None:
        return [steps[place]]
    first = last = place
    while first > 0 and steps[first - 1].parallel == word:
        first -= 1
    while last + 1 < len(steps) and steps[last + 1].parallel == word:
        last += 1
    return steps[first : last + 1]


def first_stage(blueprint: Stepped, answers: Answers) -> list[StepSpec]:
    """Where a request begins."""
    steps = route(blueprint, answers)
    return stage_of(blueprint, answers, steps[0].key) if steps else []


def stage_after(blueprint: Stepped, answers: Answers, key: str) -> list[StepSpec]:
    """The steps that follow ``key``'s stage on this request's route; none at the end."""
    order = [step.key for step in blueprint.steps]
    reached = [order.index(step.key) for step in _stage_or_self(blueprint, answers, key)]
    following = next(
        (s for s in route(blueprint, answers) if order.index(s.key) > max(reached)), None
    )
    return stage_of(blueprint, answers, following.key) if following else []


def _stage_or_self(blueprint: Stepped, answers: Answers, key: str) -> list[StepSpec]:
    on_route = any(step.key == key for step in route(blueprint, answers))
    return stage_of(blueprint, answers, key) if on_route else [blueprint.step(key)]


def outputs_of(blueprint: Blueprint, answers: Answers, step: str) -> list[Output]:
    """The letters that come into being when ``step`` approves."""
    outputs = _as_usual(blueprint, answers).outputs
    return [o for o in outputs if o.step == step and all_hold(o.when, answers)]


def results_of(blueprint: Blueprint, answers: Answers) -> list[ResultSpec]:
    """What a request with these answers ends with besides letters."""
    return [one for one in blueprint.results if all_hold(one.when, answers)]


HOURS = 8  # of a working day


def longest(blueprint: Blueprint) -> int:
    """Working days the desks that always act may take together, at most."""
    stages: dict[str, float] = {}
    beyond = blueprint.authority.beyond if blueprint.authority else ()
    for step in acting(blueprint):
        if step.when or step.key in beyond:
            continue
        part = {"jam": 24, "jam_kerja": HOURS}.get(step.clock.unit, 1)
        stage = step.parallel or f"-{step.key}"
        stages[stage] = max(stages.get(stage, 0.0), step.clock.amount / part)
    return ceil(sum(stages.values()))


def agency(blueprint: Stepped) -> str:
    """Whose service it is, by the last desk that always decides: a level, or ``dinas/slug``. Where
    a part is delegated to the Camat the case may still end beyond."""
    desks = [step for step in blueprint.steps if getattr(step, "level", "")]
    last = next((step for step in reversed(desks) if not step.when), desks[-1] if desks else None)
    if last is None:
        return ""
    dinas = getattr(last, "dinas", None)
    return f"dinas/{dinas}" if dinas else str(getattr(last, "level", ""))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values into placeholders, once: a value that looks like a placeholder stays text."""
    return PLACEHOLDER.sub(lambda match: values.get(match.group(1)) or "–", text)


# --- search -------------------------------------------------------------------------------------


MOST_WORDS = 8  # of a query
ALIKE = 0.34  # one wrong letter in a short word


@dataclass(frozen=True, slots=True)
class Entry:
    """What search knows of a service."""

    slug: str
    title: str
    words: str  # title, summary and synonyms, folded
    phrases: frozenset[str] = frozenset()  # title, slug and each synonym, folded
    place: int = 0  # in lists; the smaller comes first among equals


class Index:
    """The words of all services, made once and asked often."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = {entry.slug: entry for entry in entries}
        self._holders: dict[str, set[str]] = {}
        for entry in self.entries.values():
            for word in entry.words.split():
                self._holders.setdefault(word, set()).add(entry.slug)
        self._grams = {word: _grams(word) for word in self._holders}

    def holders(self, wanted: str) -> tuple[dict[str, float], bool]:
        """Services that hold a word, how closely; and whether it is written as it is known. Only
        a word that no service holds is taken for a mistyped one."""
        begun = {word: 1.0 for word in self._holders if word.startswith(wanted)}
        close = begun or {
            word: SequenceMatcher(None, wanted, word).ratio()
            for word, grams in self._grams.items()
            if _closeness(_grams(wanted), grams) >= ALIKE
        }
        found: dict[str, float] = {}
        for word, alike in close.items():
            for slug in self._holders[word]:
                found[slug] = max(found.get(slug, 0.0), alike)
        return found, bool(begun)


def _grams(word: str) -> frozenset[str]:
    padded = f"  {word} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def _closeness(ours: frozenset[str], theirs: frozenset[str]) -> float:
    return len(ours & theirs) / len(ours | theirs)


def is_mistyped(word: str, known: str) -> bool:
    """Whether somebody may have meant ``known`` by a word that nobody knows."""
    return _closeness(_grams(word), _grams(known)) >= 0.5


# Words in every request say nothing about which service is meant.
_EMPTY = frozenset(
    [
        "saya",
        "mau",
        "ingin",
        "untuk",
        "yang",
        "dan",
        "di",
        "ke",
        "buat",
        "bikin",
        "urus",
        "minta",
        "surat",
        "cara",
    ]
)


def meant(query: str) -> list[str]:
    """The words of a query that say what is meant; those after the eighth are ignored."""
    words = fold(query[:200]).split()[:MOST_WORDS]
    return [word for word in words if word not in _EMPTY] or words


def search(query: str, index: Index, *, strictly: bool = False) -> list[str]:
    """Slugs that fit everyday words, best first.

    Services that hold all the words that are known; where none does, those that hold most.
    ``strictly`` leaves out mistyped words and services that hold only some of them.
    """
    wanted = meant(query)
    phrases = {" ".join(wanted), fold(query[:200])}
    hits, as_known = [], True
    for word in wanted:
        found, is_known = index.holders(word)
        as_known = as_known and is_known
        if found:
            hits.append(found)
    if not hits or (strictly and not as_known):
        return []
    counts: dict[str, int] = {}
    for found in hits:
        for slug in found:
            counts[slug] = counts.get(slug, 0) + 1
    most = max(counts.values())
    if strictly and most < len(hits):
        return []
    scored = []
    for slug in (slug for slug, count in counts.items() if count == most):
        entry = index.entries[slug]
        exact = (fold(entry.slug) in phrases) * 2 + (not phrases.isdisjoint(entry.phrases))
        mean = sum(found.get(slug, 0.0) for found in hits) / len(hits)
        in_title = sum(word in fold(entry.title) for word in wanted)
        scored.append((-exact, -mean, -in_title, entry.place, entry.title, slug))
    return [slug for *_, slug in sorted(scored)]
