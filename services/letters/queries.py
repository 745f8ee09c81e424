"""Reads of letters, above all the public check."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from kernel.ids import normalize_code
from services.letters import rules
from services.letters.models import Letter
from tenants.registry.current import city


@dataclass(frozen=True, slots=True)
class Check:
    """What anyone holding a letter may know: nothing the paper does not show, and of a revoked one
    only which it was and since when it counts no more."""

    verdict: str  # "valid", "expired", "revoked"
    number: str
    subject: str  # "" of a revoked one, like the three below
    holder: str  # initials only, of those the letter is about
    issued_on: date
    issued_by: str
    valid_until: date | None
    signer_title: str
    code: str
    mark: str  # "UJI COBA", "CONTOH": what stands across the page; "" on a letter that counts
    revoked_on: date | None = None
    applicant: str = ""  # initials of who asked for it; "" where that is the holder


def check(code: str, *, today: date) -> Check | None:
    """Look a verification code up; None when no finished letter has it."""
    letter = (
        Letter.objects.select_related("unit", "person")
        .filter(code=normalize_code(code))
        .filter(state__in=Letter.FINISHED)
        .first()
    )
    if letter is None:
        return None
    if letter.revoked_at is not None:
        return Check(
            verdict="revoked",
            number=letter.number,
            subject="",
            holder="",
            issued_on=letter.issued_on,
            issued_by=letter.unit.name,
            valid_until=None,
            signer_title="",
            code=rules.pretty_code(letter.code),
            mark=letter.content.watermark if letter.destroyed_at is None else "",
            revoked_on=letter.revoked_at.astimezone(city().tz).date(),
        )
    if letter.valid_until is not None and letter.valid_until < today:
        verdict = "expired"
    else:
        verdict = "valid"
    content = letter.content if letter.destroyed_at is None else None
    subjects = (content.subjects if content is not None else []) or [letter.person.name]
    return Check(
        verdict=verdict,
        number=letter.number,
        subject=letter.subject,
        holder=", ".join(rules.initials(name) for name in subjects),
        issued_on=letter.issued_on,
        issued_by=letter.unit.name,
        valid_until=letter.valid_until,
        signer_title=letter.signer_title,
        code=rules.pretty_code(letter.code),
        mark=content.watermark if content is not None else "",
        applicant="" if letter.person.name in subjects else rules.initials(letter.person.name),
    )


def issued_since(moment: datetime) -> int:
    """How many letters have got their number since the day of this moment. A meter."""
    return Letter.objects.filter(issued_on__gte=moment.date()).count()


def same_file(code: str, content: bytes) -> bool:
    """Whether these bytes are exactly the archived PDF of this code."""
    digest = hashlib.sha256(content).hexdigest()
    return Letter.objects.filter(code=normalize_code(code), sha256=digest).exists()
