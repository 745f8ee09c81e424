"""Who may open what: every address stands in this table, and the table is true.

A new page fails this test until somebody decides, here, whom it is for.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from tenants.backend.scope import in_city, in_public
from tenants.registry.models import City
from ui.page import Audience, Page, declared_by

ANYONE, SIGNED_IN, RESIDENT = Audience.ANYONE, Audience.SIGNED_IN, Audience.RESIDENT
RT, DESK, INVOLVED = Audience.VOUCHER, Audience.DESK, Audience.INVOLVED
TREASURER, KIOSK = Audience.TREASURER, Audience.KIOSK
ADMIN, OPERATOR, OFFICE = Audience.ADMIN, Audience.OPERATOR, Audience.OFFICE

ON_EVERY_HOST = {
    "ui/warna.css": ANYONE,
    "ui/logo.png": ANYONE,
    "manifest.webmanifest": ANYONE,
    "sw.js": ANYONE,
    "robots.txt": ANYONE,
    "bahasa/": ANYONE,
    "luring/": ANYONE,
    "masuk/": ANYONE,
    "masuk/peragaan/": ANYONE,  # answers in demo cities alone
    "masuk/kode/": ANYONE,  # holding the right password
    "keluar/": ANYONE,
    "sandi/": ANYONE,
    "sandi/<str:uid>/<str:token>/": ANYONE,  # holding the mailed link
    "akun/": SIGNED_IN,
    "akun/e-mail/<str:token>/": SIGNED_IN,
    "akun/ponsel/": SIGNED_IN,
    "akun/ponsel/berhenti/": SIGNED_IN,
    "akun/dua-langkah/": SIGNED_IN,
}
PUBLIC_HOST = {
    **ON_EVERY_HOST,
    "": ANYONE,
    "syarat/": ANYONE,
    "privasi/": ANYONE,
    "keamanan/": ANYONE,
    "daftar/": ANYONE,
    "daftar/cari/": ANYONE,
    "daftar/pejabat/<str:code>/": ANYONE,
    "daftar/konfirmasi/<str:token>/": ANYONE,  # holding the mailed link
    "daftar/status/<str:token>/": ANYONE,  # holding the signup's own link
    "daftar/status/<str:token>/kirim-ulang/": ANYONE,
    "daftar/status/<str:token>/e-mail/": ANYONE,
    "kotak-surat/": ANYONE,  # embedded installations alone
    "kotak-surat/<int:pk>/": ANYONE,
    "harga/": ANYONE,
    "stripe/webhook/": ANYONE,  # holding Stripe's signature
    "penghapusan/<str:code>/": ANYONE,  # holding the certificate's own code
    "konsol/penghapusan/": OPERATOR,
    "konsol/penghapusan/<int:pk>/": OPERATOR,
    "konsol/penghapusan/<int:pk>/setuju/": OPERATOR,
    "konsol/penghapusan/<int:pk>/batal/": OPERATOR,
    "konsol/penghapusan/<int:pk>/berita-acara.pdf": OPERATOR,
    "konsol/": OPERATOR,
    "konsol/paket/": OPERATOR,
    "konsol/tagihan/": OPERATOR,
    "konsol/peristiwa/": OPERATOR,
    "konsol/peristiwa/<int:pk>/ulangi/": OPERATOR,
    "konsol/pekerjaan/": OPERATOR,
    "konsol/pekerjaan/<int:pk>/ulangi/": OPERATOR,
    "konsol/pekerjaan/<int:pk>/sudah/": OPERATOR,
    "konsol/operator/": OPERATOR,
    "konsol/operator/<int:pk>/lepas/": OPERATOR,
    "konsol/kota/": OPERATOR,
    "konsol/kota/<str:code>/": OPERATOR,
    "konsol/kota/<str:code>/periksa/": OPERATOR,
    "konsol/kota/<str:code>/admin/": OPERATOR,
    "konsol/kota/<str:code>/jejak/": OPERATOR,
    "konsol/kota/<str:code>/kerja/<int:pk>/ulangi/": OPERATOR,
    "konsol/kota/<str:code>/kerja/<int:pk>/sudah/": OPERATOR,
    "konsol/kota/<str:code>/hentikan/": OPERATOR,
    "konsol/kota/<str:code>/lanjutkan/": OPERATOR,
    "konsol/kota/<str:code>/perpanjang/": OPERATOR,
    "konsol/kota/<str:code>/batas/": OPERATOR,
    "konsol/kota/<str:code>/dukungan/": OPERATOR,
    "konsol/pertanyaan/": OPERATOR,
    "konsol/pertanyaan/<int:pk>/": OPERATOR,
    "konsol/dukungan/<int:pk>/masuk/": OPERATOR,
    "konsol/dukungan/<int:pk>/selesai/": OPERATOR,
    "konsol/pendaftaran/<int:pk>/": OPERATOR,
    "konsol/pendaftaran/<int:pk>/ulangi/": OPERATOR,
}
CITY_HOST = {
    **ON_EVERY_HOST,
    "": ANYONE,
    "kebutuhan/<slug:slug>/": ANYONE,
    "layanan/<slug:slug>/": ANYONE,
    "layanan/<slug:slug>/contoh/<slug:key>/": ANYONE,  # with the own data of who is signed in
    "layanan/<slug:slug>/standar/": ANYONE,
    "layanan/<slug:slug>/standar/<int:unit>/": ANYONE,
    "layanan/<slug:slug>/standar/<int:unit>/cetak/": ANYONE,
    "kelola/standar/": ADMIN,
    "kelola/standar/<int:pk>/": ADMIN,
    "meja/standar/": DESK,
    "meja/standar/<int:pk>/": DESK,
    "mal/": ANYONE,
    "mal/<slug:slug>/": ANYONE,
    "kelola/mal/": ADMIN,
    "kelola/mal/baru/": ADMIN,
    "kelola/mal/<slug:slug>/": ADMIN,
    "kelola/mal/<slug:slug>/hapus/": ADMIN,
    "v/": ANYONE,
    "v/nomor/": ANYONE,
    "v/luring/": ANYONE,
    ".well-known/balai/kunci.json": ANYONE,
    ".well-known/balai/dicabut.json": ANYONE,
    "v/<str:code>": ANYONE,
    "v/<str:code>/kabari/": ANYONE,  # holding the code
    "daftar/": ANYONE,
    "sandi/kode/": ANYONE,  # holding the code from the counter
    "masuk/baru/<str:token>/": ANYONE,  # holding the one-time token
    "privasi/": ANYONE,
    "api/": ANYONE,
    "api/v1/skema/": ANYONE,
    "api/v1/layanan/": ANYONE,
    "api/v1/verifikasi/": ANYONE,
    "api/v1/verifikasi/<str:code>/": ANYONE,
    "ajukan/<slug:slug>/": RESIDENT,
    "permohonan/": RESIDENT,
    "permohonan/<int:pk>/": RESIDENT,
    "permohonan/nomor/catat/<slug:system>/": RESIDENT,
    "permohonan/nomor/<int:pk>/": RESIDENT,
    "permohonan/nomor/<int:pk>/hapus/": RESIDENT,
    "meja/status/": DESK,
    "meja/status/<int:pk>/": DESK,
    "meja/status/<int:pk>/kolom/": DESK,
    "meja/status/<int:pk>/tulis/": DESK,
    "meja/status/<int:pk>/batal/": DESK,
    "meja/penduduk/<int:pk>/nomor/": DESK,
    "meja/berkas/<int:pk>/nomor/": DESK,
    "permohonan/<int:pk>/isi/": RESIDENT,
    "permohonan/<int:pk>/periksa/": RESIDENT,
    "permohonan/<int:pk>/surat-lain/<slug:key>/": RESIDENT,
    "permohonan/<int:pk>/terkirim/": RESIDENT,
    "permohonan/<int:pk>/batal/": RESIDENT,
    "permohonan/<int:pk>/kunjungan/": RESIDENT,
    "retribusi/<int:pk>/": RESIDENT,
    "retribusi/<int:pk>/bayar/": RESIDENT,
    "retribusi/daring/<int:pk>/": RESIDENT,
    "bayar/<slug:provider>/kabar/": ANYONE,  # holding the provider's signature
    "retribusi/kuitansi/<int:pk>/": RESIDENT,
    "rt-saya/": RESIDENT,
    "rt-saya/pengumuman/<int:pk>/": RESIDENT,
    "rt-saya/pengumuman/<int:pk>/lampiran/": RESIDENT,
    "rt-saya/kegiatan/<int:pk>/<str:day>/": RESIDENT,
    "rt-saya/kegiatan/<int:pk>/<str:day>/jawab/": RESIDENT,
    "rt-saya/kegiatan/<int:pk>/<str:day>/foto/": RESIDENT,
    "rt-saya/kalender/<int:pk>/": RESIDENT,
    "rt-saya/ronda/": RESIDENT,
    "rt-saya/ronda/<str:day>/tukar/": RESIDENT,
    "rt-saya/tukar/<int:pk>/": RESIDENT,
    "data-saya/": RESIDENT,
    "data-saya/unduh/": RESIDENT,
    "data-saya/persetujuan/": RESIDENT,
    "data-saya/keberatan/<int:pk>/": RESIDENT,
    "data-saya/dokumen/<int:pk>/": RESIDENT,
    "data-saya/dokumen/<int:pk>/hapus/": RESIDENT,
    "data-saya/wakil/": RESIDENT,
    "data-saya/wakil/<int:pk>/cabut/": RESIDENT,
    "kas-rt/": RESIDENT,
    "kas-rt/laporan/<int:pk>/": RESIDENT,
    "kas-rt/kuitansi/<int:pk>/": RESIDENT,
    "akses/": RESIDENT,
    "berkas/<int:pk>/": INVOLVED,
    "berkas/<int:pk>/kecil/": INVOLVED,
    "berkas/<int:pk>/hapus/": RESIDENT,
    "pengantar/<int:pk>/": INVOLVED,
    "surat/<int:pk>/": INVOLVED,
    "rt/": RT,
    "rt/berhalangan/<int:pk>/": RT,
    "rt/berhalangan/<int:pk>/selesai/": RT,
    "rt/serah-terima/<int:pk>/": SIGNED_IN,  # the two of a hand-over
    "rt/ponsel/": Audience.SIGNED_IN,
    "rt/kiriman/": Audience.SIGNED_IN,
    "rt/<int:pk>/": RT,
    "rt/beberapa/": RT,
    "rt/<int:pk>/tanya/": RT,
    "rt/<int:pk>/pengantar/": RT,
    "rt/<int:pk>/putuskan/": RT,
    "rt/<int:pk>/tarik/": RT,
    "rt/buku/": RT,
    "rt/buku/keluarga/<int:pk>/": RT,
    "rt/buku/warga/": RT,
    "rt/buku/kelompok/": RT,
    "rt/buku/cari/": RT,
    "rt/buku/warga/<int:pk>/": RT,
    "rt/buku/warga/<int:pk>/tanda/": RT,
    "rt/buku/tanda/<int:pk>/akhiri/": RT,
    "rt/bantu/": RT,
    "rt/bantu/cari/": RT,
    "rt/bantu/warga/<int:pk>/": RT,
    "rt/bantu/warga/<int:pk>/<slug:slug>/": RT,
    "rt/bantu/<int:pk>/": RT,
    "rt/bantu/<int:pk>/persetujuan/": RT,
    "rt/bantu/<int:pk>/kode/": RT,
    "rt/bantu/<int:pk>/kode/isi/": RT,
    "rt/bantu/<int:pk>/tanda-tangan/": RT,
    "rt/bantu/<int:pk>/lembar/": RT,
    "rt/bantu/<int:pk>/kirim/": RT,
    "rt/bantu/<int:pk>/buang/": RT,
    "rt/bantu/<int:pk>/surat/<int:letter_id>/": RT,
    "rt/lapor/": RT,
    "rt/lapor/<slug:slug>/": RT,
    "rt/lapor/<slug:slug>/<int:pk>/": RT,
    "rt/lapor/<slug:slug>/daftar/": RT,
    "rt/buku/semua/": RT,
    "rt/laporan/<int:pk>/": RT,
    "rt/laporan/<int:pk>/perbaiki/": RT,
    "rt/laporan/<int:pk>/tarik/": RT,
    "rt/tamu/": RT,
    "rt/tamu/<int:pk>/pulang/": RT,
    "rt/tamu/<int:pk>/kembali/": RT,
    "rt/kos/": RT,
    "rt/kos/baru/<int:pk>/": RT,
    "rt/kos/<int:pk>/": RT,
    "rt/kos/<int:pk>/ubah/": RT,
    "rt/kos/<int:pk>/penanggung-jawab/": RT,
    "rt/kos/<int:pk>/tutup/": RT,
    "rt/pengumuman/": RT,
    "rt/pengumuman/baru/": RT,
    "rt/pengumuman/<int:pk>/": RT,
    "rt/pengumuman/<int:pk>/tarik/": RT,
    "rt/pengumuman/<int:pk>/lembar/": RT,
    "rt/pengumuman/<int:pk>/lampiran/": RT,
    "rt/kegiatan/": RT,
    "rt/kegiatan/baru/": RT,
    "rt/kegiatan/<int:pk>/ubah/": RT,
    "rt/kegiatan/<int:pk>/batal/": RT,
    "rt/kegiatan/<int:pk>/<str:day>/": RT,
    "rt/kegiatan/<int:pk>/<str:day>/hasil/": RT,
    "rt/kegiatan/<int:pk>/<str:day>/foto/": RT,
    "rt/ronda/": RT,
    "rt/ronda/baru/": RT,
    "rt/ronda/bulan/<str:text>/": RT,
    "rt/ronda/<int:pk>/": RT,
    "rt/ronda/<int:pk>/tambah/": RT,
    "rt/ronda/<int:pk>/tanggal/": RT,
    "rt/ronda/<int:pk>/hapus/": RT,
    "rt/ronda/anggota/<int:pk>/keluar/": RT,
    "rt/kontak/": RT,
    "rt/kontak/baru/": RT,
    "rt/kontak/<int:pk>/naik/": RT,
    "rt/kontak/<int:pk>/hapus/": RT,
    "rt/bantuan/": RT,
    "rt/bantuan/baru/": RT,
    "rt/bantuan/<int:pk>/": RT,
    "rt/bantuan/<int:pk>/cari/": RT,
    "rt/bantuan/<int:pk>/usulkan/<int:person>/": RT,
    "rt/bantuan/calon/<int:pk>/": RT,
    "rt/bantuan/calon/<int:pk>/hapus/": RT,
    "meja/bantuan/": DESK,
    "meja/bantuan/baru/": DESK,
    "meja/bantuan/<int:pk>/": DESK,
    "meja/bantuan/<int:pk>/tutup/": DESK,
    "meja/bantuan/calon/<int:pk>/": DESK,
    "bantuan/": RESIDENT,
    "bantuan/<int:pk>/keberatan/": RESIDENT,
    "rt/kas/": TREASURER,
    "rt/kas/<int:pk>/": TREASURER,
    "rt/kas/<int:pk>/mulai/": TREASURER,
    "rt/kas/<int:pk>/masuk/": TREASURER,
    "rt/kas/<int:pk>/keluar/": TREASURER,
    "rt/kas/<int:pk>/tutup/": TREASURER,
    "rt/kas/<int:pk>/laporan/": TREASURER,
    "rt/kas/laporan/<int:pk>/": TREASURER,
    "rt/kas/baris/<int:pk>/": TREASURER,
    "rt/kas/baris/<int:pk>/nota/": TREASURER,
    "rt/kas/<int:pk>/iuran/": TREASURER,
    "rt/kas/<int:pk>/iuran/<int:household>/": TREASURER,
    "rt/kas/<int:pk>/jenis/": TREASURER,
    "rt/kas/<int:pk>/jenis/baru/": TREASURER,
    "rt/kas/jenis/<int:pk>/akhiri/": TREASURER,
    "rt/kas/jenis/<int:pk>/bebas/<int:household>/": TREASURER,
    "rt/kas/jenis/<int:pk>/bayar-lagi/<int:household>/": TREASURER,
    "rt/kas/kuitansi/<int:pk>/": TREASURER,
    "rt/kas/kuitansi/<int:pk>/batal/": TREASURER,
    "rt/bulanan/": RT,
    "rt/bulanan/<int:pk>/<str:text>/": RT,
    "meja/kunjungan/": DESK,
    "meja/kunjungan/rumah/": DESK,
    "meja/kunjungan/rumah/ke/<int:village>/": DESK,
    "meja/kunjungan/rumah/<int:pk>/": DESK,
    "meja/kunjungan/rumah/<int:pk>/batal/": DESK,
    "meja/kunjungan/rumah/foto/<int:pk>/": DESK,
    "lapangan/": DESK,
    "lapangan/<int:pk>/": DESK,
    "lapangan/titik/<int:pk>/": DESK,
    "meja/kunjungan/<int:pk>/": DESK,
    "meja/kunjungan/<int:pk>/jadwal/": DESK,
    "meja/kunjungan/foto/<int:pk>/": DESK,
    "meja/kunjungan/foto/<int:pk>/hapus/": DESK,
    "meja/tanda-tangan/": DESK,
    "meja/tanda-tangan/<int:pk>/": DESK,
    "meja/tanda-tangan/<int:pk>/surat/": DESK,
    "meja/tanda-tangan/<int:pk>/tolak/": DESK,
    "meja/tanda-tangan/<int:pk>/serahkan/": DESK,
    "meja/tanda-tangan/hasil/<int:pk>/": DESK,
    "meja/tanda-tangan/percobaan/<int:pk>/": OFFICE,
    "meja/tanda-tangan/riwayat/": DESK,
    "meja/tanda-tangan/sertifikat/": DESK,
    "meja/retribusi/": DESK,
    "meja/retribusi/<int:pk>/": DESK,
    "meja/retribusi/bukti/<int:pk>/": DESK,
    "meja/retribusi/kuitansi/<int:pk>/": DESK,
    "meja/retribusi/buku/": DESK,
    "meja/retribusi/buku/cetak/": DESK,
    "meja/retribusi/buku/unduh.<str:kind>": DESK,
    "meja/buku/": OFFICE,
    "meja/buku/keluar/": OFFICE,
    "meja/buku/keluar/catat/": OFFICE,
    "meja/buku/masuk/": OFFICE,
    "meja/buku/masuk/catat/": OFFICE,
    "meja/buku/surat/<int:pk>/": OFFICE,
    "meja/buku/surat/<int:pk>/ubah/": OFFICE,
    "meja/buku/surat/<int:pk>/pindaian/": OFFICE,
    "meja/buku/surat/<int:pk>/pindaian/<int:scan>/": OFFICE,
    "meja/buku/surat/<int:pk>/disposisi/": OFFICE,
    "meja/buku/surat/<int:pk>/batal/": OFFICE,
    "meja/buku/register/": OFFICE,
    "meja/buku/bulanan/": OFFICE,
    "meja/buku/paten/": OFFICE,
    "meja/buku/nomor/": OFFICE,
    "meja/buku/unduh/<slug:kind>/": OFFICE,
    "meja/buku/arsip/": OFFICE,
    "meja/buku/arsip/<int:pk>/": OFFICE,
    "meja/buku/arsip/<int:pk>/surat/": OFFICE,
    "meja/buku/arsip/<int:pk>/tahan/": OFFICE,
    "meja/buku/arsip/<int:pk>/permanen/": OFFICE,
    "meja/buku/tahanan/<int:pk>/cabut/": OFFICE,
    "meja/buku/musnah/": OFFICE,
    "meja/buku/musnah/<int:pk>/": OFFICE,
    "meja/buku/musnah/<int:pk>/setuju/": OFFICE,
    "meja/buku/musnah/<int:pk>/tolak/": OFFICE,
    "meja/buku/musnah/<int:pk>/berita-acara/": OFFICE,
    "meja/buku/lama/": OFFICE,
    "meja/buku/lama/baru/": OFFICE,
    "meja/buku/lama/<int:pk>/": OFFICE,
    "meja/buku/lama/<int:pk>/ubah/": OFFICE,
    "meja/buku/lama/<int:pk>/hapus/": OFFICE,
    "meja/buku/lama/<int:pk>/pindaian/": OFFICE,
    "meja/buku/lama/<int:pk>/pindaian/<int:scan>/": OFFICE,
    "meja/buku/lama/berkas/": OFFICE,
    "meja/buku/lama/berkas/contoh.<str:format>": OFFICE,
    "meja/buku/lama/berkas/<int:pk>/": OFFICE,
    "meja/buku/lama/berkas/<int:pk>/masukkan/": OFFICE,
    "meja/buku/lama/berkas/<int:pk>/batal/": OFFICE,
    "meja/buku/lama/berkas/<int:pk>/tarik/": OFFICE,
    "meja/buku/berkas/": OFFICE,
    "meja/buku/berkas/<int:pk>/": OFFICE,
    "meja/bulanan/": DESK,
    "meja/bulanan/unduh/": DESK,
    "meja/bulanan/<int:pk>/<str:text>/": DESK,
    "meja/": DESK,
    "meja/cari/": DESK,
    "meja/saringan/": DESK,
    "meja/saringan/ubah/": DESK,
    "meja/cetak/": DESK,
    "meja/kolektif/": DESK,
    "meja/kolektif/contoh/<slug:slug>.csv": DESK,
    "meja/kolektif/<int:pk>/": DESK,  # whoever uploaded it
    "meja/kolektif/<int:pk>/mulai/": DESK,
    "meja/banyak/": DESK,
    "meja/banyak/<int:pk>/": DESK,  # whoever began it
    "meja/pertimbangan/": DESK,
    "meja/berkas/<int:pk>/pegang/": DESK,
    "meja/berkas/<int:pk>/teruskan/": DESK,
    "meja/berkas/<int:pk>/tarik/<int:step_id>/": DESK,
    "meja/berkas/<int:pk>/pertimbangan/": DESK,
    "meja/berkas/<int:pk>/pertimbangan/<int:advice_id>/jawab/": DESK,  # who is asked
    "meja/berkas/<int:pk>/pertimbangan/<int:advice_id>/tarik/": DESK,
    "meja/berkas/<int:pk>/catatan/": DESK,
    "meja/rt/": DESK,
    "meja/rt/wilayah/<str:code>/": DESK,
    "meja/rt/kartu/": DESK,
    "meja/rt/kartu/<int:pk>/unduh/": DESK,
    "meja/rt/berhalangan/<int:pk>/": DESK,
    "meja/rt/berhalangan/<int:pk>/selesai/": DESK,
    "meja/kode/": DESK,
    "meja/kios/": DESK,
    "meja/kios/<int:pk>/tutup/": DESK,
    "meja/penduduk/<int:pk>/kios/": DESK,
    "meja/antrean/": DESK,
    "meja/antrean/loket/": DESK,
    "meja/antrean/panggil/": DESK,
    "meja/antrean/ambil/": DESK,
    "meja/antrean/nomor/<int:pk>/": DESK,
    "meja/antrean/nomor/<int:pk>/cetak/": DESK,
    "meja/antrean/atur/": DESK,
    "meja/antrean/atur/baru/<int:unit>/": DESK,
    "meja/antrean/atur/<int:pk>/": DESK,
    "meja/antrean/atur/<int:pk>/tutup/": DESK,
    "meja/antrean/atur/loket/": DESK,
    "meja/antrean/atur/loket/<int:pk>/tutup/": DESK,
    "meja/antrean/atur/layar/": DESK,
    "meja/antrean/atur/layar/<int:pk>/lepas/": DESK,
    "layar/": ANYONE,  # asks a code from the counter, unless the browser holds a screen's token
    "layar/isi/": ANYONE,  # holding a screen's token
    "permohonan/<int:pk>/formulir/<slug:key>/": INVOLVED,
    "permohonan/<int:pk>/tanda-terima/": RESIDENT,
    "lacak/<str:code>": ANYONE,  # holding the receipt: the state of a case, nothing about whom
    "meja/berkas/<int:pk>/hasil/": DESK,
    "meja/hasil/": DESK,
    "meja/surat/<int:pk>/serahkan/": DESK,
    "meja/hasil/<int:pk>/": DESK,
    "meja/hasil/<int:pk>/serahkan/": DESK,
    "meja/hasil/<int:pk>/antar/": DESK,
    "meja/hasil/<int:pk>/kembali/": DESK,
    "meja/hasil/<int:pk>/perbaiki/": DESK,
    "meja/hasil/<int:pk>/berkas/": DESK,
    "meja/hasil/<int:pk>/lembar/<int:act>/": DESK,
    "permohonan/<int:pk>/hasil/<slug:key>/": RESIDENT,
    "permohonan/<int:pk>/hasil/<slug:key>/unduh/": RESIDENT,
    "meja/loket/": DESK,
    "meja/loket/<int:pk>/": DESK,
    "meja/penduduk/<int:pk>/formulir/": DESK,
    "antrean/": RESIDENT,
    "antrean/<int:line>/ambil/": RESIDENT,
    "antrean/<int:line>/janji/": RESIDENT,
    "antrean/janji/<int:pk>/": RESIDENT,
    "antrean/janji/<int:pk>/pindah/": RESIDENT,
    "antrean/janji/<int:pk>/batal/": RESIDENT,
    "meja/antrean/janji/": DESK,
    "meja/antrean/atur/<int:pk>/janji/": DESK,
    "antrean/nomor/<int:pk>/": RESIDENT,
    "antrean/nomor/<int:pk>/batal/": RESIDENT,
    "kios/antrean/": KIOSK,
    "kios/saya/janji/<int:pk>/": KIOSK,
    "kios/antrean/<int:pk>/": KIOSK,
    "kios/": KIOSK,
    "kios/nik/": KIOSK,
    "kios/kode/": KIOSK,
    "kios/selesai/": KIOSK,
    "kios/masih/": KIOSK,
    "kios/tutup/": KIOSK,
    "kios/saya/": KIOSK,
    "kios/layanan/": KIOSK,
    "kios/layanan/<slug:slug>/": KIOSK,
    "kios/permohonan/<int:pk>/": KIOSK,
    "kios/permohonan/<int:pk>/terkirim/": KIOSK,
    "kios/permohonan/<int:pk>/nanti/": KIOSK,
    "kios/permohonan/<int:pk>/buang/": KIOSK,
    "kios/permohonan/<int:pk>/surat/<int:letter_id>/": KIOSK,
    "kios/permohonan/<int:pk>/surat/<int:letter_id>/<int:number>.png": KIOSK,
    "meja/pengumuman/": DESK,
    "meja/pengumuman/baru/": DESK,
    "meja/pengumuman/<int:pk>/": DESK,
    "meja/pengumuman/<int:pk>/tarik/": DESK,
    "meja/pengumuman/<int:pk>/lampiran/": DESK,
    "meja/data/": DESK,
    "meja/penduduk/": DESK,
    "meja/penduduk/tambah/": DESK,
    "meja/penduduk/<int:pk>/": DESK,
    "meja/penduduk/<int:pk>/dokumen/<int:document>/": DESK,
    "meja/penduduk/<int:pk>/tampilkan/": DESK,
    "meja/penduduk/<int:pk>/ajukan/": DESK,
    "meja/penduduk/<int:pk>/catat/<slug:word>/": DESK,
    "meja/penduduk/<int:pk>/perbaiki/": DESK,
    "meja/penduduk/<int:pk>/perbaiki-khusus/": DESK,
    "meja/penduduk/<int:pk>/peristiwa/<int:event>/batalkan/": DESK,
    "meja/berkas/<int:pk>/": DESK,
    "meja/berkas/<int:pk>/putuskan/": DESK,
    "meja/berkas/<int:pk>/surat/<slug:output>/": DESK,
    "meja/berkas/<int:pk>/dokumen/<int:document>/": DESK,
    "meja/berkas/<int:pk>/dokumen/<int:document>/<int:number>/": DESK,
    "meja/berkas/<int:pk>/cabut/": DESK,
    "meja/berkas/<int:pk>/batal/": DESK,
    "meja/berkas/<int:pk>/ganti/": DESK,  # for one letter of the case: ?letter=
    "meja/berkas/<int:pk>/nik/": DESK,
    "meja/peristiwa/": DESK,
    "meja/penduduk/perhatian/": DESK,
    "meja/penduduk/ganda/<int:pk>/<int:other>/": DESK,
    "meja/penduduk/ganda/<int:event>/batalkan/": DESK,
    "meja/berkas/<int:pk>/peristiwa/": DESK,
    "kelola/": ADMIN,
    "kelola/identitas/": ADMIN,
    "kelola/kesiapan/": ADMIN,
    "kelola/pesan/": ADMIN,
    "kelola/wilayah/": ADMIN,
    "kelola/wilayah/sebutan/": ADMIN,
    "kelola/wilayah/dinas/": ADMIN,
    "kelola/wilayah/<int:pk>/jabatan/": ADMIN,
    "kelola/pejabat/<int:pk>/nama/": ADMIN,
    "kelola/wilayah/<int:pk>/": ADMIN,
    "kelola/wilayah/<int:pk>/sebutan/": ADMIN,
    "kelola/wilayah/<int:pk>/keputusan/<slug:word>/": ADMIN,
    "kelola/wilayah/<int:pk>/bentuk/": ADMIN,
    "kelola/wilayah/keputusan/<int:pk>/batal/": ADMIN,
    "kelola/pembayaran/": ADMIN,
    "kelola/tanda-tangan/": ADMIN,
    "kelola/tanda-tangan/sertifikat/<int:pk>/": ADMIN,
    "kelola/tanda-tangan/surat/<int:pk>/": ADMIN,
    "kelola/peran/": ADMIN,
    "kelola/peran/baru/": ADMIN,
    "kelola/peran/<int:pk>/": ADMIN,
    "kelola/peran/<int:pk>/hapus/": ADMIN,
    "kelola/pejabat/": ADMIN,
    "kelola/pejabat/<int:pk>/": ADMIN,
    "kelola/pejabat/akhiri/<int:pk>/": ADMIN,
    "kelola/pejabat/ubah/<int:pk>/": ADMIN,
    "kelola/pejabat/kode/<int:pk>/": ADMIN,
    "kelola/pejabat/nik/<int:pk>/": ADMIN,
    "kelola/surat/": ADMIN,
    "kelola/surat/<int:pk>/hapus/": ADMIN,
    "kelola/nomor/": ADMIN,
    "kelola/nomor/<int:pk>/hapus/": ADMIN,
    "kelola/nomor/jenis/": ADMIN,
    "kelola/nomor/kertas/": ADMIN,
    "kelola/paraf/": ADMIN,
    "kelola/retensi/": ADMIN,
    "kelola/retensi/usulan/": ADMIN,
    "kelola/retensi/<int:pk>/": ADMIN,
    "kelola/retensi/<int:pk>/hapus/": ADMIN,
    "kelola/wilayah/<int:pk>/jam/": ADMIN,
    "kelola/layanan/<slug:slug>/wewenang/": ADMIN,
    "kelola/layanan/<slug:slug>/wewenang/<int:pk>/akhiri/": ADMIN,
    "kelola/pejabat/berkas/": ADMIN,
    "kelola/pejabat/berkas/contoh/": ADMIN,
    "kelola/pejabat/langkah/<int:pk>/": ADMIN,
    "kelola/pejabat/undang/<int:pk>/": ADMIN,
    "kelola/rt/": ADMIN,
    "kelola/e-rt/": ADMIN,
    "kelola/e-rt/<str:code>/": ADMIN,
    "kelola/rt/berkas/": ADMIN,
    "kelola/rt/berkas/contoh.csv": ADMIN,
    "kelola/rt/berkas/<int:pk>/": ADMIN,
    "kelola/rt/berkas/<int:pk>/tunjuk/": ADMIN,
    "kelola/rt/berkas/<int:pk>/hentikan/": ADMIN,
    "kelola/rt/berkas/<int:pk>/perbaikan.csv": ADMIN,
    "kelola/rt/berkas/<int:pk>/perbaikan.xlsx": ADMIN,
    "kelola/rt/kartu/": ADMIN,
    "kelola/rt/kartu/<int:pk>/unduh/": ADMIN,
    "kelola/rt/<int:pk>/ketua/": ADMIN,
    "kelola/berbagi-data/": ADMIN,
    "kelola/berbagi-data/<int:pk>/akhiri/": ADMIN,
    "kelola/penduduk/": ADMIN,
    "kelola/penduduk/contoh.csv": ADMIN,
    "kelola/penduduk/impor/bagian/": ADMIN,
    "kelola/penduduk/impor/<int:pk>/": ADMIN,
    "kelola/penduduk/impor/<int:pk>/kolom/": ADMIN,
    "kelola/penduduk/impor/<int:pk>/tulis/": ADMIN,
    "kelola/penduduk/impor/<int:pk>/hentikan/": ADMIN,
    "kelola/penduduk/impor/<int:pk>/batalkan/": ADMIN,
    "kelola/penduduk/impor/<int:pk>/perbaiki.csv": ADMIN,
    "kelola/penduduk/impor/<int:pk>/perbaiki.xlsx": ADMIN,
    "kelola/libur/": ADMIN,
    "kelola/rt-rw/": ADMIN,
    "kelola/rt-rw/kelurahan/": ADMIN,
    "kelola/rt-rw/<int:pk>/": ADMIN,
    "kelola/jam/": ADMIN,
    "kelola/jam/rt/": ADMIN,
    "kelola/dukungan/": ADMIN,
    "kelola/dukungan/tanya/": ADMIN,
    "kelola/dukungan/tanya/<int:pk>/": ADMIN,
    "kelola/dukungan/<int:pk>/": ADMIN,
    "kelola/dukungan/<int:pk>/jawab/": ADMIN,
    "kelola/dukungan/<int:pk>/cabut/": ADMIN,
    "dukungan/<str:token>/": ANYONE,  # holding the one-time link
    "kelola/data/": ADMIN,
    "kelola/data/minta/": ADMIN,
    "kelola/data/unduh/<str:code>/": ADMIN,
    "kelola/data/hapus/": ADMIN,
    "kelola/data/hapus/<int:pk>/setuju/": ADMIN,
    "kelola/data/hapus/<int:pk>/batal/": ADMIN,
    "kelola/langganan/": ADMIN,
    "kelola/langganan/paket/": ADMIN,
    "kelola/langganan/paket/<slug:plan>/<slug:interval>/": ADMIN,
    "kelola/langganan/paket/<slug:plan>/<slug:interval>/tagihan/": ADMIN,
    "kelola/langganan/kontak/": ADMIN,
    "kelola/langganan/berhenti/": ADMIN,
    "kelola/langganan/lanjut/": ADMIN,
    "kelola/langganan/kartu/": ADMIN,
    "kelola/langganan/tagihan/": ADMIN,
    "kelola/langganan/tagihan/<int:pk>/kuitansi.pdf": ADMIN,
    "kelola/langganan/dokumen/": ADMIN,
    "kelola/langganan/dokumen/penawaran.pdf": ADMIN,
    "kelola/langganan/dokumen/perjanjian.pdf": ADMIN,
    "kelola/layanan/": ADMIN,
    "kelola/layanan/baru/": ADMIN,
    "kelola/layanan/impor/": ADMIN,
    "kelola/layanan/kelurahan/": ADMIN,
    "kelola/layanan/rilis/": ADMIN,
    "kelola/layanan/rilis/<slug:slug>/": ADMIN,
    "kelola/layanan/<slug:slug>/": ADMIN,
    "kelola/layanan/<slug:slug>/standar/": ADMIN,
    "kelola/layanan/<slug:slug>/tarif/": ADMIN,
    "kelola/layanan/<slug:slug>/susun/": ADMIN,
    "kelola/layanan/<slug:slug>/pratinjau/": ADMIN,
    "kelola/layanan/<slug:slug>/terjemahan/": ADMIN,
    "kelola/layanan/<slug:slug>/draf/": ADMIN,
    "kelola/layanan/<slug:slug>/draf/surat/<str:key>/": ADMIN,
    "kelola/layanan/<slug:slug>/simulasi/": ADMIN,
    "kelola/layanan/<slug:slug>/riwayat/": ADMIN,
    "kelola/layanan/<slug:slug>/unduh/": ADMIN,
    "kelola/layanan/<slug:slug>/pertanyaan/": ADMIN,
    "kelola/layanan/<slug:slug>/pertanyaan/tambah/": ADMIN,
    "kelola/layanan/<slug:slug>/pertanyaan/ubah/<str:key>/": ADMIN,
    "kelola/layanan/<slug:slug>/dokumen/": ADMIN,
    "kelola/layanan/<slug:slug>/dokumen/tambah/": ADMIN,
    "kelola/layanan/<slug:slug>/dokumen/ubah/<str:key>/": ADMIN,
    "kelola/layanan/<slug:slug>/langkah/": ADMIN,
    "kelola/layanan/<slug:slug>/langkah/tambah/": ADMIN,
    "kelola/layanan/<slug:slug>/langkah/ubah/<str:key>/": ADMIN,
    "kelola/layanan/<slug:slug>/hasil/": ADMIN,
    "kelola/layanan/<slug:slug>/hasil/tambah/": ADMIN,
    "kelola/layanan/<slug:slug>/hasil/ubah/<str:key>/": ADMIN,
    "kelola/layanan/<slug:slug>/surat/": ADMIN,
    "kelola/layanan/<slug:slug>/surat/tambah/": ADMIN,
    "kelola/layanan/<slug:slug>/surat/ubah/<str:key>/": ADMIN,
}
TABLES = {"config.urls_public": PUBLIC_HOST, "config.urls_city": CITY_HOST}


def pages(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, Page | None]]:
    """Every address with what its view declares."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, declared_by(pattern.callback)
        else:
            yield from pages(pattern, route)


def routes(resolver: URLResolver) -> Iterator[str]:
    return (route for route, _ in pages(resolver))


@pytest.mark.parametrize("urlconf", TABLES)
def test_every_address_declares_the_audience_of_the_table(urlconf: str) -> None:
    declared = {route: said and said.audience for route, said in pages(get_resolver(urlconf))}
    assert declared == TABLES[urlconf]


# Pages of the city's administrators that an operator who looks in does not see: money, the city's
# whole data, its consents, and the answers of a register's file.
SHUT = (
    "kelola/data/", "kelola/langganan/", "kelola/dukungan/", "kelola/penduduk/impor/",
    "kelola/rt/berkas/<int:pk>/", "kelola/rt/kartu/", "kelola/pembayaran/",
    "kelola/tanda-tangan/",
)  # fmt: skip
# What anyone reads and an operator who looks in reads too; all else of residents stays theirs.
SHOWN = ("", "kebutuhan/", "layanan/", "mal/", "v/", "privasi/", "bahasa/")


def test_support_sees_the_pages_that_say_so_and_no_others() -> None:
    for route, said in pages(get_resolver("config.urls_city")):
        assert said is not None
        if said.audience is ADMIN:
            assert said.support == ("no" if route.startswith(SHUT) else "look"), route
        elif said.support == "look":
            assert said.audience is ANYONE and route.split("/")[0] + "/" in (*SHOWN, "/"), route
        elif said.support == "always":
            assert said.audience is ANYONE, route


def example(route: str) -> str:
    """An address of this form. A city's unit 1 exists, so that nothing hides behind a 404."""
    samples = {"slug:slug": "sktm", "str:code": "X", "str:uid": "MQ"}
    samples |= {"slug:plan": "madya", "slug:interval": "month"}
    route = re.sub(r"<int:[^>]+>", "1", route)
    return "/" + re.sub(r"<([^>]+)>", lambda m: samples.get(m[1], "x"), route)


GUARDED = [
    (urlconf, route, audience)
    for urlconf, table in TABLES.items()
    for route, audience in table.items()
    if audience != ANYONE
]


def visitor(urlconf: str, bontang: City, client_for: Callable[[City], Client]) -> Client:
    if urlconf == "config.urls_public":
        return Client(HTTP_HOST=settings.BASE_DOMAIN)
    return client_for(bontang)


@pytest.mark.parametrize("urlconf", TABLES)
def test_a_stranger_comes_no_further_than_the_sign_in_page(
    urlconf: str, bontang: City, client_for: Callable[[City], Client]
) -> None:
    found = []
    for _, route, _ in (row for row in GUARDED if row[0] == urlconf):
        for method in ("get", "post"):
            client = visitor(urlconf, bontang, client_for)
            answer = getattr(client, method)(example(route))
            sent_away = answer.status_code == 302 and answer["Location"].startswith("/masuk/")
            if not sent_away and answer.status_code not in {403, 404, 405}:
                found.append((method, route, answer.status_code))
    assert found == []


@pytest.mark.parametrize("urlconf", TABLES)
def test_signing_in_alone_opens_nothing(
    urlconf: str, bontang: City, client_for: Callable[[City], Client]
) -> None:
    """An account without a post, without residents' data, without an operator's rights."""
    client = visitor(urlconf, bontang, client_for)
    with in_public() if urlconf == "config.urls_public" else in_city(bontang):
        user = User.objects.create_user("siapa@contoh.id", "kata-sandi-uji", name="Siapa Saja")
        client.force_login(user, backend="accounts.backends.LoginBackend")
    found = []
    for _, route, audience in (row for row in GUARDED if row[0] == urlconf):
        for method in ("get", "post"):
            if audience == SIGNED_IN:
                continue
            answer = getattr(client, method)(example(route))
            if answer.status_code not in {403, 404, 405, 422}:
                found.append((method, route, answer.status_code))
    assert found == []
    assert client.get("/akun/").status_code == 200  # signed in all the while


def test_the_same_session_is_nobody_in_another_city(
    bontang: City, blitar: City, client_for: Callable[[City], Client]
) -> None:
    here = client_for(bontang)
    with in_city(bontang):
        user = User.objects.create_user("siapa@contoh.id", "kata-sandi-uji", name="Siapa Saja")
        here.force_login(user, backend="accounts.backends.LoginBackend")
    assert here.get("/akun/").status_code == 200
    there = client_for(blitar)
    there.cookies = here.cookies  # as if a browser had sent it along
    answer = there.get("/akun/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/masuk/")
    public = Client(HTTP_HOST=settings.BASE_DOMAIN)
    public.cookies = here.cookies
    assert public.get("/akun/").status_code == 302
