"""The verdict of the page that checks a letter: one headline, whatever was found."""

from dataclasses import dataclass

from django.utils.translation import gettext

from kernel.tanggal import long_date
from services.letters.checks import Result, Verdict
from services.letters.comparing import Same
from services.letters.queries import Check
from services.web.verifying import Known
from ui.language import reads_in


@dataclass(frozen=True, slots=True)
class Headline:
    """``tone`` is ``ok``, ``warn`` or ``stop``; ``more`` says what to do."""

    tone: str
    icon: str
    text: str
    more: str = ""


def headline_of(letter: Check, *, same: Same | None = None) -> Headline:
    """The worst that is known of a letter and of the file compared with it.

    ``same`` says what an uploaded file is to the archived PDF, None when none was compared.
    """
    gone = _gone(letter)
    if gone is not None:
        return gone
    if same is not None and same not in (Same.SAME, Same.EARLIER):
        return Headline("stop", "shield-x", *_other_file(same))
    equal = _equal(same)
    text, more = _doubt(letter)
    if text:
        return Headline("warn", "shield-alert", text, f"{more} {equal}".strip())
    return Headline("ok", "shield-check", gettext("Surat ini asli dan masih berlaku"), equal)


def foreign() -> Headline:
    """Of a file that is no letter of this city."""
    return Headline(
        "stop",
        "shield-x",
        gettext("Berkas ini bukan surat dari sini"),
        gettext(
            "Sidik jarinya tidak ada di arsip kami, dan tidak ada kode surat kami di dalamnya. "
            "Kalau Anda memegang kertasnya, cek dengan kode atau nomornya."
        ),
    )


def of_number(known: Known) -> Headline:
    """Of what bears a number. Numbers can be copied: that a paper is genuine is not said."""
    letter = known.check
    if letter is None:
        return Headline("warn", "shield-alert", gettext("Nomor ini tercatat di buku kantor"))
    found = headline_of(letter)
    if found.tone == "ok":
        return Headline("ok", "shield-check", gettext("Nomor ini surat kami"))
    if letter.verdict is Verdict.EXPIRED and not (letter.mark or letter.refused_on):
        return Headline("warn", "shield-alert", gettext("Surat kami, sudah habis masanya"))
    return found


def _gone(letter: Check) -> Headline | None:
    """Of a letter that must not be accepted, whatever file it came in."""
    if letter.verdict is Verdict.REPLACED:
        return Headline(
            "stop", "shield-x", gettext("Surat ini sudah diganti dengan surat yang benar"),
            gettext("Jangan pakai surat ini lagi. Yang berlaku adalah penggantinya."),
        )  # fmt: skip
    if letter.verdict is Verdict.REVOKED:
        return Headline(
            "stop", "shield-x", gettext("Surat ini pernah terbit, tetapi sudah dicabut")
        )
    if letter.verdict is Verdict.NOT_FINAL:
        return Headline(
            "stop", "shield-x", gettext("Surat ini belum selesai"),
            gettext("Nomornya sudah ada, tetapi suratnya belum diserahkan. Jangan terima dulu."),
        )  # fmt: skip
    if any(point.result is Result.INVALID for point in letter.points if point.name != "status"):
        return Headline(
            "stop", "shield-x", gettext("Surat ini tercatat, tetapi ada yang tidak cocok"),
            gettext("Lihat apa yang diperiksa di bawah, dan tanyakan kepada kantornya."),
        )  # fmt: skip
    return None


def _other_file(same: Same) -> tuple[str, str]:
    if same is Same.EXTENDED:
        return (
            gettext("Berkas ini surat kami, tetapi ditambahi sesuatu sesudah terbit"),
            gettext(
                "Bagian awalnya sama persis dengan surat kami; sesudahnya ada yang ditambahkan. "
                "Minta berkas aslinya. Yang kami terbitkan tertulis di bawah."
            ),
        )
    return (
        gettext("Berkas ini berbeda dengan surat yang kami terbitkan"),
        gettext(
            "Berkas yang Anda unggah diubah, atau berkas lain. Jangan terima berkas itu. "
            "Surat yang benar-benar kami terbitkan dengan kode ini tertulis di bawah."
        ),
    )


def _equal(same: Same | None) -> str:
    if same is Same.SAME:
        return gettext("Berkas Anda sama persis dengan surat yang kami terbitkan.")
    if same is Same.EARLIER:
        return gettext(
            "Berkas Anda adalah surat ini sebelum ditandatangani; isinya sama. Minta berkas yang "
            "sudah ditandatangani."
        )
    return ""


def _doubt(letter: Check) -> tuple[str, str]:
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
    if letter.refused_on is not None:
        day = {"day": long_date(letter.refused_on, reads_in())}
        return (
            gettext("Surat ini asli, tetapi bukan izin: permohonannya ditolak"),
            gettext("Permohonan yang memakai surat ini ditolak pada %(day)s.") % day,
        )
    if letter.verdict is Verdict.EXPIRED:
        return gettext("Surat ini asli, tetapi masa berlakunya sudah habis"), ""
    if not letter.may_be_accepted:
        return (
            gettext("Surat ini tercatat, tetapi berkasnya sekarang tidak dapat diperiksa"),
            gettext("Coba lagi sebentar lagi, atau tanyakan kepada kantor yang menerbitkan."),
        )
    return "", ""
