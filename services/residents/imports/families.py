"""Whether the people of one family card fit together: one head, one address."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kernel import text
from services.residents import codes
from services.residents.imports.problems import Problem
from services.residents.imports.rows import Row


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a family in this file, or in the register and not in this file (``line`` 0)."""

    name: str
    relation: int | None
    status: int
    line: int = 0
    said_relation: bool = False  # the file gives the relation

    @property
    def is_head(self) -> bool:
        return self.relation == codes.Relation.HEAD

    @property
    def where(self) -> str:
        return f"baris {self.line}" if self.line else "sudah terdaftar"


def heads(members: Sequence[Member]) -> tuple[list[Problem], list[Problem]]:
    """(Problems, doubts) about who is the head of one family."""
    here = [member for member in members if member.status == codes.Status.ALIVE]
    found = [member for member in here if member.is_head]
    told = [member for member in members if member.line]
    if len(found) > 1 and any(member.line and member.said_relation for member in found):
        names = " dan ".join(f"{member.name} ({member.where})" for member in found)
        last = max(found, key=lambda member: member.line)
        said = (
            f"satu KK dengan {len(found)} kepala keluarga: {names}. Sisakan satu; yang lain beri "
            "hubungan lain"
        )
        return [Problem(last.line, said, last.name, "hubungan")], []
    nobody = not any(member.is_head for member in members)
    if here and nobody and all(member.relation is not None for member in members):
        first = min(told, key=lambda member: member.line)
        lines = ", ".join(str(member.line) for member in told)
        said = f"keluarga ini tanpa kepala keluarga (baris {lines})"
        return [], [Problem(first.line, said, first.name, "hubungan")]
    return [], []


def addresses(rows: Sequence[Row]) -> Iterator[Problem]:
    """Rows of one family card that give another address or place than its first row."""
    here = [row for row in rows if row.fields.get("status", codes.Status.ALIVE) == 1]
    for row in here[1:]:
        first = here[0]
        if text.squeeze(row.address) != text.squeeze(first.address):
            said = f"satu KK dengan dua alamat: baris {first.line} dan baris {row.line}. Samakan"
            yield Problem(row.line, said, row.name, "alamat")
        elif not (_within(row.place, first.place) or _within(first.place, row.place)):
            said = f"satu KK di dua RT: baris {first.line} dan baris {row.line}. Samakan RT/RW-nya"
            yield Problem(row.line, said, row.name, "rt")


def _within(place: str, other: str) -> bool:
    return f"{place}/".startswith(f"{other}/")


def by_card(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each family card, in the order of the file."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.kk_number, []).append(row)
    return found
