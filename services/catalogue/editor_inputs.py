"""Which inputs each part of a service has.

A *part* is the whole service or one question, document, step, letter or result; a *slot* is one
input of its page, at a place below the part's address.
"""

from dataclasses import replace

from services.catalogue.editor_service import FORWARDING, MAIN, STANDARD, TERM
from services.catalogue.overrides import Definition
from services.catalogue.steps import DESK, PostStep, step_specs
from services.questions.editor import NOTHING, Cell, Choices, Slot
from services.questions.kind import REGISTER_FACTS, kinds
from services.questions.numeric import Numeric
from services.residents.wallet.kinds import kinds as document_kinds

PARTS: dict[str, tuple[str, str]] = {  # list in the definition: address, what one is called
    "fields": ("pertanyaan", "Pertanyaan"),
    "documents": ("dokumen", "Dokumen"),
    "steps": ("langkah", "Langkah"),
    "outputs": ("surat", "Surat"),
    "results": ("hasil", "Hasil"),
}

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
    ("dusun", "Dusun, lingkungan, jorong, atau banjar"),
    ("kelurahan", "Kelurahan atau desa"),
    ("kecamatan", "Kecamatan"),
    ("kota", "Kota atau kabupaten"),
    ("dinas", "Dinas"),
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
RESULT_KINDS: Choices = (
    ("physical", "Benda yang diserahkan, misalnya kartu atau akta"),
    ("file", "Berkas saja"),
    ("number", "Nomor saja"),
    ("permit", "Nomor dan berkasnya, misalnya izin"),
)
RESULT_WAYS: Choices = (
    ("pickup", "Ambil di kantor"),
    ("delivery", "Diantar"),
    ("appointment", "Datang dengan janji"),
    ("download", "Unduh sendiri"),
)
PERIODS: Choices = (("hari", "hari"), ("bulan", "bulan"), ("tahun", "tahun"))
FACTS: Choices = tuple((fact, fact.replace("_", " ")) for fact in sorted(REGISTER_FACTS))


# --- the parts --------------------------------------------------------------------------

FACT_CELLS = (Cell("label", "Nama data"), Cell("text", "Isinya", "long"))
CODE_CELLS = (
    Cell("code", "Kode"),
    Cell("since", "Berlaku sejak", "date"),
    Cell("until", "Sampai (boleh kosong)", "date", required=False),
)


def slots(
    part: str, definition: Definition, item: Definition, dinas: Choices = (), roles: Choices = ()
) -> list[Slot]:
    """The inputs of one part's page."""
    if part == "main":
        return [*MAIN, *TERM, *FORWARDING]
    if part == "standard":
        return list(STANDARD)
    if part == "fields":
        return question(definition, item)
    if part == "documents":
        return [
            Slot("label", "Nama dokumen", "line", required=True),
            Slot("help", "Petunjuk", "prose", limit=500),
            Slot("required", "Wajib", "yes"),
            Slot("unless_known", "Tidak diminta bila data penduduk sudah punya", "choice",
                 choices=(*NOTHING, *FACTS), empty="none"),
            Slot("kind", "Dokumen yang disimpan di dompet warga", "choice",
                 "Yang pernah diberikan, atau sudah ada di data penduduk, tidak diunggah lagi.",
                 choices=(*NOTHING, *((k.key, k.label) for k in document_kinds().values())),
                 empty="none"),
            _conditions("show_when", "Diminta hanya bila", definition["fields"]),
        ]  # fmt: skip
    if part == "steps":
        if item.get("kind", DESK) != DESK:
            return _step_of_kind(definition, item["kind"], dinas, roles)
        return _step(definition, dinas, roles)
    if part == "tariff":
        return _tariff(definition, item)
    if part == "results":
        return _result(definition)
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


def types() -> Choices:
    """The kinds of question an admin chooses from."""
    return tuple((name, kind.label) for name, kind in kinds.items())


def question(definition: Definition, item: Definition) -> list[Slot]:
    kind = kinds[item["type"]]
    keys = [field["key"] for field in definition["fields"]]
    before = definition["fields"]
    if item.get("key") in keys:
        before = before[: keys.index(item["key"])]
    found = [
        Slot("label", "Pertanyaan", "line", "Tulis sebagai pertanyaan.", True),
        Slot("help", "Petunjuk", "prose", "Misalnya contoh jawaban.", limit=500),
        Slot("required", "Wajib dijawab", "yes"),
        *kind.slots(before),
    ]
    if kind.from_register:
        found.append(
            Slot("register_fact", "Sudah terisi dari data penduduk", "choice",
                 choices=(*NOTHING, *FACTS), empty="none")
        )  # fmt: skip
    found.append(
        Slot("sensitive", "Rahasia", "yes", "Tidak pernah tampil di daftar, e-mail, atau RT.")
    )
    if kind.reports:
        found.append(
            Slot("reportable", "Dipakai dalam laporan", "yes",
                 "Jawabannya juga disimpan terbuka, supaya dapat dihitung, disaring, dan "
                 "dipetakan. Jangan untuk isian yang memuat nama, NIK, atau hal pribadi lain.")
        )  # fmt: skip
    if before:
        found += [
            _conditions("show_when", "Ditanyakan hanya bila", before),
            _conditions("require_when", "Wajib hanya bila", before),
        ]
    return found


TITLE = Slot("title", "Apa yang terjadi di sini", "line", "Misalnya: Loket memeriksa.", True)
CLOCK = (
    Slot("clock.amount", "Selesai dalam", "int", required=True, low=1, high=365, section="Waktu"),
    Slot("clock.unit", "Satuan waktu", "choice", required=True, choices=CLOCKS),
)
BESIDE = Slot(
    "parallel", "Bekerja bersamaan dengan langkah sebelahnya", "line",
    "Kosongkan bila langkah ini menunggu giliran. Supaya dua langkah yang bersebelahan "
    "bekerja pada waktu yang sama, tulis satu kata yang sama pada keduanya, misalnya: "
    "teknis.",
    empty="none", limit=40,
)  # fmt: skip


def _post(levels: Choices, dinas: Choices, roles: Choices) -> list[Slot]:
    """Whose step it is."""
    return [
        Slot("level", "Tingkat", "choice", required=True, choices=levels),
        Slot("dinas", "Dinas", "choice", "Hanya untuk tingkat dinas.",
             choices=(*NOTHING, *dinas), empty="none"),
        Slot("role", "Jabatan", "choice", required=True, choices=roles),
        Slot("deputies", "Boleh diwakili oleh", "many", "Jabatan lain di kantor yang sama.",
             choices=roles),
    ]  # fmt: skip


def _step_of_kind(definition: Definition, kind: str, dinas: Choices, roles: Choices) -> list[Slot]:
    spec = step_specs.get(kind)
    found = [TITLE]
    if spec is not None and issubclass(spec, PostStep):
        levels = tuple(level for level in LEVELS if level[0] in spec.levels)
        found += _post(levels, dinas, roles)
    found += spec.slots() if spec is not None else []
    return [*found, *CLOCK, BESIDE, _conditions("when", "Hanya bila", definition["fields"])]


def addable() -> Choices:
    """The kinds of step, besides desks, that an admin may add."""
    return tuple((name, spec.label) for name, spec in step_specs.items() if spec.blank())


def _desks(definition: Definition) -> Choices:
    return tuple((s["key"], s["title"]) for s in definition["steps"] if s.get("role"))


def _step(definition: Definition, dinas: Choices, roles: Choices) -> list[Slot]:
    return [
        TITLE,
        *_post(LEVELS, dinas, roles),
        Slot("approve", "Tulisan pada tombol setuju", "line", required=True),
        Slot("can_return", "Boleh minta perbaikan", "yes"),
        Slot("can_refuse", "Boleh menolak", "yes"),
        Slot("must_note", "Catatan untuk pemohon wajib saat menyetujui", "yes"),
        Slot("other_than", "Disetujui orang lain daripada yang menyetujui", "choice",
             choices=(*NOTHING, *_desks(definition)), empty="none"),
        Slot("checks", "Daftar periksa", "lines",
             "Satu hal setiap baris, misalnya: Ukuran di lapangan sama dengan di berkas. Semua "
             "dicentang petugas sebelum ia menyetujui."),
        *CLOCK,
        Slot("on_timeout", "Bila waktunya habis", "choice", required=True, choices=TIMEOUTS),
        Slot("optional", "Dilewati bila jabatannya kosong", "yes", section="Kapan"),
        BESIDE,
        _conditions("when", "Hanya bila", definition["fields"]),
    ]  # fmt: skip


def makers(definition: Definition) -> Choices:
    """The steps at which a result may be noted: desks."""
    desks = (step for step in definition["steps"] if step.get("kind", DESK) == DESK)
    return tuple((step["key"], step["title"]) for step in desks)


def _result(definition: Definition) -> list[Slot]:
    found = [
        Slot("label", "Nama hasil", "line", "Misalnya: Kartu Keluarga.", True),
        Slot("kind", "Berupa apa", "choice",
             "Nomor wajib dicatat untuk nomor dan izin, berkas untuk berkas dan izin; selain itu "
             "boleh kosong.", True, choices=RESULT_KINDS),
        Slot("step", "Dicatat petugas di langkah", "choice",
             "Langkah itu baru dapat disetujui sesudah hasilnya dicatat.", True,
             choices=makers(definition)),
        Slot("ways", "Cara pemohon menerimanya", "many",
             "Pemohon memilih salah satunya. Kosongkan semua hanya untuk nomor saja: nomornya "
             "tampil di halaman pemohon.", choices=RESULT_WAYS),
        Slot("ways.0", "Cara yang biasa", "choice", "Dipakai bila pemohon tidak memilih.",
             choices=(*NOTHING, *RESULT_WAYS), empty="none", address="ways"),
    ]  # fmt: skip
    if definition["fields"]:
        found.append(_conditions("when", "Hanya bila", definition["fields"]))
    return found


def _tariff(definition: Definition, item: Definition) -> list[Slot]:
    fields = definition["fields"]
    numbers = tuple((f["key"], f["label"]) for f in fields if isinstance(kinds[f["type"]], Numeric))
    found = [
        Slot("law", "Perda yang mengaturnya", "line",
             "Lengkap, misalnya: Perda Nomor 2 Tahun 2024 tentang Pajak Daerah dan Retribusi "
             "Daerah.", True),
        Slot("dated", "Tanggal Perda", "date", required=True),
        Slot("account", "Kode rekening", "line", "Misalnya 4.1.02.03.01.0001.", True, limit=40),
    ]  # fmt: skip
    for number in range(len(item.get("rows", [])) + 1):
        place = f"rows.{number}"
        found += [
            Slot(f"{place}.label", "Uraian", "line",
                 "Kosongkan untuk menghapus baris ini." if number else "Misalnya: Reklame papan.",
                 section=f"Baris tarif {number + 1}", address="rows"),
            Slot(f"{place}.amount", "Tarif", "rupiah", "Misalnya 25.000.", low=0,
                 high=1_000_000_000, address="rows"),
            Slot(f"{place}.per", "Dikalikan jawaban", "choice",
                 "Hanya pertanyaan angka. Tidak ada: dibayar sekali.",
                 choices=(*NOTHING, *numbers), empty="none", address="rows"),
            Slot(f"{place}.unit", "Satuannya", "line", "Misalnya m² atau orang.", limit=20,
                 address="rows"),
            Slot(f"{place}.minimum", "Paling sedikit", "rupiah",
                 "Untuk baris ini. 0: tidak ada batas.", low=0, high=1_000_000_000,
                 address="rows"),
        ]  # fmt: skip
        if fields:
            slot = _conditions(f"{place}.when", "Hanya bila", fields)
            found.append(replace(slot, address="rows"))
    return found


def _letter(definition: Definition, item: Definition) -> list[Slot]:
    fields = definition["fields"]
    people = tuple((f["key"], f["label"]) for f in fields if kinds[f["type"]].is_person)
    lists = tuple((f["key"], f["label"]) for f in fields if kinds[f["type"]].has_rows)
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
