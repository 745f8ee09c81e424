"""A service in an admin's words: places, values, differences, and what is wrong with a file."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pydantic import ValidationError

from kernel.rupiah import format_rupiah
from services.catalogue import overrides
from services.catalogue.complaints import COMPLAINTS
from services.catalogue.editor_inputs import OPS, PARTS, question, slots
from services.catalogue.editor_service import FORWARDING, MAIN, STANDARD, TERM
from services.catalogue.overrides import GONE, ORDER, Definition, item_of
from services.catalogue.steps import step_specs
from services.questions.editor import Slot
from services.questions.kind import kinds
from tenants.office.languages import NAMES

_WORDS = {
    "translations": "Terjemahan", "synonyms": "Kata lain", "requirements": "Syarat",
    "icon": "Gambar", "offered": "Ditawarkan di kota baru", "type": "Jenis", "key": "Kunci",
    "slug": "Alamat", "format": "Bentuk", "release": "Rilis", "clock": "Waktu",
    "authority": "Wewenang Camat", "located": "Letak", "term": "Batas waktu",
    "validity": "Masa berlaku", "who": "Siapa yang boleh", "standard": "Standar pelayanan",
    "blocks": "Kelompok data", "tables": "Tabel", "fields": "Pertanyaan", "steps": "Langkah",
    "documents": "Dokumen", "outputs": "Surat", "results": "Hasil", "show_when": "Hanya bila",
    "forms": "Formulir",
    "require_when": "Wajib hanya bila", "when": "Hanya bila", "witnesses": "Saksi",
    "options": "Pilihan jawaban", "columns": "Kolom", "dinas": "Dinas", "facts": "Data",
    "intro": "Kalimat pengantar", "text": "Isi", "label": "Nama", "code": "Kode",
    "since": "Berlaku sejak", "until": "Berlaku sampai", "field": "Pertanyaan", "op": "Hubungan",
    "value": "Jawaban", "amount": "Jumlah", "unit": "Satuan",
    "event": "Peristiwa di data penduduk", "kind": "Jenis", "people": "Orangnya",
    "applicant": "Pemohon termasuk", "applicant_when": "Pemohon termasuk bila",
    "on": "Tanggalnya", "place": "Tempatnya", "cause": "Sebabnya", "sex": "Jenis kelamin",
    "name": "Nama", "mother": "Ibu", "father": "Ayah", "certificate": "Nomor akta",
    "destination": "Tujuan", "from": "Asal", "address": "Alamat", "card": "Kartu Keluarga",
    "tariff": "Tarif", "law": "Perda", "dated": "Tanggal Perda", "account": "Kode rekening",
    "rows": "Baris tarif", "per": "Dikalikan jawaban", "minimum": "Paling sedikit",
    "followers": "Yang ikut", "head": "Kepala keluarga", "spouse": "Suami atau istri", "nik": "NIK",
}  # fmt: skip
_PLAIN: Definition = {"title": "", "fields": [], "steps": [{"key": "", "title": ""}]}


@cache
def _catalogue(types: tuple[str, ...]) -> dict[str, dict[str, Slot]]:
    """Every slot by part and path, with the settings of these kinds of question."""
    main = (*MAIN, *TERM, *FORWARDING, *STANDARD)
    known: dict[str, dict[str, Slot]] = {"": {s.path: s for s in main}}
    known[""] |= {f"tariff.{s.path}": s for s in slots("tariff", _PLAIN, {})}
    known["fields"] = {
        s.path: s
        for kind in types
        for s in question(_PLAIN, {"type": kind, "key": ""})
    }  # fmt: skip
    for part in ("documents", "steps", "outputs", "results"):
        known[part] = {s.path: s for s in slots(part, _PLAIN, {})}
    for kind in step_specs.names():
        for slot in slots("steps", _PLAIN, {"kind": kind}):
            desk = known["steps"].get(slot.path)
            choices = (*slot.choices, *(desk.choices if desk else ()))  # a desk's words win
            known["steps"][slot.path] = replace(desk or slot, choices=tuple(dict(choices).items()))
    return known


def _slots() -> dict[str, dict[str, Slot]]:
    return _catalogue(tuple(kinds.names()))


def _slot(address: str) -> Slot | None:
    part, _, rest = address.partition(".")
    if part in PARTS:
        return _slots()[part].get(rest.partition(".")[2])
    return _slots()[""].get(address)


def _name(part: str, key: str, definitions: Iterable[Definition]) -> str:
    for definition in definitions:
        item = item_of(definition, part, key) if isinstance(definition.get(part), list) else None
        if item:
            return str(item.get("label") or item.get("title") or key)
    return key


def place_words(address: str, *definitions: Definition) -> str:
    """``fields.luas.label`` as “Pertanyaan “Luas bangunan” › Pertanyaan”."""
    part, _, rest = address.partition(".")
    if part == "translations":
        language, _, place = rest.partition(".")
        whole = f"Terjemahan {NAMES.get(language, language)}"
        return f"{whole} › {place_words(place, *definitions)}" if place else whole
    if part not in PARTS:
        slot = _slot(address)
        group = "Standar pelayanan › " if part == "standard" and rest else ""
        return group + (slot.label if slot else _words(address))
    one = PARTS[part][1]
    if rest in ("", ORDER):
        return f"Urutan {one.lower()}" if rest else one
    key, _, inside = rest.partition(".")
    whole = f"{one} “{_name(part, key, definitions)}”"
    if not inside:
        return whole
    slot = _slot(address)
    return f"{whole} › {slot.label if slot else _words(inside)}"


def _words(path: str) -> str:
    return " › ".join(_WORDS.get(p, p) for p in path.split(".") if p != ORDER and not p.isdigit())


def value_words(address: str, value: Any, *definitions: Definition) -> str:
    """A value as people read it."""
    slot = _slot(address)
    if slot is not None and slot.usual:
        ticked = slot.usual if value in (GONE, None) else value
        return "\n".join(dict(slot.choices)[one] for one in ticked) or "(tidak satu pun)"
    if value == GONE:
        return "(tidak ada)"
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    if value is None or value == "" or value == []:
        return "(kosong)"
    part, _, _ = address.partition(".")
    if address.endswith(f".{ORDER}"):
        if address.count(".") == 1:
            return " → ".join(_name(part, key, definitions) for key in value)
        return ", ".join(value)
    if part in PARTS and address.endswith(".step"):
        return _name("steps", str(value), definitions)
    if address == "fee":
        return format_rupiah(int(value)) if value else "Gratis"
    names = dict(slot.choices) if slot else {}
    if isinstance(value, int) and address.endswith(".amount"):
        return f"{value} {_unit(address, definitions)}".strip()
    if isinstance(value, str | int):
        return names.get(str(value), str(value))
    if isinstance(value, list):
        return "\n".join(_row(row, names, definitions) for row in value)
    return str(value)


def _unit(address: str, definitions: Iterable[Definition]) -> str:
    """What an amount is counted in, where all agree; where not, the unit is a place of its own."""
    place = address.removesuffix("amount") + "unit"
    units = {overrides.flatten(definition).get(place) for definition in definitions} - {None}
    slot = _slot(place)
    return dict(slot.choices).get(str(units.pop()), "") if slot and len(units) == 1 else ""


def _row(row: Any, names: Mapping[str, str], definitions: Iterable[Definition]) -> str:
    if not isinstance(row, dict):
        return names.get(str(row), str(row))
    if set(row) == {"field", "op", "value"}:
        asked = _name("fields", row["field"], definitions)
        wanted = row["value"]
        shown = ", ".join(wanted) if isinstance(wanted, list) else str(wanted)
        return f"“{asked}” {dict(OPS)[row['op']]} {shown}"
    if "amount" in row and "label" in row:
        return _tariff_row(row, definitions)
    if "facts" in row:
        facts = "; ".join(f"{fact['label']}: {fact['text']}" for fact in row["facts"])
        return f"{row.get('intro', '')} {facts}".strip()
    return " · ".join(str(v) for v in row.values() if v and not isinstance(v, list))


def _tariff_row(row: Mapping[str, Any], definitions: Iterable[Definition]) -> str:
    per = f" × “{_name('fields', row['per'], definitions)}”" if row.get("per") else ""
    least = f", paling sedikit {format_rupiah(row['minimum'])}" if row.get("minimum") else ""
    when = ", ".join(_row(condition, {}, definitions) for condition in row.get("when") or [])
    only = f", bila {when}" if when else ""
    return f"{row['label']}: {format_rupiah(row['amount'])}{per}{least}{only}"


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs between two definitions, in words."""

    address: str
    place: str
    old: str
    new: str


def _whole(definition: Definition, part: str, key: str) -> Any:
    """One question, document, step, letter or result; or everything in one other language."""
    if part == "translations":
        return definition.get(part, {}).get(key)
    return item_of(definition, part, key)


def changes(old: Definition, new: Definition) -> list[Change]:
    """What differs, place by place; a whole new or removed thing is one line."""
    before = overrides.flatten(old)
    found, told = [], set()
    for address, value in sorted(overrides.difference(old, new).items()):
        part, _, rest = address.partition(".")
        key = rest.partition(".")[0]
        if part == "translations" or (part in PARTS and key != ORDER):
            had, has = _whole(old, part, key), _whole(new, part, key)
            if had is None or has is None:
                if (part, key) not in told:
                    told.add((part, key))
                    place = place_words(f"{part}.{key}", new, old)
                    state = ("(tidak ada)", "ditambah") if had is None else ("ada", "dihapus")
                    found.append(Change(f"{part}.{key}", place, *state))
                continue
        was = before.get(address, GONE)
        if part in PARTS and key == ORDER:
            was, value = ([] if one == GONE else one for one in (was, value))
            kept = [k for k in value if k in was] == [k for k in was if k in value]
            if kept and value != was:
                continue  # told by what was added or removed
        found.append(
            Change(
                address,
                place_words(address, new, old),
                value_words(address, was, old, new),
                value_words(address, value, new, old),
            )
        )
    return found


# --- what is wrong with a definition, in words ------------------------------------------

_KINDS = {
    "document": "documents", "step": "steps", "output": "outputs", "field": "fields",
    "result": "results",
}  # fmt: skip


def complaint(cause: BaseException | None, definition: Definition) -> str:
    """What pydantic refused, in Indonesian: the place, then the cure."""
    if not isinstance(cause, ValidationError):
        return "Layanan ini tidak dapat dibaca. Periksa isinya."
    first = cause.errors()[0]
    text = str(first["msg"]).removeprefix("Value error, ")
    for pattern, words in COMPLAINTS:
        found = re.match(pattern, text)
        if found:
            return words.format(*_named(text, found.groups(), definition))
    return f"{_where(first['loc'], definition)}: {_cure(first)}"


def _named(text: str, groups: tuple[str, ...], definition: Definition) -> list[str]:
    """Keys replaced by the words people know them by."""
    kind = re.match(r"(field|document|step|output|result) '", text)
    found = []
    for number, group in enumerate(groups):
        if group in _KINDS:
            found.append(PARTS[_KINDS[group]][1])
            continue
        part = _KINDS[kind[1]] if kind else ""
        mine = number == (1 if groups[0] in _KINDS else 0)
        lacking = "steps" if re.search("no (step|desk)", text) else "fields"
        names = [part] if mine and part else [lacking]
        usable = [n for n in names if isinstance(definition.get(n), list)]
        shown = next((_safe_name(n, group, definition) for n in usable), group)
        found.append(_WORDS.get(shown, shown))
    return found


def _safe_name(part: str, key: str, definition: Definition) -> str:
    for item in definition[part]:
        if isinstance(item, dict) and item.get("key") == key:
            return str(item.get("label") or item.get("title") or key)
    return key


def _where(loc: tuple[int | str, ...], definition: Definition) -> str:
    words: list[str] = []
    node: Any = definition
    for step in loc:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            node = None
        if isinstance(step, int):
            name = (
                str(node.get("label") or node.get("title") or "")[:60]
                if isinstance(node, dict)
                else ""
            )
            words[-1:] = [
                f"{words[-1] if words else ''} {step + 1}" + (f" (“{name}”)" if name else "")
            ]
        else:
            group = str(loc[0])
            path = f"{group}.{step}" if group in ("who", "standard", "term") else step
            slot = _slots()[group if group in PARTS and len(words) else ""].get(path)
            words.append(slot.label if slot else _WORDS.get(step, step))
    return " › ".join(words) or "Layanan"


def _cure(error: Mapping[str, Any]) -> str:
    kind, more = str(error["type"]), error.get("ctx", {})
    if error.get("loc", ("",))[-1] == "account":
        return "tulis kode rekening lengkap, misalnya 4.1.02.03.01.0001."
    given = str(error.get("input", ""))[:40]
    if kind == "missing":
        return "belum ada. Tambahkan."
    if kind == "extra_forbidden":
        return "tidak dikenal. Hapus bagian ini."
    if kind == "literal_error":
        expected = str(more.get("expected")).replace(" or ", " atau ")
        return f"“{given}” tidak dikenal. Pilih salah satu: {expected}."
    if kind in ("string_too_long", "too_long"):
        return f"terlalu panjang. Paling banyak {more.get('max_length')}."
    if kind in ("string_too_short", "too_short"):
        return "belum diisi. Isi sedikitnya satu."
    if kind == "string_pattern_mismatch":
        return f"“{given}” salah bentuk. Pakai huruf kecil, angka, dan tanda hubung yang sesuai."
    if kind in ("greater_than_equal", "greater_than"):
        return f"terlalu kecil. Paling sedikit {more.get('ge', more.get('gt'))}."
    if kind in ("less_than_equal", "less_than"):
        return f"terlalu besar. Paling banyak {more.get('le', more.get('lt'))}."
    if kind.startswith("int"):
        return "harus angka bulat."
    if kind.startswith("bool"):
        return "harus ya (true) atau tidak (false)."
    if kind.startswith("date"):
        return "harus tanggal seperti 2026-11-21."
    if kind.startswith("list"):
        return "harus berupa daftar."
    if kind.startswith("string"):
        return "harus berupa tulisan."
    return "harus berupa kelompok isian." if "model" in kind or "dict" in kind else "salah bentuk."


def storable(definition: Definition) -> bool:
    """Whether the database can keep every text: no NUL, no half of a surrogate pair."""
    try:
        text = json.dumps(definition, ensure_ascii=False)
        text.encode()
    except (UnicodeEncodeError, ValueError):
        return False
    return "\\u0000" not in text
