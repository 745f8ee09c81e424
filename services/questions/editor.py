"""The inputs of the page where an admin edits one part of a service."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Choices = tuple[tuple[str, str], ...]
SlotKind = Literal[
    "line", "prose", "int", "rupiah", "yes", "choice", "many", "lines", "paragraphs", "rows",
    "conditions", "icon", "date",
]  # fmt: skip
NOTHING: Choices = (("", "Tidak ada"),)
SEXES: Choices = (("", "Siapa saja"), ("perempuan", "Perempuan"), ("laki-laki", "Laki-laki"))


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a slot with rows."""

    key: str
    label: str
    kind: Literal["text", "long", "select", "date", "check", "hidden"] = "text"
    choices: Choices = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Slot:
    """One input; ``path`` is its place below the part."""

    path: str
    label: str
    kind: SlotKind
    help: str = ""
    required: bool = False
    choices: Choices = ()
    cells: tuple[Cell, ...] = ()
    empty: Literal["", "none"] = ""  # what nothing typed means
    limit: int = 250
    low: int | None = None
    high: int | None = None
    section: str = ""  # heading above it
    address: str = ""  # its place for inheritance, where that is wider than ``path``
    makes_keys: bool = False  # a new row gets a key from its label
    usual: tuple[str, ...] = ()  # what is ticked where a definition says nothing of it

    @property
    def name(self) -> str:
        return self.path.replace(".", "__")

    @property
    def place(self) -> str:
        return self.address or self.path


def alike(before: Sequence[Mapping[str, Any]], kind: str) -> Choices:
    """Key and label of the earlier questions of the same kind."""
    return tuple((field["key"], field["label"]) for field in before if field["type"] == kind)


def after(before: Sequence[Mapping[str, Any]], kind: str) -> Slot:
    """Which earlier question of the same kind the answer must come after."""
    return Slot("after", "Harus sesudah", "choice", "Jawaban pertanyaan sebelumnya.",
                choices=(*NOTHING, *alike(before, kind)), empty="none")  # fmt: skip


def bounds(word: str) -> Iterable[Slot]:
    """How little and how much; ``word`` says of what."""
    return (
        Slot("min", f"Paling sedikit ({word})", "int", empty="none", low=0),
        Slot("max", f"Paling banyak ({word})", "int", empty="none", low=0),
    )
