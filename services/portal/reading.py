"""Why a resident's data was opened, in words for that resident."""

from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop

from audit.models import Entry
from services.cases import vouching

SOMEHOW = gettext_noop("Data Anda dibuka")


READ_FOR = {
    "rt": gettext_noop("%(office)s membuka permohonan Anda"),
    "rt-lapor": gettext_noop("%(office)s membuka data Anda untuk membuat laporan ke kelurahan"),
    "rt-bantu": gettext_noop("%(office)s membuka data Anda untuk membantu Anda"),
    "rt-kenal": gettext_noop("%(office)s mencocokkan data Anda dengan warga yang tinggal di sana"),
    "rt-bantuan": gettext_noop("%(office)s membuka data Anda untuk mengusulkan bantuan"),
    "rt-iuran": gettext_noop("%(office)s membuka catatan iuran keluarga Anda"),
    "rt-iuran-simpan": gettext_noop(
        "HP %(office)s menyimpan catatan iuran keluarga Anda agar terbaca tanpa sinyal"
    ),
    "bantuan": gettext_noop("%(office)s memeriksa usulan bantuan tentang Anda"),
    "rt-darurat": gettext_noop("%(office)s membuka data Anda dalam keadaan darurat"),
    "meja": gettext_noop("Petugas membuka berkas permohonan Anda"),
    "retribusi": gettext_noop("Bendahara membuka tagihan retribusi Anda"),
    "kunjungan": gettext_noop("Petugas membuka data Anda untuk kunjungan lapangan"),
    "nik": gettext_noop("Petugas membuka NIK dan nomor KK lengkap"),
    "berkas": gettext_noop("Petugas membuka berkas yang Anda unggah"),
    "surat": gettext_noop("Petugas membuka surat Anda"),
    "pratinjau": gettext_noop("Petugas membaca rancangan surat Anda"),
    "kode": gettext_noop("Petugas mencari akun Anda untuk membuat kode"),
    "code.made": gettext_noop("Petugas membuat kode untuk memilih kata sandi Anda"),
    "code.used": gettext_noop("Kata sandi Anda diganti dengan kode dari petugas"),
    "penunjukan": gettext_noop("Admin kota mencari orang untuk suatu jabatan"),
    "peristiwa": gettext_noop("Petugas mencatat peristiwa Anda di data penduduk"),
    "berbagi": gettext_noop("%(recipient)s membaca sebagian data Anda: %(why)s"),
    "penduduk-layanan": gettext_noop("Petugas membuka data Anda untuk melayani Anda di loket"),
    "penduduk-berkas": gettext_noop("Petugas membuka data Anda untuk memeriksa suatu permohonan"),
    "penduduk-catat": gettext_noop("Petugas membuka data Anda untuk mencatat atau memperbaikinya"),
    "penduduk-tugas": gettext_noop("Petugas membuka data Anda untuk tugas lain: %(words)s"),
    "penduduk-dokumen": gettext_noop("Petugas membuka dokumen di dompet Anda"),
    "penduduk-peka": gettext_noop("Petugas membuka data agama, suku, dan kesehatan Anda"),
    "rt-isi": gettext_noop("%(office)s mengisi permohonan untuk Anda dari data ini"),
    "rt-simpan": gettext_noop("HP %(office)s menyimpan permohonan Anda agar terbaca tanpa sinyal"),
    "rt-cetak": gettext_noop("%(office)s membuka surat Anda untuk dicetakkan"),
    "loket-isi": gettext_noop("Petugas loket mengisi permohonan untuk Anda dari data ini"),
    "kios": gettext_noop("%(office)s dipakai dengan NIK, tanggal lahir, dan nomor KK Anda"),
    "kios-kode": gettext_noop("%(office)s dipakai dengan kode untuk Anda dari loket"),
    "formulir": gettext_noop("Formulir permohonan Anda dicetak petugas"),
    "arsip": gettext_noop("Arsip permohonan atau surat Anda dibuka"),
    "hasil": gettext_noop("Hasil permohonan Anda dibuka untuk diserahkan"),
    "kios-surat": gettext_noop("Surat Anda dibuka di %(office)s"),
    "ganda": gettext_noop("Petugas membandingkan data Anda dengan catatan yang mirip"),
    "impor": gettext_noop("Admin kota melihat data Anda sebagai contoh isi suatu berkas impor"),
    "disebut": gettext_noop("Warga lain menyebut NIK dan nama Anda dalam permohonannya"),
}


def purpose_of(entry: Entry) -> str:
    """Why a resident's data was opened; before heads of dusun vouched, only a Ketua RT did."""
    words = gettext(READ_FOR.get(entry.detail.get("purpose", entry.what), SOMEHOW))
    if "%(" not in words:
        return words
    told = {"office": "Ketua RT", **entry.detail}
    return capfirst(words % {**told, "office": vouching.said(str(told["office"]))})
