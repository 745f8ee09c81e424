"""Reads of letters, above all the public check."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from kernel.ids import normalize_code
from services.letters import archive, checks, rules
from services.letters.checks import Point, Result, SignedBy, Verdict
from services.letters.models import Letter
from tenants.registry.current import city


@dataclass(frozen=True, slots=True)
class Check:
    """What anyone holding a letter may know: nothing the paper does not show, and of one that does
    not count only which it is, and since when."""

    letter_id: int
    verdict: Verdict
    number: str
    subject: str  # "" of one that was revoked, replaced or is not final, like the three below
    holder: str  # initials only, of those the letter is about
    issued_on: date
    issued_by: str
    valid_until: date | None
    signer_title: str
    code: str
    mark: str  # "UJI COBA", "CONTOH": what stands across the page; "" on a letter that counts
    revoked_on: date | None = None
    replaced_by: str = ""  # the code of the right letter, for who holds the wrong one
    replaces: str = ""  # the number of the wrong letter this one stands for
    applicant: str = ""  # initials of who asked for it; "" where that is the holder
    points: list[Point] = field(default_factory=list)
    signed: list[SignedBy] = field(default_factory=list)
    refused_on: date | None = None  # when the application that it was made for was refused

    @property
    def may_be_accepted(self) -> bool:
        """Whether nothing speaks against it: also the file could be read, it is no sample, and what
        it was made for was not refused."""
        is_doubtful = any(point.result in (Result.INVALID, Result.FAILED) for point in self.points)
        return not (is_doubtful or self.mark or self.refused_on)

    @property
    def plain_code(self) -> str:
        """The code as addresses bear it."""
        return self.code.replace("-", "")

    @property
    def counts(self) -> bool:
        """Whether it is a letter of ours that was not taken back."""
        return self.verdict in (Verdict.GENUINE, Verdict.EXPIRED)


def check(code: str, *, today: date, signed: list[SignedBy] | None = None) -> Check | None:
    """Look a verification code up; None when no letter has it. Reads the archived PDF."""
    letter = _read(code)
    return checked(letter, today=today, signed=signed or []) if letter is not None else None


def id_of(code: str) -> int | None:
    """The letter with this verification code."""
    return Letter.objects.filter(code=normalize_code(code)).values_list("pk", flat=True).first()


def _read(code: str) -> Letter | None:
    return (
        Letter.objects.select_related("unit", "person", "replacement", "replaces")
        .filter(code=normalize_code(code))
        .first()
    )


def checked(letter: Letter, *, today: date, signed: list[SignedBy]) -> Check:
    """Everything that is checked of a letter on this day."""
    replacement = getattr(letter, "replacement", None)
    is_there = replacement is not None and replacement.is_finished
    verdict = checks.verdict_of(
        is_finished=letter.is_finished,
        is_revoked=letter.revoked_at is not None,
        is_replaced=letter.revoked_at is not None and is_there,
        valid_until=letter.valid_until,
        today=today,
    )
    ended = letter.revoked_at.astimezone(city().tz).date() if letter.revoked_at else None
    integrity = checks.integrity(_condition(letter))
    is_intact = integrity.result is not Result.INVALID
    in_force = verdict in (Verdict.GENUINE, Verdict.EXPIRED)
    found = Check(
        letter_id=letter.pk,
        verdict=Verdict.NOT_INTACT if in_force and not is_intact else verdict,
        number=letter.number,
        subject="",
        holder="",
        issued_on=letter.issued_on,
        issued_by=letter.unit.name,
        valid_until=None,
        signer_title="",
        code=rules.pretty_code(letter.code),
        mark="",
        revoked_on=ended,
        points=[
            integrity,
            checks.status(verdict, valid_until=letter.valid_until, ended_on=ended),
            checks.issuer(signed, is_final=letter.is_finished, file=integrity.result),
        ],
        signed=signed,
    )
    if replacement is not None and is_there:
        found = replace(found, replaced_by=replacement.code)
    content = letter.content if letter.destroyed_at is None else None
    if content is not None:
        found = replace(found, mark=content.watermark)
    if not found.counts:
        return found
    subjects = (content.subjects if content is not None else []) or [letter.person.name]
    return replace(
        found,
        subject=letter.subject,
        holder=", ".join(rules.initials(name) for name in subjects),
        valid_until=letter.valid_until,
        signer_title=letter.signer_title,
        applicant="" if letter.person.name in subjects else rules.initials(letter.person.name),
        replaces=letter.replaces.number if letter.replaces is not None else "",
    )


def _condition(letter: Letter) -> Literal["whole", "altered", "away", "destroyed", "unmade"]:
    if letter.destroyed_at is not None:
        return "destroyed"
    if not letter.file:
        return "unmade"
    return archive.condition(letter.file, letter.sha256)


def taken_back() -> Iterator[tuple[str, datetime, bool]]:
    """Of every letter that was revoked: its code, since when, and whether another that is ready,
    or was, replaced it."""
    found = (
        Letter.objects.filter(state=Letter.State.REVOKED)
        .order_by("revoked_at", "pk")
        .values_list("code", "revoked_at", "replacement__state")
    )
    for code, at, replacement in found.iterator(chunk_size=2000):
        assert at is not None
        yield code, at, replacement in Letter.FINISHED


def issued_since(moment: datetime) -> int:
    """How many letters have got their number since the day of this moment. A meter."""
    return Letter.objects.filter(issued_on__gte=moment.date()).count()
