"""What a tile of the mall says. Plain Python.

A tile is something a resident asks for that is no service of ours: a guided link to a system of
somebody else, or an appointment at a counter.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from services.catalogue.categories import CATEGORIES
from services.catalogue.steps import Slug
from services.questions.conditions import Line, Strict

Kind = Literal["link", "appointment"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=600)]
# What is translated, and what a city says in its own words.
TEXTS = ("title", "summary", "responsible", "purpose", "prepare", "steps", "number")


def https_address(address: str) -> str:
    """An address that a resident may be sent to. Raises ValueError."""
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValueError(WRONG_ADDRESS) from None
    host = parts.hostname or ""
    is_named = "." in host and host.isascii() and not host.replace(".", "").isdigit()
    if parts.scheme != "https" or not is_named or port or "@" in parts.netloc:
        raise ValueError(WRONG_ADDRESS)
    if any(letter.isspace() or letter in '<>"\\' for letter in address):
        raise ValueError(WRONG_ADDRESS)
    return address


WRONG_ADDRESS = "Tulis alamat lengkap yang dimulai dengan https://, misalnya https://oss.go.id."


def _known(category: str) -> str:
    if category not in {slug for slug, *_ in CATEGORIES}:
        raise ValueError(f"no category '{category}'")
    return category


class TileWords(Strict):
    """The texts of a tile in another language."""

    title: Line
    summary: Line
    responsible: Line
    purpose: Words
    prepare: list[Line] = []
    steps: list[Line] = []
    number: Line | Literal[""] = ""
    synonyms: list[Line] = []


class TileSpec(TileWords):
    """One tile."""

    slug: Slug
    kind: Kind
    category: Annotated[str, AfterValidator(_known)]
    icon: Slug
    # The dinas of a city that is responsible, as in the steps of services; "" for others.
    agency: Slug | Literal[""] = ""
    address: Annotated[str, AfterValidator(https_address), Field(max_length=300)] = ""
    system: Slug | Literal[""] = ""  # whose numbers are kept here
    before: list[Slug] = []  # services of ours that come first
    offered: bool = False  # in a city that has said nothing about it
    en: TileWords | None = None

    @property
    def host(self) -> str:
        """What is shown before a resident leaves."""
        return (urlsplit(self.address).hostname or "").removeprefix("www.")


def changed(spec: TileSpec, own: Mapping[str, Any]) -> TileSpec:
    """A shared tile with what a city says differently. English that no longer says the same is
    left out. Raises ValidationError."""
    if not own:
        return spec
    says_more = any(name in own for name in (*TEXTS, "synonyms"))
    kept = {**spec.model_dump(), **own}
    return TileSpec.model_validate({**kept, "en": None if says_more else kept["en"]})


def differing(spec: TileSpec, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What of these values differs from a shared tile."""
    shared = spec.model_dump()
    return {name: value for name, value in typed.items() if shared[name] != value}
