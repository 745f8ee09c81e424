"""The categories of the cash book, and their names. Those of income and of expense are apart."""

from collections.abc import Mapping

from django.utils.translation import gettext_noop

OPENING, DUES = "opening", "dues"
INCOME: Mapping[str, str] = {
    DUES: gettext_noop("Iuran warga"),
    "donation": gettext_noop("Sumbangan"),
    "grant": gettext_noop("Bantuan pemerintah"),
    "rent": gettext_noop("Sewa barang atau tempat"),
    "other_in": gettext_noop("Pemasukan lain"),
}
EXPENSE: Mapping[str, str] = {
    "cleaning": gettext_noop("Kebersihan dan sampah"),
    "security": gettext_noop("Keamanan dan ronda"),
    "lighting": gettext_noop("Listrik dan penerangan"),
    "repair": gettext_noop("Perbaikan dan barang"),
    "event": gettext_noop("Kegiatan warga"),
    "care": gettext_noop("Bantuan warga dan duka"),
    "office": gettext_noop("Administrasi"),
    "other_out": gettext_noop("Pengeluaran lain"),
}
NAMES: Mapping[str, str] = {OPENING: gettext_noop("Saldo awal"), **INCOME, **EXPENSE}
