"""What cases ask of an application."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext

from kernel.text import in_capitals_and_small
from services.applications.concerning import concerned, reporter
from services.applications.fitness import refuse_gone
from services.applications.issuing import issue
from services.applications.models import Application, OnBehalf
from services.applications.planning import plan_of
from services.cases.kinds import AtHand, Search, Stop, Story, Summary, kinds
from services.cases.models import Case
from services.cases.plan import Plan
from services.letters.models import Letter
from services.residents.models import Person


class ApplicationKind:
    model: type[Case] = Application
    related: Sequence[str] = ("version__service", "applicant__household__rt")
    listed: Sequence[str] = (
        "application__version__service",
        "application__applicant__household",
        "application__report__about__household",
    )
    search = Search(
        niks=("application__applicant__nik_print",),
        names=("application__applicant__name", "application__report__about__name"),
        texts=(
            "application__applicant__household__address",
            "application__version__service__title",
        ),
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

    def asks(self, case: Case, key: str) -> bool:
        return key in Application.of(case).blueprint.keys()  # noqa: SIM118 - a method of Blueprint

    def refuse_approval(self, case: Case) -> None:
        refuse_gone(Application.of(case).applicant)

    def approved(self, hand: AtHand, at: datetime) -> bool:
        return issue(hand, at)

    def is_making(self, case: Case) -> bool:
        unfinished = Application.of(case).issued.exclude(letter__state__in=Letter.FINISHED)
        return unfinished.exists()

    def has_results(self, case: Case) -> bool:
        return Application.of(case).issued.exists()

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
            later=revoked,
        )


def _sent(application: Application) -> str:
    if not application.checked:
        return gettext("Permohonan dikirim")
    name = application.opened_by.name
    if application.blueprint.filed_by:
        return gettext("Dilaporkan oleh %(name)s") % {"name": name}
    helped = application.helped
    if application.checked == Application.AT_KIOSK:
        return gettext("Permohonan diisi sendiri di %(name)s") % {"name": name}
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
