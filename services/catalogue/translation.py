"""A service in another language: which of its texts residents read, and what is translated.

Letters, desks and answers stay Indonesian; only what a resident reads while asking is translated.
"""

from functools import lru_cache
from typing import Any

from services.catalogue import overrides
from services.catalogue.blueprint import LISTS, Blueprint, Stored, parse_stored
from services.catalogue.overrides import Leaves
from services.questions.kind import kind_of

ORIGINAL = "id"
_OF_THINGS = {
    "fields": ("label", "help"), "documents": ("label", "help"), "steps": ("title",),
    "results": ("label",),
}  # fmt: skip


def places(blueprint: Blueprint) -> dict[str, str]:
    """Every text a resident reads, by place; a list is one text with an entry a line."""
    found: dict[str, str] = {
        "title": blueprint.title,
        "summary": blueprint.summary,
        "synonyms": "\n".join(blueprint.synonyms),
        "requirements": "\n".join(blueprint.requirements),
        "after": blueprint.after,
    }
    for part, names in _OF_THINGS.items():
        for thing in getattr(blueprint, part):
            found |= {f"{part}.{thing.key}.{name}": getattr(thing, name) for name in names}
    for spec in blueprint.fields:
        texts = kind_of(spec).texts(spec)
        found |= {f"fields.{spec.key}.{place}": text for place, text in texts.items()}
    return {place: text for place, text in found.items() if text}


def missing(blueprint: Blueprint, language: str) -> list[str]:
    """Places without a translation. Search words are nobody's duty."""
    known = blueprint.translations.get(language, {})
    return [p for p in places(blueprint) if p not in known and p != "synonyms"]


def gone(blueprint: Blueprint, language: str) -> list[str]:
    """Translations of places there are not (any more)."""
    there = places(blueprint)
    return [place for place in blueprint.translations.get(language, {}) if place not in there]


def translated(blueprint: Blueprint, language: str) -> Blueprint:
    """The service with its texts in a language; what is not translated stays as it is."""
    texts = blueprint.translations.get(language)
    if not texts:
        return blueprint
    there = places(blueprint)
    leaves: Leaves = overrides.flatten(blueprint.canonical())
    for place, text in texts.items():
        if place in there:
            leaves[place] = text.splitlines() if place in LISTS else text
    return Blueprint.model_validate(overrides.build(leaves))


@lru_cache(maxsize=1024)
def _cached(stored: Stored, language: str) -> Blueprint:
    return translated(parse_stored(stored.digest, stored.definition), language)


def read_in(digest: str, definition: dict[str, Any], language: str) -> Blueprint:
    """A published definition for a reader of this language; made once per process."""
    if language == ORIGINAL:
        return parse_stored(digest, definition)
    return _cached(Stored(digest, definition), language)
