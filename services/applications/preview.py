"""A service's letters with invented people, before anybody has asked for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from accounts.models import User
from services.applications import issuing
from services.applications.corrections import as_returned
from services.applications.letter_text import draft_from, letter_draft, signer_of
from services.applications.models import Application
from services.cases import decisions
from services.cases.models import Step
from services.cases.rules import unit_code_for
from services.catalogue import samples
from services.catalogue.blueprint import Blueprint
from services.catalogue.desks import said_output
from services.catalogue.outputs import Output
from services.catalogue.queries import places_at
from services.letters import actions as letters
from services.letters.actions import Draft, Signer
from services.letters.styles import Told, face_of, tried
from services.questions.conditions import Answer
from tenants.office.models import Post, Unit
from tenants.registry import regions
from tenants.registry.current import city

AROUND_VILLAGES = (Unit.Kind.KECAMATAN, Unit.Kind.KELURAHAN, Unit.Kind.DESA)
SAMPLE_SIGNER = "Dra. Hj. Nurhayati, M.Si."


def letter(
    blueprint: Blueprint, output: Output, *, at: datetime,
    given: Mapping[str, Answer] | None = None, near: Unit | None = None,
    told: Told | None = None,
) -> bytes:  # fmt: skip
    """One letter as PDF, plainly marked as a preview; ``given`` are answers that must be so. It is
    signed at ``near``, or where somebody in it would have it signed; ``told`` is how it is to look,
    where that is tried out.

    Raises RenderFailed.
    """
    today = at.astimezone(city().tz).date()
    step = blueprint.desk(output.step)
    villages = Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA])
    if near is not None and near.kind in AROUND_VILLAGES:
        villages = villages.filter(code__startswith=near.code)
    village = villages.order_by("code").first()
    assert village is not None, "every city has its territory"
    code = unit_code_for(step, rt_code=f"{village.code}/002/005")
    unit = Unit.objects.filter(code=code).first() or village
    post = Post.objects.filter(unit=unit, role=step.role).first()
    title = post.title if post else step.title
    signer = Signer(
        name=SAMPLE_SIGNER,
        title=[f"{title},"],
        post_title=title,
        unit_name=unit.name,
        nip="197603122001122003",
        rank="",
    )
    head = issuing.letterhead(unit)
    face = face_of(unit, blueprint.slug, output.key)
    if told is not None:
        face = tried(face, told)
    draft = draft_from(
        blueprint,
        samples.answers(
            blueprint,
            today=today,
            born_in=town_name(),
            **{**(given or {}), **samples.meeting(output.when)},
        ),
        said_output(output, places_at(village.code)),
        facts={**samples.applicant(town_name()), **_place(village)},
        number="26-11-000482",
        signer=signer,
        today=today,
        voucher="Ketua RT" if any(step.level == "rt" for step in blueprint.desks()) else "",
        words=face.words,
    )
    return letters.preview(draft, unit=unit, letterhead=head, signer=signer, at=at, face=face)


def town_name() -> str:
    """Where invented people are born: this city, as records write it."""
    area = regions.regency(city().code)
    return area.short_name if area else city().name


def _place(village: Unit) -> dict[str, str]:
    """Where the invented applicant lives: in this city, so that no other city is named."""
    kecamatan = village.parent
    return {
        "kelurahan": village.name,
        "kecamatan": kecamatan.name if kecamatan is not None else "",
        "kota": city().name,
        "provinsi": city().province,
    }


def of_application(
    application: Application, step: Step, output: Output, *, by: User, at: datetime
) -> bytes:
    """The letter this approval would issue, with the case's real facts, not yet numbered."""
    today = at.astimezone(city().tz).date()
    post = decisions.post_held(by, step, at)
    signer = signer_of(by, post, step, today)
    draft = letter_draft(application, application.steps.all(), output, signer, today, step.unit)
    head = issuing.letterhead(step.unit)
    return letters.preview(draft, unit=step.unit, letterhead=head, signer=signer, at=at)


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A part of a letter as it was and as it will be; one of the two may be empty."""

    before: str
    now: str


def changed_lines(
    application: Application, step: Step, output: Output, *, by: User, at: datetime
) -> list[ChangedLine]:
    """How the letter of an application differs from the one it would have been when it was last
    sent back; nothing for one that never was."""
    before = as_returned(application)
    if before is None:
        return []
    today = at.astimezone(city().tz).date()
    signer = signer_of(by, decisions.post_held(by, step, at), step, today)
    old, new = (
        lines_of(letter_draft(one, application.steps.all(), output, signer, today, step.unit))
        for one in (before, application)
    )
    return differing(old, new)


def differing(old: list[str], new: list[str]) -> list[ChangedLine]:
    """Where two letters differ, line by line."""
    found = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            found.append(ChangedLine("\n".join(old[i1:i2]), "\n".join(new[j1:j2])))
    return found


def lines_of(draft: Draft) -> list[str]:
    """What a letter says, a line for each sentence, fact and row."""
    lines = [draft.title, draft.addressed_to, draft.opening]
    for block in draft.blocks:
        lines += [block.intro, *(f"{label}: {text}" for label, text in block.rows)]
    lines += draft.body
    for table in draft.tables:
        lines += [table.intro, *(" · ".join(row) for row in table.rows)]
    lines += [draft.closing, *draft.witnesses, *draft.copies]
    return [line for line in lines if line]
