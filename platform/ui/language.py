"""Indonesian is what everything is written in; a reader may have pages around it in English.

The Indonesian words are the keys of ``locale/en``. Nothing is guessed from a browser: only the
cookie of the language switch counts, so a page without it is the same for everybody.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, gettext_noop

from kernel.registry import Registry
from ui.page import page_of

COOKIE = "bahasa"
ENGLISH = "en"

listeners: Registry[Callable[[HttpRequest, str], None]] = Registry(
    "language listeners", "who is told that a visitor chose a language"
)

# What balai.js and map.js say.
_SCRIPT = (
    gettext_noop(
        "Tidak ada sambungan internet. Isian Anda tetap di halaman ini dan kami kirim begitu "
        "tersambung. Jangan tutup halamannya."
    ),
    gettext_noop("{name} terlalu besar ({size}). Paling besar {limit}."),
    gettext_noop("Tampilkan kata sandi"),
    gettext_noop("Tautan disalin"),
    gettext_noop("Sembunyikan kata sandi"),
    gettext_noop("Pakai lokasi saya sekarang"),
    gettext_noop("Mencari lokasi…"),
    gettext_noop("Lokasi terisi, ketelitian sekitar {meters} meter."),
    gettext_noop("Titik lokasi sudah terisi."),
    gettext_noop("Lokasi tidak didapat. Tulis alamat dan patokannya saja."),
    gettext_noop("Perbesar"),
    gettext_noop("Perkecil"),
    gettext_noop("Penanda ditaruh di {place}."),
    gettext_noop("Peta. Panah menggeser, + dan − memperbesar, Enter menaruh penanda di tengah."),
    gettext_noop("Taruh penanda di tengah peta"),
    gettext_noop("Tidak ada yang cocok"),
    gettext_noop("Ketik {n} huruf atau lebih"),
    gettext_noop("{option}, {number} dari {length}"),
    gettext_noop("{length} pilihan. {option}"),
    gettext_noop("Ketik sebagian nama, lalu pilih dengan panah atas dan bawah dan Enter."),
    gettext_noop("Isian Anda yang tadi belum tersimpan kami kembalikan. Periksa, lalu kirim."),
)


def reads_in() -> str:
    """The language pages are being written in now: ``id`` or ``en``."""
    return get_language() or settings.LANGUAGE_CODE


def wished(request: HttpRequest) -> str:
    """The language of the switch's cookie; empty without one."""
    return request.COOKIES.get(COOKIE, "")


def is_office(request: HttpRequest) -> bool:
    """Whether this is a page of officials or operators: Indonesian, whoever reads it."""
    declared = page_of(request)
    return declared is not None and declared.is_office


def of_error_page(request: HttpRequest) -> str:
    """For pages that may ask no database whether the city offers what the visitor once chose."""
    is_english = wished(request) == ENGLISH and not is_office(request)
    return ENGLISH if is_english else settings.LANGUAGE_CODE


def script_words() -> dict[str, str]:
    """Every sentence of the script in the language of the page."""
    return {text: gettext(text) for text in _SCRIPT}
