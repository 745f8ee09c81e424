"""Which inputs each part of a service has.

A *part* is the whole service or one question, document, step or letter; a *slot* is one input of
its page, at a place below the part's address.
"""

from services.catalogue.categories import CATEGORIES
from services.catalogue.overrides import Definition
from services.catalogue.steps import DESK
from services.questions.editor import NOTHING, SEXES, Cell, Choices, Slot
from services.questions.kind import REGISTER_FACTS, kinds
from services.residents.wallet.kinds import kinds as document_kinds

PARTS: dict[str, tuple[str, str]] = {  # list in the definition: address, what one is called
    "fields": ("pertanyaan", "Pertanyaan"),
    "documents": ("dokumen", "Dokumen"),
    "steps": ("langkah", "Langkah"),
    "outputs": ("surat", "Surat"),
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
PERIODS: Choices = (("hari", "hari"), ("bulan", "bulan"), ("tahun", "tahun"))
MARITAL: Choices = (
    ("belum_kawin", "Belum kawin"),
    ("kawin", "Kawin"),
    ("cerai_hidup", "Cerai hidup"),
    ("cerai_mati", "Cerai mati"),
)
ICONS: Choices = (
    ("file-text", "Surat"), ("file-badge", "Surat resmi"), ("house", "Rumah"),
    ("store", "Toko"), ("briefcase-business", "Kerja"), ("graduation-cap", "Sekolah"),
    ("baby", "Bayi"), ("heart", "Nikah"), ("users", "Keluarga"), ("user-round", "Orang"),
    ("id-card", "KTP"), ("truck", "Pindah"), ("map-pin", "Tempat"), ("land-plot", "Tanah"),
    ("construction", "Bangunan"), ("landmark", "Kantor"), ("hand-helping", "Bantuan"),
    ("heart-pulse", "Kesehatan"), ("wallet", "Uang"), ("receipt", "Pajak"),
    ("megaphone", "Acara"), ("calendar-days", "Tanggal"), ("flower", "Duka"),
    ("scale", "Hukum"), ("shield-check", "Keamanan"), ("car", "Kendaraan"),
    ("sprout", "Tani"), ("fish", "Nelayan"), ("trees", "Lingkungan"), ("globe", "Luar negeri"),
    ("file-check", "Surat diperiksa"), ("scroll-text", "Naskah"), ("stamp", "Cap"),
    ("signature", "Tanda tangan"), ("clipboard-list", "Daftar isian"), ("pencil", "Perubahan"),
    ("refresh-cw", "Pengganti"), ("history", "Riwayat"), ("clock", "Waktu"),
    ("calendar-clock", "Jadwal"), ("handshake", "Kesepakatan"), ("hand-heart", "Santunan"),
    ("users-round", "Warga"), ("user-plus", "Anggota baru"), ("user-x", "Orang tidak ada"),
    ("badge-check", "Terbukti"), ("shield", "Perlindungan"), ("gavel", "Pengadilan"),
    ("building-2", "Gedung"), ("map", "Peta"), ("map-pinned", "Lokasi"),
    ("log-in", "Datang"), ("external-link", "Keluar daerah"), ("search-x", "Hilang"),
    ("flower-2", "Makam"), ("circle-help", "Lainnya"),
)  # fmt: skip
FACTS: Choices = tuple((fact, fact.replace("_", " ")) for fact in sorted(REGISTER_FACTS))


# --- the parts --------------------------------------------------------------------------

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
    Slot("icon", "Gambar", "icon", "Tampil di samping namanya.", True, choices=ICONS),
    Slot("synonyms", "Kata lain", "lines", "Kata yang diketik orang saat mencari. Satu per baris."),
    Slot("requirements", "Syarat", "lines", "Satu syarat per baris."),
    Slot("after", "Sesudah selesai", "prose", "Apa yang dilakukan warga dengan hasilnya.",
         limit=500),
    Slot("legal_basis", "Dasar hukum", "lines", "Satu peraturan per baris."),
    Slot("fee", "Biaya", "rupiah", "Tulis 0 bila gratis.", low=0,
         high=1_000_000_000),
    Slot("offered", "Dibuka sejak awal di kota yang mengambil layanan ini", "yes",
         "Untuk kota kita, buka dan tutup lewat tombol di atas."),
    Slot("who.sex", "Jenis kelamin", "choice", choices=SEXES,
        section="Siapa yang boleh mengajukan"),
    Slot("who.min_age", "Umur paling muda", "int", empty="none", low=0, high=120),
    Slot("who.max_age", "Umur paling tua", "int", empty="none", low=0, high=120),
    Slot("who.marital", "Status perkawinan", "many", "Kosongkan semua bila bebas.",
         choices=MARITAL),
    Slot("who.citizenship", "Kewarganegaraan", "choice", choices=(
        ("", "Siapa saja"), ("wni", "Warga negara Indonesia"), ("wna", "Warga negara asing"))),
    Slot("who.resident_months", "Tinggal di sini paling sedikit", "int",
         "Dalam bulan, menurut “penduduk sejak” di data penduduk. Yang tidak tercatat "
         "tidak ditolak; petugas yang memeriksa. Untuk membuka layanan di sebagian kelurahan "
         "saja, pakai tombol per kelurahan.", empty="none", low=1, high=600),
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


def slots(
    part: str, definition: Definition, item: Definition, dinas: Choices = (), roles: Choices = ()
) -> list[Slot]:
    """The inputs of one part's page."""
    if part == "main":
        return list(MAIN)
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
            return [*STEP, _conditions("when", "Hanya bila", definition["fields"])]
        return _step(definition, dinas, roles)
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
STEP: tuple[Slot, ...] = (TITLE, *CLOCK, BESIDE)  # of a kind without settings of its own


def _step(definition: Definition, dinas: Choices, roles: Choices) -> list[Slot]:
    return [
        TITLE,
        Slot("level", "Tingkat", "choice", required=True, choices=LEVELS),
        Slot("dinas", "Dinas", "choice", "Hanya untuk tingkat dinas.",
             choices=(*NOTHING, *dinas), empty="none"),
        Slot("role", "Jabatan", "choice", required=True, choices=roles),
        Slot("deputies", "Boleh diwakili oleh", "many", "Jabatan lain di kantor yang sama.",
             choices=roles),
        Slot("approve", "Tulisan pada tombol setuju", "line", required=True),
        Slot("can_return", "Boleh minta perbaikan", "yes"),
        Slot("can_refuse", "Boleh menolak", "yes"),
        Slot("must_note", "Catatan untuk pemohon wajib saat menyetujui", "yes"),
        *CLOCK,
        Slot("on_timeout", "Bila waktunya habis", "choice", required=True, choices=TIMEOUTS),
        Slot("optional", "Dilewati bila jabatannya kosong", "yes", section="Kapan"),
        BESIDE,
        _conditions("when", "Hanya bila", definition["fields"]),
    ]  # fmt: skip


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
