"""What an import tells the admin: what is wrong, and results."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kernel.errors import RuleBroken


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong or doubtful in one row. ``line`` is the row number in the spreadsheet."""

    line: int
    text: str
    name: str = ""  # the resident's name as the row gives it
    column: str = ""  # the heading at fault, or the kind of doubt


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did. ``refused`` and ``doubts`` name the lines that did not go in, and those
    that contradict something."""

    added: int
    changed: int
    unchanged: int
    households: int
    new_rts: int = 0
    refused: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)


class ImportRefused(RuleBroken):
    """The file as a whole cannot be taken; nothing was written."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message, field="file")
        self.problems = list(problems)
