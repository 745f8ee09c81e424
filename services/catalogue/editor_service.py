"""The inputs of a service itself: what it is, who may ask for it, its legal term, its standard."""

from services.catalogue.categories import CATEGORIES
from services.catalogue.forwarding import USUAL, WORDS
from services.questions.editor import SEXES, Choices, Slot

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

AT_END: Choices = (
    ("draft", "Diteruskan ke pejabat yang memutuskan, dengan konsepnya"),
    ("warn", "Hanya diperingatkan"),
    ("issue", "Diterbitkan sistem, bila semua syaratnya diperiksa sistem"),
)
TERM: tuple[Slot, ...] = (
    Slot("term.amount", "Paling lama", "int",
         "Kosongkan bila tidak diatur sendiri: lima hari kerja sejak permohonan lengkap (Pasal 53 "
         "UU 30/2014). Waktu berhenti selama berkas ada pada pemohon.", empty="none", low=1,
         high=365, section="Batas waktu menurut hukum"),
    Slot("term.unit", "Satuannya", "choice", choices=(
        ("hari_kerja", "hari kerja"), ("jam_kerja", "jam kerja"), ("hari", "hari kalender"))),
    Slot("term.basis", "Menurut aturan", "line", "Misalnya Pasal 7 Perda Nomor 3 Tahun 2025."),
    Slot("term.at_end", "Bila lewat tanpa keputusan", "choice", choices=AT_END),
    Slot("term.rights_of_others", "Menyangkut hak orang lain", "yes",
         "Misalnya tanah dan warisan: tidak pernah diterbitkan sistem."),
)  # fmt: skip

FORWARDING: tuple[Slot, ...] = (
    Slot("forward_to", "Ke mana meja boleh meneruskan berkas", "many",
         "Petugas meneruskan berkas yang perlu diputuskan meja lain, dengan alasan. Tanpa centang, "
         "tidak boleh diteruskan. Berkas hanya sampai di kantor yang punya jabatan langkahnya dan "
         "pada jabatan yang terisi, dan boleh kembali ke kantor asalnya.",
         choices=tuple(WORDS.items()), section="Meneruskan ke meja lain", usual=USUAL),
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
