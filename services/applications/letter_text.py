"""What an issued letter says: the blueprint's text with this case's facts."""

from collections.abc import Iterable
from datetime import date

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
from services.questions.conditions import Answers, all_hold
from services.residents.queries import facts_of
from tenants.office.models import Holding, Post
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
    application: Application, steps: Iterable[Step], output: Output, signer: Signer, today: date
) -> Draft:
    """What the letter of an application with these steps says."""
    return draft_from(
        application.blueprint,
        application.answers,
        said_output(output, places_at(office_code(application))),
        facts=facts_of(application.applicant),
        number=application.number or "",
        signer=signer,
        today=today,
        voucher=voucher_of(steps),
        authority=authority_in_words(application),
    )


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
) -> Draft:  # fmt: skip
    """An output's text with every placeholder filled, once.

    ``voucher``: what the head who has vouched is called, "" where nobody has: a letter must not
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
    return Draft(
        topic=blueprint.slug,
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
        copies=output.copies,
        about=[fill(name, values) for name in output.about],
    )


def _table(blueprint: Blueprint, table: LetterTable, answers: Answers) -> LetterGrid:
    rows = answering.table_rows(blueprint.field(table.field), answers.get(table.field))
    return LetterGrid(
        intro=table.intro,
        head=[column.label for column in table.columns],
        rows=[[fill(column.text, row) for column in table.columns] for row in rows],
    )
