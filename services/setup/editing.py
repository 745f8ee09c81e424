"""Changing a service's definition the way an admin's pages do. Nothing here writes."""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kernel.errors import Stale
from kernel.numbers import parse_number
from kernel.text import fold
from services.catalogue import overrides
from services.catalogue.blueprint import Blueprint
from services.catalogue.deciding import Term
from services.catalogue.editor_inputs import PARTS, makers
from services.catalogue.overrides import Definition, things_of
from services.catalogue.shorthand import CLOSINGS, OPENINGS
from services.catalogue.steps import step_specs
from services.questions.kind import FieldSpec, kind_of, kinds

RESERVED = frozenset({"baru", "impor", "rilis", "kelurahan"})  # addresses beside the services


# Lists of groups on a page, and what a group is empty without.
FILLED = {"blocks": "facts", "tables": "field", "rows": "label"}


def blank(part: str, definition: Definition, kind: str = "text") -> Definition:
    """A new question, document, step, letter or result, before anybody typed."""
    if part == "fields":
        return kinds[kind].blank()
    if part == "documents":
        return {"key": "", "label": "", "help": "", "required": True, "show_when": [],
                "unless_known": None, "kind": None}  # fmt: skip
    if part == "tariff":
        return {"law": "", "dated": None, "account": "", "rows": []}
    if part == "results":
        desks = makers(definition)
        return {"key": "", "label": "", "kind": "physical", "step": desks[-1][0] if desks else "",
                "ways": ["pickup"], "when": []}  # fmt: skip
    if part == "steps" and kind in step_specs and (made := step_specs[kind].blank()):
        return made
    if part == "steps":
        return {
            "key": "", "title": "", "level": "kelurahan", "dinas": None, "role": "loket",
            "deputies": [], "approve": "Setujui", "can_return": True, "can_refuse": True,
            "must_note": False, "checks": [], "other_than": None,
            "clock": {"amount": 1, "unit": "hari_kerja"}, "on_timeout": "ingatkan", "when": [],
            "parallel": None, "optional": False,
        }  # fmt: skip
    facts = [
        {"label": "Nama", "text": "{nama}"},
        {"label": "NIK", "text": "{nik}"},
        {"label": "Tempat, tanggal lahir", "text": "{ttl}"},
        {"label": "Alamat", "text": "{alamat}, {kelurahan}, {kecamatan}, {kota}"},
    ]
    return {
        "key": "", "step": definition["steps"][-1]["key"], "layout": "keterangan",
        "title": str(definition["title"]).upper(), "subject": definition["title"],
        "codes": [{"since": "2023-01-01", "until": None, "code": "400.12"}], "validity": None,
        "addressed_to": "", "opening": OPENINGS["keterangan"],
        "blocks": [{"intro": "", "facts": facts, "when": []}], "body": [], "tables": [],
        "closing": CLOSINGS["keterangan"], "applicant_signs": "", "witnesses": [], "copies": [],
        "when": [],
    }  # fmt: skip


def fresh(title: str, slug: str, category: str) -> Definition:
    """A service from nothing: one desk that checks, the Lurah who approves, no letter yet."""
    steps = [
        {**blank("steps", {}), "key": "loket", "title": "Loket kelurahan memeriksa",
         "approve": "Lengkap, teruskan"},
        {**blank("steps", {}), "key": "lurah", "title": "Lurah menyetujui", "role": "lurah",
         "deputies": ["sekretaris"]},
    ]  # fmt: skip
    bare = {"slug": slug, "release": 1, "title": title, "category": category, "steps": steps,
            "summary": f"{title}.", "icon": "file-text"}  # fmt: skip
    return Blueprint.model_validate(bare).canonical()


def read(item: Definition, path: str) -> Any:
    """What stands at a place; None where there is nothing."""
    value: Any = item
    for step in path.split("."):
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            return None
    return value


def written(item: Definition, values: Mapping[str, Any]) -> Definition:
    """The part with typed values at their places; empty groups and tables fall out."""
    new = copy.deepcopy(item)
    groups: dict[str, dict[int, dict[str, Any]]] = {}
    for path, value in values.items():
        first, _, rest = path.partition(".")
        if rest == "0":  # which of several comes first
            new[first] = [one for one in (value,) if one] + [o for o in new[first] if o != value]
        elif first in FILLED:
            number, _, name = rest.partition(".")
            groups.setdefault(first, {}).setdefault(int(number), {})[name] = value
        elif rest:
            new[first] = {**(new.get(first) or {}), rest: value}
        else:
            new[first] = value
    for first, rows in groups.items():
        new[first] = [rows[number] for number in sorted(rows) if rows[number].get(FILLED[first])]
    for group in (*new.get("blocks", []), *new.get("rows", [])):
        group.setdefault("when", [])
    if "term" in new:
        typed = {
            key: value for key, value in (new["term"] or {}).items() if value or value is False
        }
        usual = Term().model_dump(mode="json")
        if {**usual, **typed} == usual:
            del new["term"]
        else:
            new["term"] = {**usual, **typed}
    if "validity" in new and (new["validity"] or {}).get("amount") is None:
        new["validity"] = None
    return new


def placed(definition: Definition, part: str, key: str, item: Definition) -> Definition:
    """The definition with this part in the place of the one with ``key``, or at the end."""
    if part in ("main", "standard"):
        return item
    if part == "tariff":
        return {**definition, "tariff": item}
    there = things_of(definition, part)
    found = [item if other["key"] == key else other for other in there]
    if key not in [other["key"] for other in there]:
        found.append(item)
    return {**definition, part: found}


def without(definition: Definition, part: str, key: str) -> Definition:
    rest = [item for item in things_of(definition, part) if item["key"] != key]
    return {**definition, part: rest}


def moved(definition: Definition, part: str, key: str, up: bool) -> Definition:
    """One place earlier or later."""
    found = list(things_of(definition, part))
    here = next((n for n, item in enumerate(found) if item["key"] == key), None)
    if here is not None:
        there = here - 1 if up else here + 1
        if 0 <= there < len(found):
            found[here], found[there] = found[there], found[here]
    return {**definition, part: found}


def ordered(definition: Definition, part: str, keys: list[str]) -> Definition:
    """The part's things in this order. Raises Stale when they are not the same things."""
    found = {item["key"]: item for item in things_of(definition, part)}
    if sorted(keys) != sorted(found):
        raise Stale("Daftar ini baru saja berubah. Urutkan lagi dari daftar yang sekarang.")
    return {**definition, part: [found[key] for key in keys]}


def restored(definition: Definition, part: str, item: Definition, place: int) -> Definition:
    """A removed thing back where it stood; nothing changes when it is there already."""
    if overrides.item_of(definition, part, item["key"]) is not None:
        return definition
    found = list(things_of(definition, part))
    found.insert(place, item)
    return {**definition, part: found}


# --- another kind of question ---------------------------------------------------------------


def retyped(item: Definition, kind: str) -> tuple[Definition, list[str]]:
    """A question as another kind, and what it loses by that, in an admin's words."""
    old, new = kinds[item["type"]], kinds[kind]
    plain = new.blank()
    kept = {name: item[name] for name in plain.keys() & item.keys()}
    lost: dict[str, None] = {}  # a set in order
    if new is not old:
        empty = old.blank()
        for name, words in old.lost_as(new).items():
            if item.get(name, empty[name]) != empty[name]:
                lost[words] = None
            kept.pop(name, None)
    return {**plain, **kept, "type": kind}, list(lost)


def broken_conditions(definition: Definition, old: Definition, new: Definition) -> list[str]:
    """Where a condition compares an answer to this question that it can no longer have.

    Places as addresses. Texts of letters are judged when the definition is parsed.
    """
    before, after = kinds[old["type"]], kinds[new["type"]]
    if before is after or before.is_like(after):
        return []
    known = after.options_in(new)
    broken = []
    for place, condition in _compared(definition, new["key"]):
        values = condition["value"] if isinstance(condition["value"], list) else [
            condition["value"]
        ]  # fmt: skip
        if known is None or (known and not {str(v) for v in values} <= known):
            broken.append(place)
    return list(dict.fromkeys(broken))


def _compared(definition: Definition, key: str) -> Iterator[tuple[str, Definition]]:
    """Every condition on one question, with the address it stands at."""
    for row in (definition.get("tariff") or {}).get("rows", []):
        for condition in row["when"]:
            if condition["field"] == key:
                yield "tariff.rows", condition
    for condition in (definition.get("authority") or {}).get("usual", []):
        if condition["field"] == key:
            yield "authority", condition
    for part in PARTS:
        for item in things_of(definition, part):
            for name in ("show_when", "require_when", "when"):
                for condition in item.get(name) or []:
                    if condition["field"] == key:
                        yield f"{part}.{item['key']}.{name}", condition
            for block in item.get("blocks", []):
                for condition in block["when"]:
                    if condition["field"] == key:
                        yield f"{part}.{item['key']}.blocks", condition


def undone(base: Definition, ours: Definition, address: str) -> Definition:
    """Ours with one place, and everything below it, as the shared template says it."""
    kept = {a: v for a, v in overrides.difference(base, ours).items() if not _below(a, address)}
    return {**ours, **overrides.apply(base, kept)}


def _below(address: str, place: str) -> bool:
    return address == place or address.startswith(f"{place}.")


def changed_at(changes: Iterable[str], place: str) -> bool:
    return any(_below(address, place) for address in changes)


def new_key(label: str, taken: Iterable[str]) -> str:
    """A short name made from a label, unlike the others."""
    stem = re.sub(r"^[^a-z]+", "", "_".join(fold(label).split()))[:36].strip("_") or "isian"
    used, key, number = set(taken), stem, 2
    while key in used:
        key, number = f"{stem}_{number}", number + 1
    return key


def new_slug(title: str) -> str:
    return re.sub(r"^[^a-z]+", "", "-".join(fold(title).split()))[:60].strip("-")


# --- conditions as typed ----------------------------------------------------------------


def condition_value(spec: FieldSpec, op: str, typed: str) -> str | int | list[str]:
    """What was typed as an answer, the way answers are kept. Raises ValueError with the cure."""
    unit = kind_of(spec).unit(spec)
    if unit is not None and op == "in":
        parts = re.split(r",\s+|;", typed)  # a comma before a digit begins decimals
        return [str(_whole(spec, part, unit)) for part in parts if part.strip()]
    if unit is not None:
        return _whole(spec, typed, unit)
    known = kind_of(spec).options(spec)
    if not known:
        return [part.strip() for part in typed.split(",")] if op == "in" else typed
    by_word = {fold(word): key for key, label in known for word in (label, key)}
    wanted = [typed]
    if op == "in" and fold(typed) not in by_word:
        wanted = [part for part in typed.split(",") if part.strip()]
    missing = [word.strip() for word in wanted if fold(word) not in by_word]
    if missing:
        labels = ", ".join(f"“{label}”" for _, label in known[:12])
        raise ValueError(
            f"“{missing[0]}” bukan jawaban untuk “{spec.label}”. Pilih salah satu: {labels}."
        )
    keys = [by_word[fold(word)] for word in wanted]
    return keys if op == "in" else keys[0]


def _whole(spec: FieldSpec, typed: str, unit: str) -> int:
    number = parse_number(typed, unit=unit)
    if number is None or number != int(number):
        raise ValueError(f"Tulis bilangan bulat untuk “{spec.label}”, misalnya 1500000.")
    return int(number)


def condition_typed(definition: Definition, condition: Mapping[str, Any]) -> dict[str, str]:
    """A kept condition the way it is typed."""
    field = overrides.item_of(definition, "fields", condition["field"])
    spec = FieldSpec.model_validate(field) if field else None
    names = dict(kind_of(spec).options(spec)) if spec else {}
    value = condition["value"]
    values = value if isinstance(value, list) else [value]
    shown = ", ".join(names.get(str(v), str(v)) for v in values)
    return {"field": condition["field"], "op": condition["op"], "value": shown}
