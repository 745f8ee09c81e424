"""Extension points: what a lower layer asks of higher ones, registered by them at the start.

    seeders: Registry[Seeder] = Registry("seeders", "steps of a new city")
    seeders.add("office.units", Seeder(...), order=10)
    for seeder in seeders: ...

``manage registries`` prints them all. Every registry is frozen when Django has started.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_all: dict[str, "Registry[Any]"] = {}


class Registry(Generic[T]):
    """Entries by key, in the order of (``order``, time of registration).

    Adding a key twice is a RuntimeError unless the entry is the same; so is adding one after the
    start (``freeze``). Registries are found by their name, which is unique.
    """

    def __init__(self, name: str, meaning: str) -> None:
        if name in _all:
            raise RuntimeError(f"two registries are named {name}")
        self.name = name
        self.meaning = meaning
        self._entries: dict[str, tuple[int, T]] = {}
        self._ordered: dict[str, T] | None = None
        self._frozen = False
        _all[name] = self

    def add(self, key: str, entry: T, *, order: int = 0) -> T:
        """Register; returns the entry, so that a decorator can end with it."""
        known = self._entries.get(key)
        if known is not None and known[1] == entry:
            return entry
        if known is not None:
            raise RuntimeError(f"{self.name}: {key} is registered twice: {known[1]} and {entry}")
        if self._frozen:
            raise RuntimeError(f"{self.name}: {key} comes too late, after the start")
        self._entries[key] = (order, entry)
        self._ordered = None
        return entry

    def _sorted(self) -> dict[str, T]:
        if self._ordered is None:
            found = sorted(self._entries.items(), key=lambda one: one[1][0])  # stable
            self._ordered = {key: entry for key, (_, entry) in found}
        return self._ordered

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._sorted().values()))

    def items(self) -> list[tuple[str, T]]:
        return list(self._sorted().items())

    def names(self) -> list[str]:
        return list(self._sorted())

    def get(self, key: str) -> T | None:
        return self._sorted().get(key)

    def __getitem__(self, key: str) -> T:
        return self._sorted()[key]

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def freeze(self) -> None:
        """Take no further entry."""
        self._frozen = True

    @contextmanager
    def changed(self, entries: Mapping[str, T] | None = None) -> Iterator[None]:
        """For tests: open, with these entries added or replaced; undone at the end."""
        before, frozen = dict(self._entries), self._frozen
        try:
            for key, entry in (entries or {}).items():
                order = self._entries[key][0] if key in self._entries else 0
                self._entries[key] = (order, entry)
            self._ordered, self._frozen = None, False
            yield
        finally:
            self._entries, self._ordered, self._frozen = before, None, frozen


class Hook(Generic[T]):
    """A registry of one: the default until somebody above registers a better answer."""

    def __init__(self, name: str, meaning: str, *, default: T) -> None:
        self._registry: Registry[T] = Registry(name, meaning)
        self._default = default

    def fill(self, key: str, entry: T) -> None:
        """Register the answer; a second one is a RuntimeError."""
        if len(self._registry) and key not in self._registry:
            [other] = self._registry.names()
            raise RuntimeError(f"{self._registry.name} is filled by {other} already")
        self._registry.add(key, entry)

    @property
    def value(self) -> T:
        return next(iter(self._registry), self._default)

    @contextmanager
    def changed(self, entry: T) -> Iterator[None]:
        """For tests: with this answer for a while."""
        [key] = self._registry.names() or ["test"]
        with self._registry.changed({key: entry}):
            yield


def every() -> list[Registry[Any]]:
    """All registries, by name."""
    return [_all[name] for name in sorted(_all)]


def freeze_all() -> None:
    """Called once Django has started."""
    for registry in _all.values():
        registry.freeze()


def name_of(entry: object) -> str:
    """``module.qualname`` of a function or class: the usual key."""
    return f"{getattr(entry, '__module__', '')}.{getattr(entry, '__qualname__', entry)}"
