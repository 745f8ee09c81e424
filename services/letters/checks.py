"""What was checked of a letter, one by one, each with a sentence. Plain rules; pages and API say
the same."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from django.utils.translation import get_language, gettext

from kernel.tanggal import long_date


class Verdict(StrEnum):
    """What a letter is worth on a day."""

    GENUINE = "genuine"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"
    NOT_FINAL = "not_final"  # numbered, but not given to its holder yet
    NOT_INTACT = "not_intact"  # in force, but the archived file is not the one that was issued


class Result(StrEnum):
    """``failed``: it could not be checked now; ``skipped``: there is nothing to check."""

    VALID = "valid"
    INVALID = "invalid"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was checked."""

    name: Literal["integrity", "status", "issuer"]
    result: Result
    text: str

    @property
    def title(self) -> str:
        """Its name for people."""
        return {
            "integrity": gettext("Keutuhan berkas"),
            "status": gettext("Keadaan surat"),
            "issuer": gettext("Tanda tangan"),
        }[self.name]


@dataclass(frozen=True, slots=True)
class SignedBy:
    """One signature on a letter."""

    name: str
    title: str
    issuer: str  # of the certificate
    serial: str
    is_certified: bool
    root_checked: bool  # the certificate leads to a root that the operator of the server trusts
    at: str  # as people read it
    level: str  # of PAdES: B-B, B-T, B-LT


def verdict_of(
    *, is_finished: bool, is_revoked: bool, is_replaced: bool, valid_until: date | None, today: date
) -> Verdict:
    if not is_finished:
        return Verdict.NOT_FINAL
    if is_replaced:
        return Verdict.REPLACED
    if is_revoked:
        return Verdict.REVOKED
    if valid_until is not None and valid_until < today:
        return Verdict.EXPIRED
    return Verdict.GENUINE


def integrity(
    condition: Literal["whole", "altered", "away", "destroyed", "unmade"],
) -> Point:
    """Of the archived PDF."""
    result, text = {
        "whole": (
            Result.VALID,
            gettext("Berkas di arsip kami utuh: sama dengan saat surat ini terbit."),
        ),
        "altered": (
            Result.INVALID,
            gettext(
                "Berkas di arsip kami tidak sama lagi dengan saat surat ini terbit. Tanyakan "
                "kepada kantor yang menerbitkan."
            ),
        ),
        "away": (
            Result.FAILED,
            gettext("Arsip kami sedang tidak dapat dibaca. Coba lagi sebentar lagi."),
        ),
        "destroyed": (
            Result.SKIPPED,
            gettext(
                "Berkasnya sudah dimusnahkan menurut jadwal arsip; nomor dan tanggalnya tetap "
                "tercatat."
            ),
        ),
        "unmade": (Result.SKIPPED, gettext("Berkasnya belum selesai dibuat.")),
    }[condition]
    return Point("integrity", result, text)


def status(verdict: Verdict, *, valid_until: date | None, ended_on: date | None) -> Point:
    """Whether the letter counts; ``ended_on`` is when it was revoked or replaced."""
    reads_in = get_language() or "id"
    day = ended_on or valid_until
    said = {"day": long_date(day, reads_in) if day is not None else ""}
    if verdict is Verdict.GENUINE:
        text = (
            gettext("Masih berlaku, sampai %(day)s.") % said
            if valid_until
            else gettext("Masih berlaku; surat ini tidak menyebut batas waktu.")
        )
        return Point("status", Result.VALID, text)
    text = {
        Verdict.EXPIRED: gettext("Masa berlakunya habis pada %(day)s.") % said,
        Verdict.REVOKED: gettext("Dicabut pada %(day)s.") % said,
        Verdict.REPLACED: gettext("Dicabut dan diganti dengan surat lain pada %(day)s.") % said,
        Verdict.NOT_FINAL: gettext("Belum selesai, jadi belum boleh dipakai."),
    }[verdict]
    return Point("status", Result.INVALID, text)


def issuer(signed: list[SignedBy], *, is_final: bool, file: Result) -> Point:
    """Who signed it and whether that holds: each signature was validated when it was made, so it
    does while the file is the same (``file``: its integrity)."""
    if not signed:
        text = (
            gettext(
                "Disetujui secara elektronik oleh pejabatnya, tanpa tanda tangan elektronik "
                "tersertifikasi. Tidak ada sertifikat untuk diperiksa."
            )
            if is_final
            else gettext("Belum ditandatangani.")
        )
        return Point("issuer", Result.SKIPPED, text)
    if file is Result.INVALID:
        return Point(
            "issuer", Result.INVALID,
            gettext("Tanda tangan elektroniknya tidak sah. Jangan terima surat ini."),
        )  # fmt: skip
    if file is not Result.VALID:
        return Point(
            "issuer", Result(file),
            gettext(
                "Pernah ditandatangani secara elektronik; berkasnya tidak dapat diperiksa lagi."
            ),
        )  # fmt: skip
    is_certified = all(one.is_certified for one in signed)
    if is_certified and not all(one.root_checked for one in signed):
        return Point(
            "issuer", Result.VALID,
            gettext(
                "Ditandatangani dengan sertifikat elektronik yang dikenal sebagai milik penanda "
                "tangannya. Sertifikatnya tidak diperiksa sampai akar."
            ),
        )  # fmt: skip
    if is_certified:
        return Point(
            "issuer", Result.VALID, gettext("Ditandatangani dengan sertifikat elektronik yang sah.")
        )
    return Point(
        "issuer", Result.VALID,
        gettext("Ditandatangani secara elektronik, dengan sertifikat yang tidak tersertifikasi."),
    )  # fmt: skip
