"""A service the way an admin edits it: its parts, their places, and all of it in plain words.

Nothing here writes. A *part* is the whole service or one question, document, step or letter; a
*slot* is one input of its page, at a place below the part's address.
"""

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from kernel.rupiah import format_rupiah
from services.catalogue import overrides
from services.catalogue.answers import options
from services.catalogue.blueprint import CODE_LISTS, REGISTER_FACTS, Blueprint, FieldSpec
from services.catalogue.overrides import GONE, ORDER, Definition
from services.catalogue.rules import fold
from services.catalogue.shipped import CATEGORIES
from services.catalogue.shorthand import CLOSINGS, OPENINGS

Choices = tuple[tuple[str, str], ...]
Kind = Literal[
    "line", "prose", "int", "rupiah", "yes", "choice", "many", "lines", "paragraphs", "rows",
    "conditions",
]  # fmt: skip

PARTS: dict[str, tuple[str, str]] = {  # list in the definition: address, what one is called
    "fields": ("pertanyaan", "Pertanyaan"),
    "documents": ("dokumen", "Dokumen"),
    "steps": ("langkah", "Langkah"),
    "outputs": ("surat", "Surat"),
}
RESERVED = frozenset({"baru", "impor", "rilis", "kelurahan"})  # addresses beside the services

TYPES: Choices = (
    ("text", "Jawaban pendek"),
    ("textarea", "Jawaban panjang"),
    ("number", "Angka"),
    ("rupiah", "Jumlah uang"),
    ("date", "Tanggal"),
    ("time", "Jam"),
    ("choice", "Pilihan buatan sendiri"),
    ("list", "Pilihan dari daftar baku"),
    ("yesno", "Ya atau tidak"),
    ("person", "Orang (dari data penduduk atau diketik)"),
    ("members", "Anggota keluarga sendiri (dicentang)"),
    ("table", "Tabel dengan beberapa baris"),
    ("place", "Tempat di peta"),
)
OPS: Choices = (
    ("=", "sama dengan"),
    ("!=", "bukan"),
    (">", "lebih dari"),
    (">=", "paling sedikit"),
    ("<", "kurang dari"),
    ("<=", "paling banyak"),
    ("in", "salah satu dari"),
)
LEVELS: Choices = (
    ("rt", "RT"),
    ("rw", "RW"),
    ("kelurahan", "Kelurahan atau desa"),
    ("kecamatan", "Kecamatan"),
    ("kota", "Kota atau kabupaten"),
    ("dinas", "Dinas"),
)
ROLES: Choices = (
    ("ketua_rt", "Ketua RT"),
    ("ketua_rw", "Ketua RW"),
    ("loket", "Petugas loket"),
    ("kasi", "Kepala seksi"),
    ("sekretaris", "Sekretaris"),
    ("lurah", "Lurah atau Kepala Desa"),
    ("camat", "Camat"),
    ("petugas_dinas", "Petugas dinas"),
    ("kepala_dinas", "Kepala dinas"),
    ("admin", "Admin kota"),
)
CLOCKS: Choices = (
    ("hari_kerja", "hari kerja"),
    ("jam_kerja", "jam kerja"),
    ("jam", "jam (malam dan libur ikut dihitung)"),
    ("hari", "hari (libur ikut dihitung)"),
)
TIMEOUTS: Choices = (
    ("ingatkan", "Ingatkan lagi"),
    ("naikkan", "Naikkan ke atasan"),
    ("teruskan", "Teruskan ke langkah berikutnya"),
)
LAYOUTS: Choices = (
    ("keterangan", "Surat keterangan"),
    ("pengantar", "Surat pengantar"),
    ("rekomendasi", "Rekomendasi"),
    ("izin", "Izin"),
    ("pernyataan", "Surat pernyataan"),
    ("formulir", "Formulir"),
)
PERIODS: Choices = (("hari", "hari"), ("bulan", "bulan"), ("tahun", "tahun"))
FORMATS: Choices = (
    ("", "Bebas"),
    ("nib", "NIB"),
    ("npwp", "NPWP"),
    ("nop", "NOP (pajak bumi dan bangunan)"),
    ("telepon", "Nomor telepon"),
    ("nopol", "Nomor polisi kendaraan"),
)
COLUMN_TYPES: Choices = (
    ("text", "Tulisan"),
    ("number", "Angka"),
    ("rupiah", "Jumlah uang"),
    ("date", "Tanggal"),
)
MARITAL: Choices = (
    ("belum_kawin", "Belum kawin"),
    ("kawin", "Kawin"),
    ("cerai_hidup", "Cerai hidup"),
    ("cerai_mati", "Cerai mati"),
)
NOTHING: Choices = (("", "Tidak ada"),)
FACTS: Choices = tuple((fact, fact.replace("_", " ")) for fact in sorted(REGISTER_FACTS))


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
    kind: Kind
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

    @property
    def name(self) -> str:
        return self.path.replace(".", "__")

    @property
    def place(self) -> str:
        return self.address or self.path


# --- the parts --------------------------------------------------------------------------

OPTION_CELLS = (Cell("key", "", "hidden"), Cell("label", "Pilihan"))
COLUMN_CELLS = (
    Cell("key", "", "hidden"),
    Cell("label", "Judul kolom"),
    Cell("type", "Isinya", "select", COLUMN_TYPES),
    Cell("required", "Wajib", "check", required=False),
)
FACT_CELLS = (Cell("label", "Nama data"), Cell("text", "Isinya", "long"))
CODE_CELLS = (
    Cell("code", "Kode"),
    Cell("since", "Berlaku sejak", "date"),
    Cell("until", "Sampai (boleh kosong)", "date", required=False),
)

MAIN: tuple[Slot, ...] = (
    Slot("title", "Nama layanan", "line", "Seperti orang menyebutnya.", True),
    Slot("summary", "Untuk apa", "prose", "Satu atau dua kalimat sederhana.", True, limit=4000),
    Slot("category", "Kelompok", "choice", required=True,
         choices=tuple((slug, name) for slug, name, *_ in CATEGORIES)),
    Slot("synonyms", "Kata lain", "lines", "Kata yang diketik orang saat mencari. Satu per baris."),
    Slot("requirements", "Syarat", "lines", "Satu syarat per baris."),
    Slot("after", "Sesudah selesai", "prose", "Apa yang dilakukan warga dengan hasilnya.",
         limit=500),
    Slot("legal_basis", "Dasar hukum", "lines", "Satu peraturan per baris."),
    Slot("fee", "Biaya", "rupiah", "Tulis 0 bila gratis.", low=0),
    Slot("survey", "Minta penilaian warga sesudah selesai", "yes"),
    Slot("who.sex", "Jenis kelamin", "choice", choices=(
        ("", "Siapa saja"), ("perempuan", "Perempuan"), ("laki-laki", "Laki-laki")),
        section="Siapa yang boleh mengajukan"),
    Slot("who.min_age", "Umur paling muda", "int", empty="none", low=0, high=120),
    Slot("who.max_age", "Umur paling tua", "int", empty="none", low=0, high=120),
    Slot("who.marital", "Status perkawinan", "many", "Kosongkan semua bila bebas.",
         choices=MARITAL),
)  # fmt: skip

STANDARD: tuple[Slot, ...] = tuple(
    Slot(f"standard.{key}", label, "prose", hint, limit=limit)
    for key, label, hint, limit in (
        ("procedure", "Prosedur", "Bila kosong, disusun dari langkah-langkahnya.", 1000),
        ("product", "Produk layanan", "Bila kosong, disusun dari suratnya.", 500),
        ("complaints", "Pengaduan, saran, dan masukan", "", 500),
        ("facilities", "Sarana dan prasarana", "", 500),
        ("competence", "Kemampuan pelaksana", "", 500),
        ("supervision", "Pengawasan internal", "", 500),
        ("staff", "Jumlah pelaksana", "", 300),
        ("guarantee", "Jaminan pelayanan", "", 500),
        ("safety", "Jaminan keamanan dan keselamatan", "", 500),
        ("evaluation", "Evaluasi kinerja", "", 500),
    )
)


def slots(part: str, definition: Definition, item: Definition, dinas: Choices = ()) -> list[Slot]:
    """The inputs of one part's page."""
    if part == "main":
        return list(MAIN)
    if part == "standard":
        return list(STANDARD)
    if part == "fields":
        return _question(definition, item)
    if part == "documents":
        return [
            Slot("label", "Nama dokumen", "line", required=True),
            Slot("help", "Petunjuk", "prose", limit=500),
            Slot("required", "Wajib", "yes"),
            Slot("unless_known", "Tidak diminta bila data penduduk sudah punya", "choice",
                 choices=(*NOTHING, *FACTS), empty="none"),
            _conditions("show_when", "Diminta hanya bila", definition["fields"]),
        ]  # fmt: skip
    if part == "steps":
        return _step(definition, dinas)
    return _letter(definition, item)


def _conditions(path: str, label: str, fields: list[Definition]) -> Slot:
    cells = (
        Cell("field", "Pertanyaan", "select", tuple((f["key"], f["label"]) for f in fields)),
        Cell("op", "Hubungan", "select", OPS),
        Cell("value", "Jawaban"),
    )
    hint = (
        "Tulis jawabannya seperti yang dilihat warga. Semua baris harus terpenuhi; tanpa baris, "
        "selalu."
    )
    return Slot(path, label, "conditions", hint, cells=cells)


def _question(definition: Definition, item: Definition) -> list[Slot]:
    kind = item["type"]
    keys = [field["key"] for field in definition["fields"]]
    before = definition["fields"]
    if item.get("key") in keys:
        before = before[: keys.index(item["key"])]
    found = [
        Slot("label", "Pertanyaan", "line", "Tulis sebagai pertanyaan.", True),
        Slot("help", "Petunjuk", "prose", "Misalnya contoh jawaban.", limit=500),
        Slot("required", "Wajib dijawab", "yes"),
    ]
    counted = {
        "text": "huruf", "textarea": "huruf", "number": "nilai", "rupiah": "nilai",
        "table": "baris", "members": "orang",
    }  # fmt: skip
    if kind == "choice":
        found.append(
            Slot("options", "Pilihan jawaban", "rows",
                 "Kosongkan tulisan sebuah baris untuk menghapusnya.", True, cells=OPTION_CELLS)
        )  # fmt: skip
    if kind == "list":
        lists = tuple((name, name.replace("_", " ").capitalize()) for name in sorted(CODE_LISTS))
        found.append(Slot("code_list", "Daftar baku", "choice", required=True, choices=lists))
    if kind == "table":
        found.append(
            Slot("columns", "Kolom tabel", "rows",
                 "Kosongkan judul sebuah baris untuk menghapusnya.", True, cells=COLUMN_CELLS)
        )  # fmt: skip
    if kind == "text":
        found.append(Slot("format", "Bentuk", "choice", choices=FORMATS))
    if kind in counted:
        word = counted[kind]
        found += [
            Slot("min", f"Paling sedikit ({word})", "int", empty="none", low=0),
            Slot("max", f"Paling banyak ({word})", "int", empty="none", low=0),
        ]
    if kind == "number":
        found += [
            Slot("unit", "Satuan", "line", "Misalnya m² atau orang.", limit=12),
            Slot("decimals", "Angka di belakang koma", "int", low=0, high=2),
        ]
    if kind == "date":
        found += [
            Slot("past", "Tidak boleh sesudah hari ini", "yes"),
            Slot("future", "Tidak boleh sebelum hari ini", "yes"),
        ]
    if kind == "person":
        found.append(Slot("outside", "Boleh orang yang tidak terdaftar di sini", "yes"))
    if kind in ("text", "textarea", "number", "date", "list"):
        found.append(
            Slot("register_fact", "Sudah terisi dari data penduduk", "choice",
                 choices=(*NOTHING, *FACTS), empty="none")
        )  # fmt: skip
    found.append(
        Slot("sensitive", "Rahasia", "yes", "Tidak pernah tampil di daftar, e-mail, atau RT.")
    )
    if before:
        found += [
            _conditions("show_when", "Ditanyakan hanya bila", before),
            _conditions("require_when", "Wajib hanya bila", before),
        ]
    return found


def _step(definition: Definition, dinas: Choices) -> list[Slot]:
    return [
        Slot("title", "Apa yang terjadi di sini", "line", "Misalnya: Loket memeriksa.", True),
        Slot("level", "Tingkat", "choice", required=True, choices=LEVELS),
        Slot("dinas", "Dinas", "choice", "Hanya untuk tingkat dinas.",
             choices=(*NOTHING, *dinas), empty="none"),
        Slot("role", "Jabatan", "choice", required=True, choices=ROLES),
        Slot("deputies", "Boleh diwakili oleh", "many", "Jabatan lain di kantor yang sama.",
             choices=ROLES),
        Slot("approve", "Tulisan pada tombol setuju", "line", required=True),
        Slot("can_return", "Boleh minta perbaikan", "yes"),
        Slot("can_refuse", "Boleh menolak", "yes"),
        Slot("clock.amount", "Selesai dalam", "int", required=True, low=1, high=365,
             section="Waktu"),
        Slot("clock.unit", "Satuan waktu", "choice", required=True, choices=CLOCKS),
        Slot("on_timeout", "Bila waktunya habis", "choice", required=True, choices=TIMEOUTS),
        Slot("optional", "Dilewati bila jabatannya kosong", "yes", section="Kapan"),
        Slot("parallel", "Berjalan bersama", "line",
             "Langkah bersebelahan dengan kata yang sama berjalan bersamaan. Satu kata saja.",
             empty="none", limit=40),
        _conditions("when", "Hanya bila", definition["fields"]),
    ]  # fmt: skip


def _letter(definition: Definition, item: Definition) -> list[Slot]:
    fields = definition["fields"]
    people = tuple((f["key"], f["label"]) for f in fields if f["type"] == "person")
    lists = tuple((f["key"], f["label"]) for f in fields if f["type"] in ("table", "members"))
    found = [
        Slot("title", "Judul surat", "line", required=True),
        Slot("subject", "Nama di buku register", "line", required=True),
        Slot("layout", "Bentuk", "choice", required=True, choices=LAYOUTS),
        Slot("step", "Terbit setelah", "choice", required=True,
             choices=tuple((s["key"], s["title"]) for s in definition["steps"])),
        Slot("codes", "Kode klasifikasi", "rows", "Kode dan masa berlakunya.", True,
             cells=CODE_CELLS),
        Slot("validity.amount", "Berlaku selama", "int", "Kosongkan bila tanpa batas.",
             empty="none", low=1, high=120, address="validity"),
        Slot("validity.unit", "Satuan masa berlaku", "choice", choices=PERIODS,
             address="validity"),
        Slot("addressed_to", "Ditujukan kepada", "line", limit=200, section="Isi surat"),
        Slot("opening", "Kalimat pembuka", "prose", required=True, limit=4000),
    ]  # fmt: skip
    for number in range(len(item.get("blocks", [])) + 1):
        heading = f"Kelompok data {number + 1}"
        found += [
            Slot(f"blocks.{number}.intro", "Kalimat pengantar", "prose", limit=1000,
                 section=heading, address="blocks"),
            Slot(f"blocks.{number}.facts", "Data", "rows",
                 "Kosongkan semua data untuk menghapus kelompok ini.", cells=FACT_CELLS,
                 address="blocks"),
        ]  # fmt: skip
        if fields:
            slot = _conditions(f"blocks.{number}.when", "Dicetak hanya bila", fields)
            found.append(Slot(slot.path, slot.label, slot.kind, slot.help, cells=slot.cells,
                              address="blocks"))  # fmt: skip
    found.append(
        Slot("body", "Isi", "paragraphs", "Pisahkan paragraf dengan satu baris kosong.",
             limit=20000, section="Paragraf dan penutup")
    )  # fmt: skip
    for number in range(len(item.get("tables", [])) + 1 if lists else 0):
        found += [
            Slot(f"tables.{number}.field", "Daftar yang dicetak", "choice",
                 choices=(*NOTHING, *lists), section=f"Tabel {number + 1}", address="tables"),
            Slot(f"tables.{number}.intro", "Kalimat pengantar", "line", limit=500,
                 address="tables"),
            Slot(f"tables.{number}.columns", "Kolom", "rows", cells=FACT_CELLS,
                 address="tables"),
        ]  # fmt: skip
    found += [
        Slot("closing", "Kalimat penutup", "prose", required=True, limit=4000,
             section="Penutup" if lists else ""),
        Slot("applicant_signs", "Pemohon ikut menandatangani sebagai", "line",
             "Kosongkan bila tidak.", limit=80),
    ]  # fmt: skip
    if people:
        found.append(Slot("witnesses", "Saksi", "many", choices=people))
    found.append(Slot("copies", "Tembusan", "lines", "Satu per baris."))
    if fields:
        found.append(_conditions("when", "Diterbitkan hanya bila", fields))
    return found


def blank(part: str, definition: Definition, kind: str = "text") -> Definition:
    """A new question, document, step or letter, before anybody typed."""
    if part == "fields":
        # One neutral value for everything a question may say.
        return {
            "key": "", "type": kind, "label": "", "help": "", "required": True,
            "require_when": [], "show_when": [], "min": None, "max": None, "unit": "",
            "decimals": 0, "format": "", "past": False, "future": False, "options": [],
            "code_list": "", "columns": [], "outside": True, "register_fact": None,
            "sensitive": False,
        }  # fmt: skip
    if part == "documents":
        return {"key": "", "label": "", "help": "", "required": True, "show_when": [],
                "unless_known": None}  # fmt: skip
    if part == "steps":
        return {
            "key": "", "title": "", "level": "kelurahan", "dinas": None, "role": "loket",
            "deputies": [], "approve": "Setujui", "can_return": True, "can_refuse": True,
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


# --- reading and changing a definition --------------------------------------------------


def item_of(definition: Definition, part: str, key: str) -> Definition | None:
    """One question, document, step or letter."""
    return next((item for item in definition[part] if item["key"] == key), None)


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
        if first in ("blocks", "tables"):
            number, _, name = rest.partition(".")
            groups.setdefault(first, {}).setdefault(int(number), {})[name] = value
        elif rest:
            new[first] = {**(new.get(first) or {}), rest: value}
        else:
            new[first] = value
    for first, rows in groups.items():
        filled = "facts" if first == "blocks" else "field"
        new[first] = [rows[number] for number in sorted(rows) if rows[number].get(filled)]
    for block in new.get("blocks", []):
        block.setdefault("when", [])
    if "validity" in new and (new["validity"] or {}).get("amount") is None:
        new["validity"] = None
    return new


def placed(definition: Definition, part: str, key: str, item: Definition) -> Definition:
    """The definition with this part in the place of the one with ``key``, or at the end."""
    if part in ("main", "standard"):
        return item
    found = [item if other["key"] == key else other for other in definition[part]]
    if key not in [other["key"] for other in definition[part]]:
        found.append(item)
    return {**definition, part: found}


def without(definition: Definition, part: str, key: str) -> Definition:
    return {**definition, part: [item for item in definition[part] if item["key"] != key]}


def moved(definition: Definition, part: str, key: str, up: bool) -> Definition:
    """One place earlier or later."""
    found = list(definition[part])
    here = next((n for n, item in enumerate(found) if item["key"] == key), None)
    if here is not None:
        there = here - 1 if up else here + 1
        if 0 <= there < len(found):
            found[here], found[there] = found[there], found[here]
    return {**definition, part: found}


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


# --- in words ---------------------------------------------------------------------------

_WORDS = {
    "icon": "Gambar", "offered": "Ditawarkan di kota baru", "type": "Jenis", "key": "Kunci",
    "slug": "Alamat", "format": "Bentuk", "release": "Rilis", "clock": "Waktu",
    "validity": "Masa berlaku", "who": "Siapa yang boleh", "standard": "Standar pelayanan",
    "blocks": "Kelompok data", "tables": "Tabel", "fields": "Pertanyaan", "steps": "Langkah",
    "documents": "Dokumen", "outputs": "Surat", "show_when": "Hanya bila",
    "require_when": "Wajib hanya bila", "when": "Hanya bila", "witnesses": "Saksi",
    "options": "Pilihan jawaban", "columns": "Kolom", "dinas": "Dinas", "facts": "Data",
    "intro": "Kalimat pengantar", "text": "Isi", "label": "Nama", "code": "Kode",
    "since": "Berlaku sejak", "until": "Berlaku sampai", "field": "Pertanyaan", "op": "Hubungan",
    "value": "Jawaban", "amount": "Jumlah", "unit": "Satuan",
}  # fmt: skip
_PLAIN: Definition = {"title": "", "fields": [], "steps": [{"key": "", "title": ""}]}


def _catalogue() -> dict[str, dict[str, Slot]]:
    """Every slot by part and path."""
    known: dict[str, dict[str, Slot]] = {"": {s.path: s for s in (*MAIN, *STANDARD)}}
    known["fields"] = {
        s.path: s
        for kind, _ in TYPES
        for s in _question(_PLAIN, {"type": kind, "key": ""})
    }  # fmt: skip
    for part in ("documents", "steps", "outputs"):
        known[part] = {s.path: s for s in slots(part, _PLAIN, {})}
    return known


_SLOTS = _catalogue()


def _slot(address: str) -> Slot | None:
    part, _, rest = address.partition(".")
    if part in PARTS:
        return _SLOTS[part].get(rest.partition(".")[2])
    return _SLOTS[""].get(address)


def _name(part: str, key: str, definitions: Iterable[Definition]) -> str:
    for definition in definitions:
        item = item_of(definition, part, key) if isinstance(definition.get(part), list) else None
        if item:
            return str(item.get("label") or item.get("title") or key)
    return key


def place_words(address: str, *definitions: Definition) -> str:
    """``fields.luas.label`` as “Pertanyaan “Luas bangunan” › Pertanyaan”."""
    part, _, rest = address.partition(".")
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
    if address == "fee":
        return format_rupiah(int(value)) if value else "Gratis"
    slot = _slot(address)
    names = dict(slot.choices) if slot else {}
    if isinstance(value, str | int):
        return names.get(str(value), str(value))
    if isinstance(value, list):
        return "\n".join(_row(row, names, definitions) for row in value)
    return str(value)


def _row(row: Any, names: Mapping[str, str], definitions: Iterable[Definition]) -> str:
    if not isinstance(row, dict):
        return names.get(str(row), str(row))
    if set(row) == {"field", "op", "value"}:
        asked = _name("fields", row["field"], definitions)
        wanted = row["value"]
        shown = ", ".join(wanted) if isinstance(wanted, list) else str(wanted)
        return f"“{asked}” {dict(OPS)[row['op']]} {shown}"
    if "facts" in row:
        facts = "; ".join(f"{fact['label']}: {fact['text']}" for fact in row["facts"])
        return f"{row.get('intro', '')} {facts}".strip()
    return " · ".join(str(v) for v in row.values() if v and not isinstance(v, list))


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs between two definitions, in words."""

    address: str
    place: str
    old: str
    new: str


def changes(old: Definition, new: Definition) -> list[Change]:
    """What differs, place by place; a whole new or removed thing is one line."""
    before = overrides.flatten(old)
    found, told = [], set()
    for address, value in sorted(overrides.difference(old, new).items()):
        part, _, rest = address.partition(".")
        key = rest.partition(".")[0]
        if part in PARTS and key != ORDER:
            had, has = item_of(old, part, key), item_of(new, part, key)
            if had is None or has is None:
                if (part, key) not in told:
                    told.add((part, key))
                    place = place_words(f"{part}.{key}", new, old)
                    state = ("(tidak ada)", "ditambah") if had is None else ("ada", "dihapus")
                    found.append(Change(f"{part}.{key}", place, *state))
                continue
        was = before.get(address, GONE)
        if part in PARTS and key == ORDER and GONE not in (was, value):
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


# --- conditions as typed ----------------------------------------------------------------


def condition_value(spec: FieldSpec, op: str, typed: str) -> str | int | list[str]:
    """What was typed as an answer, the way answers are kept. Raises ValueError with the cure."""
    if spec.type in ("number", "rupiah"):
        digits = re.sub(r"[Rp.\s]", "", typed)
        if not re.fullmatch(r"-?\d+", digits):
            raise ValueError(f"Tulis angka untuk “{spec.label}”, misalnya 1500000.")
        return int(digits)
    known = options(spec) if spec.type in ("choice", "list", "yesno") else []
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


def condition_typed(definition: Definition, condition: Mapping[str, Any]) -> dict[str, str]:
    """A kept condition the way it is typed."""
    field = item_of(definition, "fields", condition["field"])
    names = dict(options(FieldSpec.model_validate(field))) if field else {}
    value = condition["value"]
    values = value if isinstance(value, list) else [value]
    shown = ", ".join(names.get(str(v), str(v)) for v in values)
    return {"field": condition["field"], "op": condition["op"], "value": shown}


# --- what is wrong with a definition, in words ------------------------------------------

_RULES: tuple[tuple[str, str], ...] = (
    (r"field '(.+)': options belong", "Pertanyaan “{0}”: tulis sedikitnya satu pilihan jawaban; "
     "hanya jenis pilihan yang memilikinya."),
    (r"field '(.+)': columns belong", "Pertanyaan “{0}”: tulis sedikitnya satu kolom; hanya jenis "
     "tabel yang memilikinya."),
    (r"field '(.+)': 'code_list' belongs", "Pertanyaan “{0}”: pilih daftar bakunya."),
    (r"field '(.+)': no code list '(.+)'; known: (.+)", "Pertanyaan “{0}”: tidak ada daftar baku "
     "“{1}”. Yang ada: {2}."),
    (r"field '(.+)': min is greater", "Pertanyaan “{0}”: nilai paling sedikit lebih besar daripada "
     "paling banyak. Tukar keduanya."),
    (r"field '(.+)': no register fact '(.+)'", "Pertanyaan “{0}”: data penduduk tidak punya "
     "“{1}”. Pilih dari daftar."),
    (r"field '(.+)': require_when needs", "Pertanyaan “{0}”: hilangkan tanda “Wajib dijawab” bila "
     "hanya wajib dengan syarat."),
    (r"field '(.+)': condition on '(.+)', which", "Pertanyaan “{0}” memakai syarat dari “{1}”, "
     "yang tidak ada di atasnya. Pindahkan “{1}” ke atas, atau hapus syaratnya."),
    (r"(document|step|output) '(.+)': condition on '(.+)', which", "{0} “{1}” memakai syarat dari "
     "“{2}”, yang tidak ditanyakan. Hapus syaratnya dulu, atau kembalikan pertanyaannya."),
    (r"document '(.+)': no register fact '(.+)'", "Dokumen “{0}”: data penduduk tidak punya “{1}”. "
     "Pilih dari daftar."),
    (r"output '(.+)': no step '(.+)'", "Surat “{0}” terbit setelah langkah “{1}”, yang tidak ada. "
     "Pilih langkah lain di halaman surat itu dulu."),
    (r"output '(.+)': nothing fills '(.+)'", "Surat “{0}”: tidak ada yang mengisi {1}. Tambahkan "
     "pertanyaannya, atau hapus {1} dari suratnya dulu."),
    (r"output '(.+)': a brace is no placeholder in: (.*)", "Surat “{0}”: ada kurung kurawal yang "
     "bukan isian pada “{1}”. Hapus kurungnya, atau tulis seperti {{nama}}."),
    (r"output '(.+)': witness '(.+)' is", "Surat “{0}”: saksi “{1}” bukan pertanyaan jenis orang. "
     "Hapus saksinya dari surat dulu."),
    (r"output '(.+)': '(.+)' is no table", "Surat “{0}”: “{1}” bukan tabel atau anggota keluarga. "
     "Hapus tabelnya dari surat dulu."),
    (r"output '(.+)': table '(.+)' has no '(.+)'", "Surat “{0}”: tabel “{1}” tidak punya {2}. "
     "Hapus atau ganti kolom itu di suratnya."),
    (r"step '(.+)': 'dinas' goes", "Langkah “{0}”: pilih dinas untuk tingkat dinas, dan kosongkan "
     "untuk tingkat lain."),
    (r"(.+): key '(.+)' is used twice", "{0}: “{1}” dipakai dua kali. Ganti salah satunya."),
)  # fmt: skip
_KINDS = {"document": "documents", "step": "steps", "output": "outputs", "field": "fields"}


def complaint(cause: BaseException | None, definition: Definition) -> str:
    """What pydantic refused, in Indonesian: the place, then the cure."""
    if not isinstance(cause, ValidationError):
        return "Layanan ini tidak dapat dibaca. Periksa isinya."
    first = cause.errors()[0]
    text = str(first["msg"]).removeprefix("Value error, ")
    for pattern, words in _RULES:
        found = re.match(pattern, text)
        if found:
            return words.format(*_named(text, found.groups(), definition))
    return f"{_where(first['loc'], definition)}: {_cure(first)}"


def _named(text: str, groups: tuple[str, ...], definition: Definition) -> list[str]:
    """Keys replaced by the words people know them by."""
    kind = re.match(r"(field|document|step|output) '", text)
    found = []
    for number, group in enumerate(groups):
        if group in _KINDS:
            found.append(PARTS[_KINDS[group]][1])
            continue
        part = _KINDS[kind[1]] if kind else ""
        mine = number == (1 if groups[0] in _KINDS else 0)
        names = [part] if mine and part else ["steps"] if "no step" in text else ["fields"]
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
            name = (node.get("label") or node.get("title")) if isinstance(node, dict) else ""
            words[-1:] = [
                f"{words[-1] if words else ''} {step + 1}" + (f" (“{name}”)" if name else "")
            ]
        else:
            slot = _SLOTS[""].get(step)
            words.append(_WORDS.get(step) or (slot.label if slot else step))
    return " › ".join(words) or "Layanan"


def _cure(error: Mapping[str, Any]) -> str:
    kind, more = str(error["type"]), error.get("ctx", {})
    given = str(error.get("input", ""))[:40]
    if kind == "missing":
        return "belum ada. Tambahkan."
    if kind == "extra_forbidden":
        return "tidak dikenal. Hapus bagian ini."
    if kind == "literal_error":
        return f"“{given}” tidak dikenal. Pilih salah satu: {more.get('expected')}."
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
