"""What an issued letter says: the blueprint's text with this case's facts."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import User
from kernel.tanggal import long_date
from services.applications.deciding import authority_in_words
from services.applications.models import Application
from services.cases import vouching
from services.cases.models import Step
from services.cases.route import office_code
from services.catalogue import answers as answering
from services.catalogue.blueprint import Blueprint
from services.catalogue.desks import said_output
from services.catalogue.outputs import LetterTable, Output
from services.catalogue.queries import places_at
from services.catalogue.rules import fill
from services.letters.actions import Draft, LetterBlock, LetterGrid, Signer
from services.letters.rules import valid_until
from services.letters.styles import face_of, in_own_words
from services.questions.conditions import Answers, all_hold
from services.residents.queries import facts_of
from tenants.office.models import Holding, Post, Unit
from tenants.office.roles import Can, can, role_of, title_at
from tenants.office.signing import signature_lines


def signer_of(user: User, post: Post, step: Step, today: date) -> Signer:
    """Name, post, NIP and rank as they stood on the day of signing.

    A deputy signs on behalf (a.n.) of the post the step belongs to; the head of a section for the
    secretary who does (u.b.).
    """
    holding = (
        Holding.objects.select_related("post")
        .filter(post=post, user=user, since__lte=today)
        .filter(Q(until__isnull=True) | Q(until__gte=today))
        .order_by("-since")
        .first()
    )
    if holding is None:  # who stands in for a head who is away holds a post elsewhere
        holding = Holding(post=post, user=user, since=today, is_acting=True, acting="plh")
    head = secretary = ""
    if post.role != step.role:
        titles = dict(Post.objects.filter(unit=step.unit).values_list("role", "title"))
        head = titles.get(step.role, step.unit.name)
        through = role_of(post.role).signs_through
        if step.role != through:
            secretary = titles.get(through, "")
    lines = signature_lines(holding.title, head=head, secretary=secretary)
    return Signer(
        name=user.name,
        title=lines,
        post_title=" ".join(lines).rstrip(","),
        unit_name=step.unit.name,
        nip=holding.nip,
        rank=holding.rank,
    )


def letter_draft(
    application: Application, steps: Iterable[Step], output: Output, signer: Signer, today: date,
    unit: Unit,
) -> Draft:  # fmt: skip
    """What the letter of an application with these steps says, signed at a unit."""
    blueprint, steps = application.blueprint, list(steps)
    draft = draft_from(
        blueprint,
        application.answers,
        said_output(output, places_at(office_code(application))),
        facts=facts_of(application.applicant),
        number=application.number or "",
        signer=signer,
        today=today,
        voucher=voucher_of(steps),
        authority=authority_in_words(application),
        words=face_of(unit, blueprint.slug, output.key).words,
    )
    return replace(draft, initials=initials_of(blueprint, steps, unit))


def initials_of(blueprint: Blueprint, steps: Iterable[Step], unit: Unit) -> list[str]:
    """Who put initials to the draft at the unit that signs it, in the order in which they did:
    ``Sekretaris Kelurahan Belimbing (DN)``. No query where the city has no such steps."""
    keys = {step.key for step in blueprint.steps if step.initials}
    passed = [
        (step, step.decided_by) for step in steps
        if step.key in keys and step.state == Step.State.APPROVED and step.unit_id == unit.pk
        and step.decided_by is not None
    ]  # fmt: skip
    if not passed:
        return []
    held = Holding.objects.filter(post__unit=unit, user__in=[by for _, by in passed])
    posts = {(one.user_id, one.post.role): one.post.title for one in held.select_related("post")}
    return [
        f"{posts.get((by.pk, step.role), step.title)} ({letters_of(by.name)})"
        for step, by in passed
    ]


def letters_of(name: str) -> str:
    """The initials of a name without its degrees: ``Dra. Hj. Dewi Nurhayati, M.Si.`` → ``DN``."""
    bare = name.partition(",")[0].split()
    return "".join(word[0].upper() for word in bare if not word.endswith("."))


def voucher_of(steps: Iterable[Step]) -> str:
    """What whoever vouched is called: ``Ketua RT``, ``Sekretaris RT 005``; "" where nobody did, or
    it was taken back. Of several the first. Of a vouch from before vouches were rows, the step
    says it: then only who heads a neighbourhood gave one."""
    for step in steps:
        if step.state != Step.State.APPROVED:
            continue
        vouch = vouching.of(step)
        if vouch is None and can(step.role, Can.VOUCHES):
            return title_at(step.role, step.unit)
        if vouch is not None and vouch.voided_at is None:
            return vouch.called
    return ""


def draft_from(
    blueprint: Blueprint, answers: Answers, output: Output, *, facts: dict[str, str], number: str,
    signer: Signer, today: date, voucher: str, authority: str = "",
    words: Mapping[str, Any] | None = None,
) -> Draft:  # fmt: skip
    """An output's text with every placeholder filled, once.

    ``words`` are those of the unit that signs, in place of the service's own. ``voucher``: what
    the head who has vouched is called, "" where nobody has: a letter must not
    name them otherwise.
    """
    until = (
        valid_until(today, output.validity.amount, output.validity.unit)
        if output.validity
        else None
    )
    # What was asked comes last: where a service asks for a {tanggal}, that day is meant and not
    # the day of signing.
    values = {
        "unit": signer.unit_name,
        "penandatangan": signer.post_title,
        "tanggal": long_date(today),
        "berlaku_sampai": long_date(until) if until else "",
        "nomor_berkas": number,
        "kewenangan": authority or "ketentuan yang berlaku",
        "keterangan_rt": f"keterangan {voucher}" if voucher else "pernyataan pemohon",
        **facts,
        **answering.placeholders(blueprint, answers),
    }
    output = in_own_words(output, words or {}, values)
    return Draft(
        topic=blueprint.slug,
        output=output.key,
        layout=output.layout,
        title=output.title,
        subject=output.subject,
        classification=output.code_on(today),
        addressed_to=fill(output.addressed_to, values),
        opening=fill(output.opening, values),
        blocks=[
            LetterBlock(
                fill(block.intro, values),
                [[fact.label, fill(fact.text, values)] for fact in block.facts],
            )
            for block in output.blocks
            if all_hold(block.when, answers)
        ],
        body=[fill(paragraph, values) for paragraph in output.body],
        tables=[_table(blueprint, table, answers) for table in output.tables],
        closing=fill(output.closing, values),
        valid_until=until,
        applicant_signs=fill(output.applicant_signs, values),
        applicant_name=values["nama"],
        witnesses=[values.get(f"{key}.nama", "") for key in output.witnesses],
        witnesses_as=output.witnesses_as,
        copies=[fill(line, values) for line in output.copies],
        about=[fill(name, values) for name in output.about],
    )


def _table(blueprint: Blueprint, table: LetterTable, answers: Answers) -> LetterGrid:
    rows = answering.table_rows(blueprint.field(table.field), answers.get(table.field))
    return LetterGrid(
        intro=table.intro,
        head=[column.label for column in table.columns],
        rows=[[fill(column.text, row) for column in table.columns] for row in rows],
    )
