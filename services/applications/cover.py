"""The surat pengantar on paper: a vouch as a letter, made once, when somebody asks for it."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from services.applications import queries
from services.applications.issuing import letterhead, number_of
from services.applications.letter_text import signer_of
from services.applications.models import Application
from services.cases.models import Vouch
from services.cases.queries import lies_at
from services.cases.route import locked
from services.letters import actions as letters
from services.letters.actions import Draft, LetterBlock, Signer
from services.letters.models import Letter
from services.residents.queries import facts_of
from tenants.office import queries as office
from tenants.registry.current import city

PURPOSE = "keperluan"  # the shared question most services ask
GONE = (Application.State.WITHDRAWN,)


def purpose_of(application: Application) -> str:
    """For what it is asked, where the service asks that and does not mark it as sensitive."""
    answer = application.answers.get(PURPOSE)
    field = next((one for one in application.blueprint.fields if one.key == PURPOSE), None)
    shown = isinstance(answer, str) and field is not None and not field.sensitive
    return str(answer) if shown else ""


def coverable(application: Application) -> list[Vouch]:
    """The vouches of an application that may be had on paper: those that stand and did not sign a
    letter of the service itself. Uses the steps read with it."""
    signed = {output.step for output in application.blueprint.outputs}
    found = []
    for step in application.steps.all():
        vouch = getattr(step, "vouch", None)
        if vouch is None or step.key in signed or application.state in GONE:
            continue
        if vouch.outcome == Vouch.Outcome.VOUCHED and vouch.voided_at is None:
            found.append(vouch)
    return found


def vouch_for(user: User, vouch_id: int, *, today: date) -> tuple[Vouch, Application]:
    """A vouch that this user may have on paper: whose request it is, and who answers at its unit.
    Raises NotThere."""
    vouch = Vouch.objects.filter(pk=vouch_id).select_related("step__unit", "letter").first()
    if vouch is not None:
        application = queries.get_for(user, vouch.step.case_id, today=today)
        is_theirs = queries.is_applicant(user, application)
        if is_theirs or lies_at(vouch.step, office.posts_of(user, today)):
            return vouch, application
    raise NotThere("Surat pengantar ini tidak ditemukan.")


@transaction.atomic
def make(*, vouch_id: int, by: User, at: datetime) -> Letter:
    """The surat pengantar of a vouch; asked for again, the same. Raises NotThere, and RuleBroken
    where the vouch does not stand any more."""
    today = at.astimezone(city().tz).date()
    _, seen = vouch_for(by, vouch_id, today=today)
    application = locked(Application, seen.pk)
    vouch = (
        Vouch.objects.select_for_update(of=("self",))
        .select_related("step__unit", "post", "by", "unit", "letter")
        .get(pk=vouch_id)
    )
    if vouch.pk not in {one.pk for one in coverable(seen)} or vouch.voided_at is not None:
        raise RuleBroken("Surat pengantar tidak bisa dibuat: keterangannya tidak berlaku lagi.")
    letter = vouch.letter or _written(vouch, application)
    letters.render(letter.pk, at=at)
    letters.make_ready(letter.pk)
    return Letter.objects.get(pk=letter.pk)


def _written(vouch: Vouch, application: Application) -> Letter:
    step, day = vouch.step, vouch.at.astimezone(city().tz).date()
    signer = signer_of(vouch.by, vouch.post, step, day)
    letter = letters.write(
        _draft(application, signer),
        unit=vouch.unit,
        letterhead=letterhead(vouch.unit),
        person=application.applicant,
        signer=signer,
        at=vouch.at,
        numbered=number_of(step),
    )
    vouch.letter = letter
    vouch.save(update_fields=["letter"])
    return letter


def _draft(application: Application, signer: Signer) -> Draft:
    """Its words: who, where, and for what. No NIK: who reads it sees the KTP."""
    facts = facts_of(application.applicant)
    purpose = purpose_of(application).rstrip(".")
    matter = application.version.service.title
    matter += f", untuk keperluan: {purpose}" if purpose else ""
    near = " ".join(f"{word} {facts[key]}" for word, key in (("RT", "rt"), ("RW", "rw"))
                    if facts.get(key))  # fmt: skip
    rows = [("Nama", "nama"), ("Tempat, tanggal lahir", "ttl"), ("Jenis kelamin", "jenis_kelamin"),
            ("Pekerjaan", "pekerjaan"), ("Alamat", "alamat")]  # fmt: skip
    return Draft(
        topic=application.version.service.slug,
        layout="pengantar",
        title="SURAT PENGANTAR",
        subject="Surat Pengantar RT/RW",
        classification="",
        addressed_to="",
        opening=f"Yang bertanda tangan di bawah ini, {signer.post_title}, menerangkan bahwa:",
        blocks=[LetterBlock("", [[label, facts.get(key) or "–"] for label, key in rows])],
        body=[
            f"benar warga {near} {facts['kelurahan']}".replace("  ", " ")
            + f", dan bermaksud mengurus: {matter}."
        ],
        tables=[],
        closing="Demikian surat pengantar ini dibuat untuk dipergunakan seperlunya.",
        valid_until=None,
        applicant_signs="",
        applicant_name=facts["nama"],
        witnesses=[],
        witnesses_as="",
        copies=[],
        about=[],
    )
