"""Which columns a file may have, and what a heading of a file probably means.

``Column.heading`` is the heading of our own example file. ``aliases`` are headings of other
systems: OpenSID's template of 43 columns, and what Disdukcapil's exports (SIAK, BIP) usually say.
They are only proposed; an administrator sees and may change each of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeAlias

from kernel import text
from tenants.office.kinds import DUSUN_WORDS, VILLAGE_WORDS

Cell: TypeAlias = str | int | float

IGNORED = ""  # a column that is left out on purpose


@dataclass(frozen=True, slots=True)
class Column:
    """One column the import understands. ``name`` is the field it fills."""

    name: str
    heading: str
    label: str
    aliases: tuple[str, ...] = ()
    is_needed: bool = False  # a new person needs it


def _column(name: str, heading: str, label: str, aliases: str = "", needed: bool = False) -> Column:
    return Column(name, heading, label, tuple(filter(None, aliases.split("|"))), needed)


COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        _column("nik", "nik", "NIK",
                "no nik|nomor nik|nomor induk kependudukan|no induk kependudukan|nik penduduk",
                True),
        _column("kk_number", "no_kk", "Nomor KK",
                "nomor kk|nokk|kk|no kartu keluarga|nomor kartu keluarga|nkk|no kk baru", True),
        _column("name", "nama", "Nama lengkap",
                "nama lengkap|nama lgkp|nama penduduk|nama warga|nama lengkap penduduk", True),
        _column("sex", "jenis_kelamin", "Jenis kelamin",
                "sex|jk|kelamin|jenis kel|jns kelamin|jenis klmin|gender|l/p|lp", True),
        _column("birth_place", "tempat_lahir", "Tempat lahir",
                "tempatlahir|tmpt lahir|tmp lahir|tmpt lhr|tempat lhr|tpt lahir|kota lahir", True),
        _column("birth_date", "tanggal_lahir", "Tanggal lahir",
                "tanggallahir|tgl lahir|tgl lhr|tanggal lhr|tgllahir|tgl kelahiran", True),
        _column("address", "alamat", "Alamat di KK",
                "alamat lengkap|alamat kk|alamat sesuai kk|alamat rumah|jalan", True),
        _column("rt", "rt", "RT", "no rt|nomor rt|rukun tetangga"),
        _column("rw", "rw", "RW", "no rw|nomor rw|rukun warga"),
        _column("village", "kelurahan", "Kelurahan atau desa",
                "kel|nama kel|nama kelurahan|kelurahan/desa|desa/kelurahan|desa kelurahan|nama desa"
                "|kode desa|kode kelurahan|nama kel/desa|kel/desa", True),
        _column("dusun", "dusun", "Dusun",
                "nama dusun|lingkungan|dukuh|pedukuhan|kampung/dusun"),
        _column("postal_code", "kode_pos", "Kode pos", "kodepos"),
        _column("religion", "agama", "Agama", "agama id|agm"),
        _column("marital", "status_kawin", "Status perkawinan",
                "status perkawinan|status nikah|stat kwn|status kwn|stat kawin|kawin"
                "|status pernikahan"),
        _column("relation", "hubungan", "Hubungan dalam keluarga",
                "kk level|shdk|stat hbkel|status hubungan dalam keluarga|hubungan keluarga"
                "|hub keluarga|status hubungan|hubungan dalam keluarga|hub kel|hubkel"
                "|status dalam keluarga"),
        _column("education", "pendidikan", "Pendidikan dalam KK",
                "pendidikan kk id|pendidikan kk|pendidikan akhir|pendidikan terakhir|pddk akh"
                "|pddk akhir|pendidikan dalam kk|pddk"),
        _column("studying", "pendidikan_ditempuh", "Pendidikan sedang ditempuh",
                "pendidikan sedang id|pendidikan sedang|pendidikan sedang ditempuh"),
        _column("occupation", "pekerjaan", "Pekerjaan",
                "pekerjaan id|jenis pekerjaan|jenis pkrjn|jns pekerjaan|pkrjn|mata pencaharian"),
        _column("father_name", "nama_ayah", "Nama ayah",
                "ayah|nama lengkap ayah|nama lgkp ayah|nm ayah|nama bapak"),
        _column("mother_name", "nama_ibu", "Nama ibu",
                "ibu|nama lengkap ibu|nama lgkp ibu|nm ibu|nama ibu kandung"),
        _column("father_nik", "nik_ayah", "NIK ayah", "ayah nik|nik bapak"),
        _column("mother_nik", "nik_ibu", "NIK ibu", "ibu nik"),
        _column("citizenship", "kewarganegaraan", "Kewarganegaraan",
                "warganegara id|warganegara|warga negara|wni/wna|kewarganegaraan id|kwrngrn"),
        _column("resident_since", "penduduk_sejak", "Penduduk sejak",
                "tanggal masuk|tgl masuk|tinggal sejak|tanggal datang"),
        _column("status", "status_dasar", "Status dasar",
                "status dasar id|status penduduk hidup|keterangan status|status hidup"),
        _column("residency", "status_penduduk", "Status penduduk (tetap atau tidak)",
                "status tinggal|status kependudukan"),
        _column("stays_until", "tinggal_sampai", "Tinggal sementara sampai", ""),
        _column("current_address", "alamat_sekarang", "Alamat sekarang",
                "alamat domisili|alamat tinggal|domisili"),
        _column("phone", "telepon", "Nomor telepon",
                "no hp|hp|no telepon|nomor telepon|no telp|telp|handphone|nomor hp|no wa|whatsapp"),
        _column("blood", "golongan_darah", "Golongan darah",
                "golongan darah id|gol darah|gol drh|goldarah|darah"),
        _column("disability", "cacat", "Penyandang cacat",
                "cacat id|disabilitas|penyandang cacat|pnydng cct|jenis cacat|penyandang cct"),
        _column("contraception", "cara_kb", "Cara KB", "cara kb id|akseptor kb|kb"),
        _column("pregnant", "hamil", "Sedang hamil", "status hamil|kehamilan"),
        _column("insurance", "jaminan_kesehatan", "Jaminan kesehatan",
                "id asuransi|asuransi|jenis asuransi|asuransi kesehatan|bpjs"),
        _column("insurance_number", "no_jaminan_kesehatan", "Nomor jaminan kesehatan",
                "no asuransi|nomor asuransi|no bpjs|nomor bpjs"),
        _column("ethnicity", "suku", "Suku", "suku bangsa|etnis|suku/etnis"),
        _column("card_state", "ktp_el", "KTP elektronik", "ktp elektronik|e ktp|ektp|ktp"),
        _column("recording", "status_rekam", "Status perekaman KTP-el",
                "perekaman|status perekaman"),
        _column("card_tag", "tag_id_card", "Nomor tag KTP-el", "tag id|id card|nomor tag"),
        _column("birth_certificate", "no_akta_lahir", "Nomor akta kelahiran",
                "akta lahir|akta kelahiran|no akta kelahiran|nomor akta lahir|no akta lhr"
                "|nomor akta kelahiran"),
        _column("marriage_certificate", "no_akta_kawin", "Nomor akta perkawinan atau buku nikah",
                "akta perkawinan|akta kawin|no akta perkawinan|buku nikah|no buku nikah|no akta kwn"
                "|nomor akta perkawinan"),
        _column("married_on", "tanggal_kawin", "Tanggal perkawinan",
                "tanggalperkawinan|tanggal perkawinan|tgl kawin|tgl perkawinan|tanggal nikah"
                "|tgl kwn"),
        _column("divorce_certificate", "no_akta_cerai", "Nomor akta perceraian",
                "akta perceraian|akta cerai|no akta perceraian|no akta crai"),
        _column("divorced_on", "tanggal_cerai", "Tanggal perceraian",
                "tanggalperceraian|tanggal perceraian|tgl cerai|tgl crai|tgl perceraian"),
        _column("passport", "no_paspor", "Nomor paspor",
                "dokumen pasport|paspor|no pasport|nomor paspor|dokumen paspor|passport"),
        _column("passport_until", "paspor_sampai", "Paspor berlaku sampai",
                "tanggal akhir paspor|tgl akhir paspor|tanggal akhir pasport|tgl akh paspor"),
        _column("stay_permit", "no_kitas", "Nomor KITAS atau KITAP",
                "dokumen kitas|kitas|kitap|no kitap"),
        _column("latitude", "lintang", "Lintang", "lat|latitude"),
        _column("longitude", "bujur", "Bujur", "lng|long|longitude|lon"),
    )
}  # fmt: skip
NEEDED = tuple(column for column in COLUMNS.values() if column.is_needed)
HEADINGS = {column.name: column.heading for column in COLUMNS.values()}


def key(heading: str) -> str:
    """A heading for comparing: “No. KK”, “NO_KK” and “no kk” give the same."""
    return text.squeeze(heading)


_BY_KEY: dict[str, str] = {
    **{key(word): "dusun" for word in (*DUSUN_WORDS, "banjar")},
    **{key(word): "village" for word in VILLAGE_WORDS},
    **{
        key(spelling): column.name
        for column in COLUMNS.values()
        for spelling in (column.heading, column.label, *column.aliases)
    },
}


def is_known(heading: Cell) -> bool:
    """Whether this heading names a column of ours in a usual spelling."""
    return isinstance(heading, str) and key(heading) in _BY_KEY


@dataclass(slots=True)
class Proposal:
    """What the columns of a file are taken for, until an administrator says otherwise.

    ``columns`` has a field, IGNORED, or None (to be chosen) for each column of the file.
    """

    columns: list[str | None] = field(default_factory=list)

    @property
    def missing(self) -> list[Column]:
        """Columns of a new person that no column of the file fills."""
        return [column for column in NEEDED if column.name not in self.columns]


def propose(headings: Sequence[str], remembered: Mapping[str, str]) -> Proposal:
    """What each heading means: as this city chose before, a usual spelling, then a close one.

    No field is given twice: the first column keeps it. A column without a heading is left out
    where nothing stands in it; see ``sheets``.
    """
    found: list[str | None] = [None] * len(headings)
    taken: set[str] = set()

    def take(number: int, name: str | None) -> None:
        if name is None or found[number] is not None or (name != IGNORED and name in taken):
            return
        found[number] = name
        taken.add(name)

    for number, heading in enumerate(headings):
        take(number, remembered.get(key(heading)))
    for number, heading in enumerate(headings):
        take(number, _BY_KEY.get(key(heading)))
    for number, heading in enumerate(headings):
        close = get_close_matches(key(heading), _BY_KEY, n=1, cutoff=0.86) if heading else []
        take(number, _BY_KEY[close[0]] if close else None)
    return Proposal(found)


def as_text(cell: Cell) -> str:
    """A cell as one line; a whole number without ".0"."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return text.line(str(cell))


def heading_of(cell: Cell) -> str:
    """A heading as it is shown and kept."""
    return as_text(cell)[:100]
