"""What an issued letter says: the blueprint's text with this dossier's facts."""

from datetime import date

from django.db.models import Q

from accounts.models import User
from kernel.tanggal import long_date
from services.applications.models import Application
from services.catalogue import answers as answering
from services.catalogue.blueprint import Fact, Output
from services.catalogue.rules import fill
from services.letters.actions import Draft, Signer
from services.letters.rules import valid_until
from services.residents.queries import facts_of
from tenants.office.models import Holding, Post


def signer_of(user: User, post: Post, today: date) -> Signer:
    """Name, post, NIP and rank as they stood on the day of signing."""
    holding = (
        Holding.objects.filter(post=post, user=user, since__lte=today)
        .filter(Q(until__isnull=True) | Q(until__gte=today))
        .order_by("-since")
        .first()
    )
    assert holding is not None, "signer_of is only asked for a post just checked"
    title = f"Plt. {post.title}" if holding.is_acting else post.title
    return Signer(
        name=user.name, title=[f"{title},"], post_title=title, nip=holding.nip, rank=holding.rank
    )


def letter_draft(application: Application, output: Output, signer: Signer, today: date) -> Draft:
    """An output's text with every placeholder filled, once."""
    until = (
        valid_until(today, output.validity.amount, output.validity.unit)
        if output.validity
        else None
    )
    values = {
        **facts_of(application.applicant),
        **answering.all_words(application.blueprint, application.answers),
        "unit": signer.post_title,
        "penandatangan": signer.post_title,
        "tanggal": long_date(today),
        "berlaku_sampai": long_date(until) if until else "",
        "nomor_berkas": application.number or "",
    }

    def rows(facts: list[Fact]) -> list[list[str]]:
        return [[fact.label, fill(fact.text, values)] for fact in facts]

    return Draft(
        title=output.title,
        subject=output.subject,
        classification=output.code_on(today),
        opening=fill(output.opening, values),
        identity=rows(output.identity),
        body=[fill(paragraph, values) for paragraph in output.body],
        details=rows(output.details),
        closing=fill(output.closing, values),
        valid_until=until,
    )
