"""What an open export does with columns it cannot simply copy, and how files get names.

Ownership knows no tables of services; each app says at its start (``ready``) what it keeps:

    sealed(table, column, as_="nik", open=unseal, seal=seal)   exported in clear, sealed anew
    computed(table, column, make)     not exported; made from the row when it is restored
    rewritten(table, column, out)     exported as ``out(row)`` says
    path(table, column)               a stored file's path: without the schema's name
    shelf(name, folder, items)        files people look for, with a list of them
    holds_rotation(why)                    why the city's key cannot be exchanged just now
    after_rotation(run)                    once the fingerprints are those of a new key
    after_import(run)                 once every row is there

Rows are dictionaries as PostgreSQL's ``row_to_json`` writes them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from kernel.registry import Hook, Registry, name_of

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    as_: str  # the exported column's name
    open: Callable[[bytes], str]
    seal: Callable[[str], bytes]
    is_json: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A stored file under the name people find it by."""

    path: str  # where it lies in storage
    name: str  # below the shelf's folder
    about: dict[str, str]  # its line in the list


@dataclass(frozen=True, slots=True)
class Shelf:
    name: str  # Indonesian, for the progress line: "Surat"
    folder: str  # in the archive: "surat"
    columns: tuple[str, ...]  # of the list
    items: Callable[[], Iterator[Item]]


# By "table.column".
SEALED: Registry[Sealed] = Registry("export: sealed", "columns exported in clear, sealed anew")
COMPUTED: Registry[Callable[[Row], object]] = Registry(
    "export: computed", "columns made anew when a row is restored"
)
REWRITTEN: Registry[Callable[[Row], object]] = Registry(
    "export: rewritten", "columns exported otherwise than they are stored"
)
PATHS: Registry[str] = Registry("export: paths", "columns that hold where a file lies")
# By folder.
SHELVES: Registry[Shelf] = Registry("export: shelves", "files people look for, with a list of them")
LEFT_OUT: Registry[str] = Registry("export: left out", "folders that are not exported, and why")
HOLDS: Registry[Callable[[], str]] = Registry(
    "keys: holds", "why a city's key cannot be exchanged just now, in Indonesian; empty: it can"
)
RESEALED: Registry[Callable[[], None]] = Registry(
    "keys: after a rotation", "what follows new fingerprints in a city whose key was exchanged"
)
AFTER: Registry[Callable[[], None]] = Registry(
    "export: after", "what runs in a restored city once every row is there"
)


def _nobody_knows(_sealed: bytes) -> bool:
    raise RuntimeError("nobody says which key sealed a value: keys cannot be exchanged")


is_current: Hook[Callable[[bytes], bool]] = Hook(
    "current seal", "whether sealed bytes were made with the city's newest key",
    default=_nobody_knows,
)  # fmt: skip


def sealed(
    table: str, column: str, *, as_: str, open: Callable[[bytes], str],
    seal: Callable[[str], bytes], is_json: bool = False,
) -> None:  # fmt: skip
    """A column sealed with the city's key: exported in clear under ``as_``. Empty stays empty."""
    SEALED.add(f"{table}.{column}", Sealed(as_, open, seal, is_json))


def computed(table: str, column: str, make: Callable[[Row], object]) -> None:
    """A column that is not exported; ``make`` gets the exported row. Bytes are allowed."""
    COMPUTED.add(f"{table}.{column}", make)


def rewritten(table: str, column: str, out: Callable[[Row], object]) -> None:
    """A column exported otherwise than it is stored; ``after_import`` mends it."""
    REWRITTEN.add(f"{table}.{column}", out)


def path(table: str, column: str) -> None:
    """A column that holds where a file lies."""
    PATHS.add(f"{table}.{column}", column)


def shelf(
    name: str, folder: str, columns: tuple[str, ...], items: Callable[[], Iterator[Item]]
) -> None:
    """Files of one kind. ``items`` is asked in the city, in the export's snapshot, twice."""
    SHELVES.add(folder, Shelf(name, folder, columns, items))


def leave_out(folder: str, why: str) -> None:
    """A folder below the city's that is of no use elsewhere."""
    LEFT_OUT.add(folder, why)


def holds_rotation(why: Callable[[], str]) -> None:
    """Asked in the city before anything is sealed with a new key."""
    HOLDS.add(name_of(why), why)


def after_rotation(run: Callable[[], None]) -> None:
    """Runs in the city once its fingerprints were made with a new key, and may run again."""
    RESEALED.add(name_of(run), run)


def after_import(run: Callable[[], None]) -> None:
    """Runs in the new city, in the import's transaction."""
    AFTER.add(name_of(run), run)
