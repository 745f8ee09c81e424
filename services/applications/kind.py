"""What cases ask of an application."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext

from kernel.tanggal import long_date
from kernel.text import in_capitals_and_small
from services.applications.concerning import concerned, reporter
from services.applications.corrections import keep_answers
from services.applications.fitness import refuse_gone
from services.applications.issuing import issue
from services.applications.machine_checked import is_checked_by_machine
from services.applications.models import Application, OnBehalf
from services.applications.planning import plan_of
from services.cases import reasons
from services.cases.kinds import AtHand, Charged, Search, Stop, Story, Summary, kinds
from services.cases.models import Case, Step
from services.cases.plan import Plan
from services.catalogue.deciding import Term
from services.catalogue.models import Service
from services.letters.models import Letter
from services.residents.models import Person
from services.results import queries as results
from services.results.making import make_ready, refuse_missing
from services.results.models import HandOver
from services.signing import ordering as signatures
from ui.language import reads_in


class ApplicationKind:
    model: type[Case] = Application
    related: Sequence[str] = ("version__service", "applicant__household__rt")
    listed: Sequence[str] = (
        "application__version__service",
        "application__applicant__household",
        "application__report__about__household",
    )
    niks: Sequence[str] = ("application__applicant__nik_print",)

    def topic(self, case: Case) -> str:
        return Application.of(case).version.service.slug

    def topics(self) -> Mapping[str, str]:
        return dict(Service.objects.order_by("title", "pk").values_list("slug", "title"))

    def search(self, case: Case) -> Search:
        application = Application.of(case)
        people = {application.applicant_id: application.applicant}
        if application.checked == Application.BY_HEAD:
            about = concerned(application)
            people[about.pk] = about
        return Search(
            names=[person.name for person in people.values()],
            texts=[application.applicant.household.address],
        )

    def summary(self, case: Case) -> Summary:
        application = Application.of(case)
        person = concerned(application)
        return Summary(
            title=application.version.service.title,
            person=person,
            address=person.household.address,
            page="desk-case",
            reported_by=reporter(application),
        )

    def plan(self, case: Case) -> Plan:
        return plan_of(Application.of(case))

    def person(self, case: Case) -> Person:
        return Application.of(case).applicant

    def charged(self, case: Case) -> Charged:
        application = Application.of(case)
        blueprint = application.blueprint
        return Charged(
            blueprint.tariff, application.answers, application.applicant, blueprint.title
        )

    def asks(self, case: Case, key: str) -> bool:
        return key in Application.of(case).blueprint.keys()  # noqa: SIM118 - a method of Blueprint

    def refuse_approval(self, case: Case) -> None:
        refuse_gone(Application.of(case).applicant)

    def approved(self, hand: AtHand, at: datetime) -> bool:
        refuse_missing(hand)
        return issue(hand, at)

    def ended_well(self, case: Case, at: datetime) -> None:
        make_ready(Application.of(case), at)

    def term(self, case: Case) -> Term | None:
        blueprint = Application.of(case).blueprint
        # A report of a head asks for no decision.
        return None if blueprint.filed_by else blueprint.term

    def is_checked_by_machine(self, case: Case) -> bool:
        return is_checked_by_machine(Application.of(case))

    def returned(self, case: Case, step: Step) -> None:
        keep_answers(Application.of(case), step)

    def is_making(self, case: Case) -> bool:
        unfinished = Application.of(case).issued.exclude(letter__state__in=Letter.FINISHED)
        return unfinished.exists()

    def awaits_signature(self, case: Case, key: str) -> bool:
        letters = Application.of(case).issued.values("letter")
        return signatures.are_missing(letters, key)

    def ask_signature(self, case: Case, key: str, *, due_at: datetime) -> str | None:
        letters = Application.of(case).issued.values("letter")
        if signatures.are_missing(letters, key):
            signatures.release(letters, key, due_at=due_at)
            return None
        is_signed = signatures.are_signed(letters, key)
        return reasons.SIGNED if is_signed else reasons.NOT_SIGNED_HERE

    def no_step_left(self, case: Case, at: datetime) -> None:
        """A further official whose step the corrected answers left out signs all the same: the
        letter says so."""
        if signatures.is_on():
            signatures.release(Application.of(case).issued.values("letter"), None, due_at=at)

    def has_results(self, case: Case) -> bool:
        return Application.of(case).issued.exists() or results.has_left_desk(case)

    def story(self, case: Case) -> Story:
        application = Application.of(case)
        revoked = [
            Stop(
                "revoked",
                gettext("Surat nomor %(number)s dicabut") % {"number": letter.number},
                where=letter.unit.name,
                who=letter.revoked_by.name,
                note=letter.revoked_for,
                at=letter.revoked_at,
            )
            for letter in (issued.letter for issued in application.issued.all())
            if letter.revoked_by is not None
        ]
        has_letters = bool(application.blueprint.outputs)
        return Story(
            sent=_sent(application),
            making=gettext("Surat sedang dibuat"),
            returned=gettext("Menunggu perbaikan dari Anda"),
            end=gettext("Surat jadi") if has_letters else gettext("Selesai"),
            later=[*_of_results(application), *revoked],
        )


def _of_results(application: Application) -> list[Stop]:
    """What became of results that are no letter. One query for a service that has some."""
    if not application.blueprint.results:
        return []
    stops = []
    for one in results.ready_of(application):
        words = {"label": one.label}
        stops.append(
            Stop(
                "done", gettext("%(label)s siap diserahkan") % words, where=one.unit.name,
                at=one.ready_at,
            )
        )  # fmt: skip
        for act in one.hand_overs.all():
            if act.state == HandOver.State.DONE:
                said = gettext("%(label)s diserahkan") % words
                stops.append(Stop("done", said, who=act.get_to_display(), at=act.ended_at))
            elif act.state == HandOver.State.FAILED:
                said = gettext("%(label)s tidak sampai") % words
                stops.append(Stop("returned", said, note=act.reason, at=act.ended_at))
    return stops


def _sent(application: Application) -> str:
    if not application.checked:
        return gettext("Permohonan dikirim")
    name = application.opened_by.name
    if application.blueprint.filed_by:
        return gettext("Dilaporkan oleh %(name)s") % {"name": name}
    helped = application.helped
    if application.checked == Application.AT_KIOSK:
        return gettext("Permohonan diisi sendiri di %(name)s") % {"name": name}
    if application.checked == Application.FROM_PAPER:
        form = application.paper_form
        return gettext(
            "Permohonan dari formulir kertas yang diterima %(day)s, dimasukkan oleh %(name)s"
        ) % {"day": long_date(form.received_on, reads_in()), "name": form.by.name}
    if application.checked != Application.FOR_NEIGHBOUR or helped is None:
        return gettext("Permohonan dikirim di loket, diisi oleh %(name)s") % {"name": name}
    return said(helped, application)


def said(helped: OnBehalf, application: Application) -> str:
    """Who typed for whom, and how it was agreed, in the reader's language."""
    words = {
        "title": helped.title, "name": helped.typed_by.name,
        "whom": in_capitals_and_small(application.applicant.name),
    }  # fmt: skip
    if not helped.how:
        return gettext("Diisikan oleh %(title)s, %(name)s, atas nama %(whom)s") % words
    words["how"] = gettext(OnBehalf.How(helped.how).label)
    return (
        gettext("Diisikan oleh %(title)s, %(name)s, atas nama %(whom)s; persetujuan: %(how)s")
        % words
    )


kinds.add(Application.KIND, ApplicationKind())
