"""The verdict of the page that checks a letter: one headline, whatever was found."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from kernel.tanggal import long_date
from services.letters.queries import Check
from ui.language import reads_in


@dataclass(frozen=True, slots=True)
class Headline:
    """``tone`` is ``ok``, ``warn`` or ``stop``; ``more`` says what to do."""

    tone: str
    icon: str
    text: str
    more: str = ""


def headline_of(letter: Check, *, same: bool | None, refused_on: date | None) -> Headline:
    """The worst that is known of a letter and of the file compared with it.

    ``same`` says whether an uploaded file equals the archived PDF, None when none was compared.
    ``refused_on`` is the day on which the application behind the letter was refused.
    """
    if letter.verdict == "revoked":
        return Headline(
            "stop", "shield-x", gettext("Surat ini pernah terbit, tetapi sudah dicabut")
        )
    if same is False:
        return Headline(
            "stop",
            "shield-x",
            gettext("Berkas ini berbeda dengan surat yang kami terbitkan"),
            gettext(
                "Berkas yang Anda unggah diubah, atau berkas lain. Jangan terima berkas itu. "
                "Surat yang benar-benar kami terbitkan dengan kode ini tertulis di bawah."
            ),
        )
    equal = gettext("Berkas Anda sama persis dengan surat yang kami terbitkan.") if same else ""
    text, more = _doubt(letter, refused_on)
    if text:
        return Headline("warn", "shield-alert", text, f"{more} {equal}".strip())
    return Headline("ok", "shield-check", gettext("Surat ini asli dan masih berlaku"), equal)


def _doubt(letter: Check, refused_on: date | None) -> tuple[str, str]:
    """Why a genuine letter must not simply be accepted; empty when it may."""
    if letter.mark == "CONTOH":
        return (
            gettext("Ini surat contoh, bukan surat sungguhan"),
            gettext("Dibuat untuk peragaan; orang dan datanya rekaan."),
        )
    if letter.mark == "UJI COBA":
        return (
            gettext("Ini surat uji coba: terbit selama daerah ini masih mencoba Balai"),
            gettext("Tanyakan kepada kantor yang menerbitkan sebelum memakainya."),
        )
    if refused_on is not None:
        day = {"day": long_date(refused_on, reads_in())}
        return (
            gettext("Surat ini asli, tetapi bukan izin: permohonannya ditolak"),
            gettext("Permohonan yang memakai surat ini ditolak pada %(day)s.") % day,
        )
    if letter.verdict == "expired":
        return gettext("Surat ini asli, tetapi masa berlakunya sudah habis"), ""
    return "", ""
