"""Numbering, writing and archiving letters."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken, Stale
from kernel.ids import secret_code
from kernel.tanggal import long_date, moment_text
from messaging import outbox
from services.letters import archive, check_keys, numbering, record, rules
from services.letters.models import Letter
from services.letters.numbering import Numbered
from services.letters.render import NEWEST, Content, render_pdf
from services.letters.styles import Face, face_of
from services.residents.models import Person
from tenants.office.models import Profile, Unit
from tenants.office.naming import bare_name
from tenants.registry.current import city
from tenants.registry.entitlements import on_trial
from typeset.pdf import logo_svg

# The constraints that keep a number to one letter.
NUMBER_ONCE = frozenset({"letter_number_once", "letter_number_once_in_city"})


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose name stands under the letter."""

    name: str
    title: list[str]  # lines above the name: ["a.n. Camat Bontang Barat", "Sekretaris Kecamatan,"]
    post_title: str
    unit_name: str
    nip: str
    rank: str


@dataclass(frozen=True, slots=True)
class LetterBlock:
    """Labelled facts under a sentence of their own."""

    intro: str
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class LetterGrid:
    """A table."""

    intro: str
    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter's own words, before it has a number."""

    topic: str  # slug of the service
    layout: str
    title: str
    subject: str
    classification: str
    addressed_to: str
    opening: str
    blocks: list[LetterBlock]
    body: list[str]
    tables: list[LetterGrid]
    closing: str
    valid_until: date | None
    applicant_signs: str
    applicant_name: str
    witnesses: list[str]
    witnesses_as: str
    copies: list[str]
    about: list[str]  # names of those it is about; empty: the first name among its facts
    output: str = ""  # key of the letter among those of its service
    initials: list[str] = field(default_factory=list)  # who looked through it before


def write(
    draft: Draft, *, unit: Unit, letterhead: list[Unit], person: Person, signer: Signer,
    at: datetime, numbered: Numbered | None = None, signature: str = "",
    replaces: Letter | None = None, also_signed_by: Sequence[str] = (),
) -> Letter:  # fmt: skip
    """Number a letter and fix every word of it. Its PDF is made by ``render`` afterwards.
    ``signature``: the sentence about the electronic signature that it waits for, if any.

    Call inside the approving transaction: number, letter and approval stand or fall together.
    """
    today = at.astimezone(city().tz).date()
    given = numbered or numbering.take(
        unit=unit, topic=draft.topic, title=draft.subject, code=draft.classification, day=today
    )
    number = given.number
    code = secret_code()
    content = compose(
        draft, unit=unit, letterhead=letterhead, signer=signer, at=at, number=number, code=code,
        signature=signature, also_signed_by=also_signed_by,
    )  # fmt: skip
    content = with_record(content, valid_until=draft.valid_until, unit=unit, day=today, at=at)
    letter = Letter(
        code=code,
        unit=unit,
        register=given.register,
        classification=draft.classification,
        year=given.year,
        sequence=given.sequence,
        number=number,
        subject=draft.subject,
        person=person,
        signer_title=signer.post_title,
        issued_on=today,
        valid_until=draft.valid_until,
        replaces=replaces,
    )
    letter.seal_content(content)
    try:
        letter.save()
    except IntegrityError as error:
        cause: Any = error.__cause__
        if cause.diag.constraint_name not in NUMBER_ONCE:
            raise
        # A unit's short form was used by another unit before, or two patterns came to one number.
        raise RuleBroken(
            f"Nomor {number} sudah dipakai surat lain. Minta admin mengganti singkatan "
            f"{unit.name} atau pola nomor suratnya, lalu setujui lagi."
        ) from error
    return letter


def with_record(
    content: Content, *, valid_until: date | None, unit: Unit, day: date, at: datetime
) -> Content:
    """The same letter, with the signed record for its QR code."""
    content = replace(content, record="")
    key = check_keys.in_force(at)
    facts = record.Facts(
        number=content.number,
        kind=content.title,
        day=day,
        valid_until=valid_until,
        about=record.shortened(content.subjects or [content.applicant_name]),
        words=record.print_of(content.as_json()),
        city=city().code.replace(".", ""),
        unit=unit.name,
        mark=content.watermark,
    )
    digits = record.signed(
        facts, code=content.code, key=check_keys.private_of(key), kid=bytes.fromhex(key.kid)
    )
    return replace(content, record=digits)


def preview(
    draft: Draft,
    *,
    unit: Unit,
    letterhead: list[Unit],
    signer: Signer,
    at: datetime,
    face: Face | None = None,
) -> bytes:
    """The letter as it would be, as PDF: without number, plainly marked, kept nowhere."""
    content = compose(
        draft, unit=unit, letterhead=letterhead, signer=signer, at=at, number="…", code="CONTOH",
        face=face,
    )  # fmt: skip
    return render_pdf(replace(content, watermark="PRATINJAU", approval=["Belum disetujui."]))


def compose(
    draft: Draft, *, unit: Unit, letterhead: list[Unit], signer: Signer, at: datetime,
    number: str, code: str, face: Face | None = None, signature: str = "",
    also_signed_by: Sequence[str] = (),
) -> Content:  # fmt: skip
    """Every word of a letter, in its final form; ``face`` where another than the unit's is tried
    out. ``signature``: what its foot says of the electronic signature that it will bear."""
    here = city()
    face = face or face_of(unit, draft.topic, draft.output)
    profile, lines = face.profile, head_lines(unit, face.profile)
    return Content(
        paper=face.paper,
        style=face.style,
        initials=draft.initials,
        layout=draft.layout,
        revision=NEWEST,
        about=draft.about,
        title=draft.title,
        number=number,
        code=code,
        check_url=here.page("verify", code),
        government=profile.government,
        unit=unit.name,
        letterhead=[profile.government, *(above.name for above in letterhead)],
        address=lines[0],
        contact=lines[1],
        addressed_to=draft.addressed_to,
        subject=draft.subject,
        opening=draft.opening,
        blocks=[asdict(block) for block in draft.blocks],
        body=draft.body,
        tables=[asdict(table) for table in draft.tables],
        valid=f"Surat ini berlaku sampai dengan tanggal {long_date(draft.valid_until)}."
        if draft.valid_until
        else "",
        closing=draft.closing,
        place=place_of(unit),
        date=long_date(at.astimezone(here.tz).date()),
        signer_title=signer.title,
        signer_name=signer.name,
        signer_rank=signer.rank,
        signer_nip=signer.nip,
        applicant_signs=draft.applicant_signs,
        applicant_name=draft.applicant_name,
        witnesses=draft.witnesses,
        witnesses_as=draft.witnesses_as,
        copies=draft.copies,
        approval=[
            f"Disetujui secara elektronik oleh {signer.post_title} pada "
            f"{moment_text(at, here.timezone)}.",
            *(signed_also(one) for one in also_signed_by),
            "Pindai kode ini untuk mengecek keaslian surat.",
        ],
        footer=[
            "Dokumen ini dibuat secara elektronik. Keaslian dan masa berlakunya dapat dicek di "
            f"{here.page('verify-form')} dengan kode {rules.pretty_code(code)}.",
            signature or "Surat ini belum memakai tanda tangan elektronik tersertifikasi.",
        ],
        watermark=rules.watermark(is_demo=here.is_demo, on_trial=on_trial(here)),
        logo=logo_svg(bytes(profile.logo)) if profile.logo else "",
        issued_at=at.replace(microsecond=0).isoformat(),
    )


def signed_also(post_title: str) -> str:
    """What a letter says of a further official who signs it."""
    return f"Ditandatangani secara elektronik juga oleh {post_title}."


def place_of(unit: Unit) -> str:
    """Where the letter is dated: the unit's own name, or the city's for a dinas."""
    has_own_place = unit.kind in (Unit.Kind.KELURAHAN, Unit.Kind.DESA, Unit.Kind.KECAMATAN)
    return unit.own_name if has_own_place else bare_name(city().name)


def head_lines(unit: Unit, profile: Profile) -> tuple[str, str]:
    """What stands below the names of a letter's head: the address, and how to reach the office."""
    post_code = f"Kode Pos {unit.post_code}" if unit.post_code else ""
    website = profile.website.partition("//")[2].rstrip("/")
    return (
        ", ".join(part for part in (unit.address.rstrip(", "), post_code) if part),
        " · ".join(
            part
            for part in (f"Telepon {unit.phone}" if unit.phone else "", unit.email, website)
            if part
        ),
    )


@transaction.atomic
def render(letter_id: int, *, at: datetime) -> Letter:
    """Make and keep the PDF of a numbered letter; does nothing when that is done already.

    The bytes are stored before the state changes, so a state that says rendered has its file.
    """
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    if letter.state != Letter.State.NUMBERED:
        return letter
    pdf = render_pdf(letter.content)
    before = letter.file
    letter.file, letter.sha256 = archive.store(letter.code, pdf)
    forget_file(letter, before)
    letter.state, letter.rendered_at = Letter.State.RENDERED, at
    letter.save(update_fields=["file", "sha256", "state", "rendered_at"])
    return letter


@transaction.atomic
def make_ready(letter_id: int) -> bool:
    """Give a rendered letter to its holder; whether this call did it. A signature comes before."""
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    if letter.state != Letter.State.RENDERED:
        return False
    letter.state = Letter.State.READY
    letter.save(update_fields=["state"])
    audit.record("letter.ready", actor=None, subject="letter", subject_id=letter.pk)
    return True


def restore_pdf(letter_id: int) -> bool:
    """Write a finished letter's PDF anew if the stored file is missing or damaged; whether it is
    whole now. Only exactly the same bytes are put back. Raises OSError, RenderFailed."""
    letter = Letter.objects.get(pk=letter_id)
    if letter.destroyed_at is not None:
        return True
    if archive.is_whole(letter.file, letter.sha256):
        return True
    pdf = render_pdf(letter.content)
    if hashlib.sha256(pdf).hexdigest() != letter.sha256:
        return False
    archive.put_back(letter.file, pdf)
    audit.record("letter.restored", actor=None, subject="letter", subject_id=letter.pk)
    return True


def destroy(letter_id: int, *, at: datetime) -> list[str]:
    """Destroy the words of a letter whose archive reached its fate; the paths to be deleted after
    the commit: its PDF, and what was kept of it from before. Number, subject, holder and digest
    stay: a paper can be checked.
    Call in a transaction, after the caller has judged whether this may be."""
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    letter.file, letter.content_sealed, letter.destroyed_at = "", b"", at
    letter.save(update_fields=["file", "content_sealed", "destroyed_at"])
    return archive.paths_of(letter.code)


def forget_file(letter: Letter, path: str) -> None:
    """Order that a file is deleted which another has taken the place of: once what is written now
    is committed, so that no letter is without its file. Call in that transaction."""
    if path and path != letter.file:
        outbox.enqueue(
            "letters.forget", {"letter_id": letter.pk, "path": path},
            key=f"forget:{letter.pk}:{path.rpartition('-')[2]}:{letter.sha256[:16]}",
        )  # fmt: skip


def revoke(letter_id: int, *, by: User, reason: str, at: datetime) -> bool:
    """Take a finished letter back; whether this call did it. Its number stays used, its PDF
    archived. Raises RuleBroken without a reason, Stale when it cannot be revoked (any more).

    Call inside a transaction, after the caller has judged whether this person may.
    """
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    if letter.state == Letter.State.REVOKED:
        if letter.revoked_by_id == by.pk:
            return False
        raise Stale("Surat ini sudah dicabut orang lain. Tidak ada yang berubah.")
    if letter.state != Letter.State.READY:
        raise Stale("PDF surat ini masih dibuat. Tunggu satu menit, lalu coba lagi.")
    letter.revoked_for = rules.reason_to_revoke(reason)
    letter.state, letter.revoked_at, letter.revoked_by = Letter.State.REVOKED, at, by
    letter.save(update_fields=["state", "revoked_at", "revoked_by", "revoked_for"])
    audit.record("letter.revoked", actor=by, subject="letter", subject_id=letter.pk)
    return True


def void(letter_id: int, *, by: User, reason: str, at: datetime) -> bool:
    """Take a letter back before its holder got it, also one whose PDF could not be made; whether
    this call did it. Its number stays used. Raises RuleBroken without a reason.

    Call inside a transaction, after the caller has judged whether this person may."""
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    if letter.state not in (Letter.State.NUMBERED, Letter.State.RENDERED):
        return False
    letter.revoked_for = rules.reason_to_revoke(reason)
    letter.state, letter.revoked_at, letter.revoked_by = Letter.State.REVOKED, at, by
    replaces, letter.replaces = letter.replaces_id, None  # which another may replace now
    letter.save(update_fields=["state", "revoked_at", "revoked_by", "revoked_for", "replaces"])
    audit.record("letter.void", actor=by, subject="letter", subject_id=letter.pk,
                 detail={"replaces": replaces} if replaces else {})  # fmt: skip
    return True


def rewrite(letter_id: int, content: Content, *, signer_title: str, at: datetime) -> bool:
    """Other words for a letter that its holder has not got: its PDF is made anew. Whether that
    could be. Call inside a transaction, after the caller has judged whether this may be."""
    letter = Letter.objects.select_for_update(of=("self",)).select_related("unit").get(pk=letter_id)
    if letter.state not in (Letter.State.NUMBERED, Letter.State.RENDERED):
        return False
    letter.seal_content(
        with_record(
            content, valid_until=letter.valid_until, unit=letter.unit, day=letter.issued_on, at=at
        )
    )
    letter.state, letter.signer_title = Letter.State.NUMBERED, signer_title
    letter.save(update_fields=["content_sealed", "state", "signer_title"])
    return True
