"""A city's own words on top of a shared blueprint, field by field, surviving its releases.

A definition is flattened to addressed leaves: ``title``, ``fields.luas.label``,
``outputs.surat.body``. Lists of keyed things (fields, steps, outputs…) are addressed by key, their
order is a leaf of its own (``fields.*``), so adding, removing and moving are changes like any
other. What a city changed is the difference between the shared definition and its own; laying that
difference on a newer release keeps the change, and only places both sides changed ask a human.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Definition: TypeAlias = dict[str, Any]
Leaves: TypeAlias = dict[str, Any]

ORDER = "*"
GONE = "\x00gone"  # the value of a place that one side does not have
# A release, not a choice: a city's version always carries the shared one's.
FIXED = frozenset({"format", "slug", "release", "changes", "mandatory_from"})


# Lists of keyed things, also when empty.
_LISTS = frozenset(
    {"fields", "documents", "steps", "outputs", "results", "forms", "options", "columns"}
)


def _keyed(value: object) -> bool:
    """Whether a list is of things with keys. An empty one is a plain leaf until filled."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and "key" in item for item in value)
    )


def things_of(definition: Definition, part: str) -> list[Definition]:
    """The questions, documents, steps, letters or results; results are absent where there are
    none."""
    return definition.get(part) or []


def item_of(definition: Definition, part: str, key: str) -> Definition | None:
    """One question, document, step, letter or result."""
    return next((item for item in things_of(definition, part) if item["key"] == key), None)


def flatten(definition: Definition) -> Leaves:
    """All leaves by address."""
    leaves: Leaves = {}
    _flatten("", definition, leaves)
    return leaves


def _flatten(prefix: str, value: Any, leaves: Leaves) -> None:
    if isinstance(value, dict):
        for name, part in value.items():
            _flatten(f"{prefix}.{name}" if prefix else name, part, leaves)
    elif _keyed(value):
        leaves[f"{prefix}.{ORDER}"] = [item["key"] for item in value]
        for item in value:
            rest = {name: part for name, part in item.items() if name != "key"}
            _flatten(f"{prefix}.{item['key']}", rest, leaves)
    elif value == [] and prefix.rpartition(".")[2] in _LISTS:
        leaves[f"{prefix}.{ORDER}"] = []
    else:
        leaves[prefix] = value


def build(leaves: Leaves) -> Definition:
    """The definition with these leaves: the inverse of ``flatten``."""
    root: Definition = {}
    for address, value in leaves.items():
        parts = _split(address)
        node = root
        for part in parts[:-1]:
            node = node.setdefault(part, {})
        node[parts[-1]] = value
    built = _lists(root)
    assert isinstance(built, dict)
    return built


def _split(address: str) -> list[str]:
    """The steps to a leaf. A translation is kept under the whole address it translates."""
    return address.split(".", 2 if address.startswith("translations.") else -1)


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if ORDER in node:
        return [{"key": key, **_lists(node[key])} for key in node[ORDER] if key in node]
    return {name: _lists(part) for name, part in node.items()}


def difference(base: Definition, ours: Definition) -> Leaves:
    """What ``ours`` says differently: new value by address, ``GONE`` where it has nothing."""
    before, after = flatten(base), flatten(ours)
    changed = {a: v for a, v in after.items() if a not in before or before[a] != v}
    changed |= {address: GONE for address in before if address not in after}
    return {a: v for a, v in changed.items() if a.partition(".")[0] not in FIXED}


def apply(base: Definition, changes: Mapping[str, Any]) -> Definition:
    """``base`` with a city's changes laid on it.

    Where the base has gained or lost keyed things since, it is followed, and ours are kept in
    their places. A change to something the base no longer has is dropped.
    """
    leaves = flatten(base)
    shared = {a: v for a, v in leaves.items() if a.endswith(f".{ORDER}")}
    ours = {a: v for a, v in changes.items() if a.endswith(f".{ORDER}")}
    own = {a: _own(a, order, shared.get(a, []), changes) for a, order in ours.items()}
    for address, value in changes.items():
        if value == GONE:
            leaves.pop(address, None)
        elif address not in ours and _reachable(address, leaves, own):
            leaves[address] = value
    for address, order in ours.items():
        if address in shared and (order != GONE or address.count(".") == 1):
            mine = [] if order == GONE else order  # a list that is absent when it is empty
            removed = {
                key for key in shared[address] if key not in mine and _cut(address, key, changes)
            }
            merged = _merge_order(shared[address], mine, own[address], removed)
            if merged or order != GONE:
                leaves[address] = merged
        elif order != GONE and _reachable(address, leaves, own):
            leaves[address] = order
    return build(leaves)


def _own(
    address: str, order: object, shared: list[str], changes: Mapping[str, Any]
) -> frozenset[str]:
    """The keys of a list that a city added itself."""
    if not isinstance(order, list):
        return frozenset()
    prefix = address[: -len(ORDER)]
    return frozenset(
        key
        for key in order
        if key not in shared
        and any(a.startswith(f"{prefix}{key}.") and v != GONE for a, v in changes.items())
    )


def _cut(address: str, key: str, changes: Mapping[str, Any]) -> bool:
    """Whether the city took this keyed thing out (rather than never having known it)."""
    prefix = f"{address[: -len(ORDER)]}{key}."
    return any(a.startswith(prefix) and v == GONE for a, v in changes.items())


def _reachable(address: str, leaves: Leaves, own: Mapping[str, frozenset[str]]) -> bool:
    """Whether every keyed thing a change lies in still exists, shared or our own."""
    parts = address.split(".")
    for depth in range(1, len(parts)):
        listing = ".".join([*parts[:depth], ORDER])
        if listing in leaves or listing in own:
            known = {*leaves.get(listing, []), *own.get(listing, ())}
            if parts[depth] != ORDER and parts[depth] not in known:
                return False
    return True


def _merge_order(
    shared: list[str], ours: list[str], own: frozenset[str], removed: set[str]
) -> list[str]:
    """Our order, without what the base lost, and with what it gained behind its neighbour."""
    merged = [key for key in ours if key in shared or key in own]
    for place, key in enumerate(shared):
        if key not in merged and key not in removed:
            before = next((k for k in reversed(shared[:place]) if k in merged), None)
            merged.insert(merged.index(before) + 1 if before else 0, key)
    return merged


# --- a new release meets a city's own version ------------------------------------------------

Verdict = Literal["same", "theirs", "ours", "both", "conflict"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One place where old shared, new shared and ours are not all equal."""

    address: str
    old: Any  # what the city's version is based on; GONE where absent
    new: Any  # what the new release says
    ours: Any  # what the city says now
    verdict: Verdict


def compare(old: Definition, new: Definition, ours: Definition) -> list[Comparison]:
    """The three definitions place by place, only where something differs.

    ``theirs``: only the release changed it; ``ours``: only the city did; ``both``: both, alike;
    ``conflict``: both, differently: somebody must choose.
    """
    was, now, mine = flatten(old), flatten(new), flatten(ours)
    rows = []
    for address in sorted({*was, *now, *mine}):
        if address.partition(".")[0] in FIXED:
            continue
        a, b, c = (side.get(address, GONE) for side in (was, now, mine))
        if a == b == c:
            continue
        if b == c:
            verdict: Verdict = "both"
        elif a == c:
            verdict = "theirs"
        elif a == b:
            verdict = "ours"
        else:
            verdict = "conflict"
        rows.append(Comparison(address, a, b, c, verdict))
    return rows


def _rescued(
    old: Definition, new: Definition, ours: Definition, changes: Mapping[str, Any]
) -> Leaves:
    """What the release took out although the city had changed it: kept as the city's own.

    Nothing a city changed is lost by an upgrade; it may take the thing out itself.
    """
    was, now, mine = flatten(old), flatten(new), flatten(ours)
    kept: Leaves = {}
    for listing, keys in was.items():
        if not listing.endswith(f".{ORDER}"):
            continue
        for key in keys:
            if key in now.get(listing, []) or key not in mine.get(listing, []):
                continue
            prefix = f"{listing[: -len(ORDER)]}{key}."
            if any(a.startswith(prefix) and v != GONE for a, v in changes.items()):
                kept |= {a: v for a, v in mine.items() if a.startswith(prefix)}
                kept[listing] = mine[listing]
    return kept


def adopt(
    old: Definition, new: Definition, ours: Definition, take: Iterable[str] = ()
) -> Definition:
    """Move a city to a new release: its changes stay, except at the places it takes over.

    ``take`` are addresses where the release's word is preferred to the city's own.
    """
    taken = set(take)
    changes = {
        address: value for address, value in difference(old, ours).items() if address not in taken
    }
    changes |= _rescued(old, new, ours, changes)
    moved = apply(new, changes)
    return {**moved, **{name: new[name] for name in FIXED if name in new}}
