"""What residents type and what they mean, from ``everyday.toml``; and the order of lists."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.catalogue.rules import is_mistyped, meant

TABLE = Path(__file__).with_name("everyday.toml")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another office does, said to whoever looks for it here."""

    phrases: frozenset[str]
    text: str
    en: str


@dataclass(frozen=True, slots=True)
class Everyday:
    """The table, its phrases folded."""

    means: Mapping[str, tuple[str, ...]]  # phrase: slugs, best first
    whole: frozenset[str]
    within: frozenset[str]
    elsewhere: tuple[Elsewhere, ...]
    order: Mapping[str, int]  # slug: its place in the list of its group

    def words_of(self, slug: str) -> list[str]:
        """The phrases that mean this service."""
        return [phrase for phrase, slugs in self.means.items() if slug in slugs]

    def place(self, slug: str) -> int:
        """Where lists show a service: the most asked for first, the others behind them."""
        return self.order.get(slug, len(self.order))

    def is_complaint(self, query: str) -> bool:
        """Whether somebody reports or complains, rather than asks for a letter."""
        words = meant(query)
        return " ".join(words) in self.whole or any(_holds(words, p) for p in self.within)

    def is_mistyped_complaint(self, query: str) -> bool:
        """Whether a single word that no service knows may be one of a complaint."""
        words = meant(query)
        return len(words) == 1 and any(is_mistyped(words[0], phrase) for phrase in self.within)

    def sent_elsewhere(self, query: str) -> Elsewhere | None:
        words = meant(query)
        return next((e for e in self.elsewhere if " ".join(words) in e.phrases), None)

    def pinned(self, query: str) -> tuple[str, ...]:
        """The services this query means by the table: the whole of it, else the longest phrase
        of two words or more that it holds."""
        words = meant(query)
        whole = self.means.get(" ".join(words))
        if whole:
            return whole
        held = [p for p in self.means if " " in p and _holds(words, p)]
        return self.means[max(held, key=len)] if held else ()


def _holds(words: list[str], phrase: str) -> bool:
    return set(phrase.split()) <= set(words)


def _folded(phrase: str) -> str:
    """A phrase as queries are compared with it: without the words that say nothing."""
    return " ".join(meant(phrase))


@cache
def everyday() -> Everyday:
    """Read once per process."""
    raw = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return Everyday(
        means={_folded(phrase): tuple(slugs) for phrase, slugs in raw["means"].items()},
        whole=frozenset(map(_folded, raw["complaint"]["whole"])),
        within=frozenset(map(_folded, raw["complaint"]["within"])),
        elsewhere=tuple(
            Elsewhere(frozenset(map(_folded, one["words"])), one["text"], one["en"])
            for one in raw["elsewhere"]
        ),
        order={slug: place for slugs in raw["order"].values() for place, slug in enumerate(slugs)},
    )
