"""Checking a letter, for pages and the API alike: by its code, or its number and day."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from django.db.models import F, Q, Value
from django.db.models.functions import Replace, Upper
from django.utils.translation import gettext

from kernel.tanggal import moment_text
from kernel.text import line
from services.applications.queries import refused_after
from services.letters import comparing
from services.letters import queries as letters
from services.letters.checks import SignedBy
from services.letters.comparing import Comparison, Same
from services.letters.models import Letter
from services.letters.queries import Check
from services.records.models import AgendaEntry, PaperRecord
from services.signing.queries import (
    Finding,
    Signed,
    Unreadable,
    signatures_of,
    verify_bytes,
    was_signed_from,
)
from tenants.registry.current import city

SIGNED_BY = b"/ByteRange"  # stands in every PDF that is signed
LATEST = timedelta(days=60)  # after its own day a letter is noted in an agenda
# Asked from one address: so often within so many minutes.
BY_CODE, BY_FILE, BY_NUMBER, WATCHES = (300, 10), (20, 10), (12, 10), (10, 60)
PUBLISHED = (600, 10)  # keys and lists of revoked letters, each phone again after minutes


def by_code(code: str, *, today: date) -> Check | None:
    """What is known of the letter with this code; None where no letter has it. Four queries."""
    letter_id = letters.id_of(code)
    if letter_id is None:
        return None
    signed = [_said(one) for one in signatures_of(letter_id)]
    found = letters.check(code, today=today, signed=signed)
    return replace(found, refused_on=refused_after(found.code)) if found is not None else None


def _said(one: Signed) -> SignedBy:
    return SignedBy(
        name=one.name, title=one.post, issuer=one.certificate_issuer, serial=one.serial,
        is_certified=one.is_certified, root_checked=one.root_checked,
        at=moment_text(one.at, city().timezone), level=one.level,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """What an uploaded file is: compared by its hash, and each signature that stands in it."""

    compared: Comparison
    signatures: list[str]  # a sentence each


def by_file(pdf: bytes, *, code: str = "") -> Judged:
    """Look at a file in memory; it is kept nowhere. Its signatures are read by a process of their
    own, and not those of a file that is no letter of ours: whoever wants to keep us busy could send
    thousands. Raises RuleBroken while others are looked at."""
    compared = comparing.compare(pdf, code=code)
    if compared.same is Same.ALTERED and was_signed_from(compared.code, pdf):
        compared = replace(compared, same=Same.EARLIER)
    if compared.same is Same.FOREIGN or SIGNED_BY not in pdf:
        return Judged(compared, [])
    try:
        found = verify_bytes(pdf)
    except Unreadable:
        return Judged(compared, [gettext("Berkas ini rusak: tanda tangannya tidak dapat dibaca.")])
    return Judged(compared, [_of_signature(one) for one in found])


def _of_signature(one: Finding) -> str:
    said = {"name": one.common_name or one.subject, "issuer": one.issuer}
    if not one.is_intact:
        return gettext("Tanda tangan %(name)s rusak: isinya diubah sesudah ditandatangani.") % said
    if not one.covers_all:
        earlier = gettext(
            "Tanda tangan %(name)s utuh, tetapi hanya mencakup versi sebelumnya (%(issuer)s)."
        )
        return earlier % said
    return gettext("Tanda tangan %(name)s utuh dan mencakup seluruh berkas (%(issuer)s).") % said


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a number and a day: less than of a code, since numbers can be guessed."""

    source: Literal["letter", "agenda", "register"]
    check: Check | None  # of a letter of Balai
    number: str
    day: date | None
    issued_by: str
    kind: str  # what the letter is, or in which book it stands
    text: str  # what that means, in a sentence


def by_number(number: str, day: date, *, today: date) -> list[Known]:
    """Everything that bears this number on this day. Three queries, and one more for a letter."""
    typed = line(number).upper()
    wanted = "".join(typed.split())
    if not wanted:
        return []
    return [*_issued(wanted, day, today), *_noted(wanted, day), *_registered(typed, day)]


def _issued(wanted: str, day: date, today: date) -> list[Known]:
    found = (
        Letter.objects.filter(issued_on=day, state__in=Letter.FINISHED)
        .annotate(folded=Upper(Replace(F("number"), Value(" "), Value(""))))
        .filter(folded=wanted)
        .select_related("unit", "person", "replacement", "replaces")
    )
    known = []
    for letter in found:
        check = letters.checked(letter, today=today, signed=[])
        check = replace(check, refused_on=refused_after(letter.code))
        status = next(point for point in check.points if point.name == "status")
        kind = letter.subject if check.counts else ""
        known.append(
            Known(
                "letter", check, letter.number, letter.issued_on, letter.unit.name, kind,
                status.text,
            )
        )  # fmt: skip
    return known


def _noted(wanted: str, day: date) -> list[Known]:
    """Outgoing letters written elsewhere. Their subject may name people, so it is not told."""
    found = (
        AgendaEntry.objects.filter(
            direction=AgendaEntry.Direction.OUT, dated=day, on__range=(day, day + LATEST)
        )
        .annotate(folded=Upper(Replace(F("number"), Value(" "), Value(""))))
        .filter(folded=wanted)
        .select_related("unit")
    )
    return [
        Known(
            "agenda", None, one.number, one.dated, one.unit.name, gettext("Agenda surat keluar"),
            gettext("Tercatat, tetapi sudah dibatalkan. Jangan terima surat ini.")
            if one.void_at
            else gettext(
                "Tercatat sebagai surat yang ditulis di luar Balai. Isinya tidak ada pada kami: "
                "tanyakan kepada kantor itu."
            ),
        )
        for one in found
    ]  # fmt: skip


def _registered(wanted: str, day: date) -> list[Known]:
    """Lines of old registers on paper; a line may say the year alone."""
    found = (
        PaperRecord.objects.annotate(folded=Upper("number"))
        .filter(Q(day=day) | Q(day=None), folded=wanted, year=day.year)
        .select_related("unit")
    )
    return [
        Known(
            "register", None, one.number, one.day, one.unit.name, one.get_kind_display(),
            gettext(
                "Tercatat di register lama kantor itu. Apakah masih berlaku, tanyakan kepada "
                "kantor itu."
            ),
        )
        for one in found
    ]  # fmt: skip
