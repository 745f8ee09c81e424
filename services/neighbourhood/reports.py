"""What the head of a neighbourhood reports: a case at the kelurahan, filed and put right by the
head and decided by the kelurahan. What it says of people is proposed to the register."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.tanggal import long_date
from kernel.text import squeeze
from services.applications import actions, proposals, withdrawal
from services.applications.models import Application, LifeEvent
from services.cases.queries import EDITABLE
from services.cases.route import today_of
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service
from services.neighbourhood import guests
from services.neighbourhood.areas import is_left_to, lies_there, person_there, post_for, unit_of
from services.neighbourhood.models import BoardingHouse, Guest, Report
from services.questions.kind import FieldSpec, kind_of
from services.residents import happenings
from services.residents.family import is_minor
from services.residents.models import Person
from services.residents.queries import living_with
from tenants.office.models import Post, Unit

MOST_LISTED = 600  # people offered in one list
ENDED_BADLY = (
    Application.State.DRAFT, Application.State.WITHDRAWN, Application.State.REFUSED,
)  # fmt: skip


class Incomplete(RuleBroken):
    """Answers that are missing or wrong, by the key of their question."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("Masih ada yang perlu dilengkapi. Periksa lagi isian Anda.")


class Repeated(RuleBroken):
    """The same seems to be reported already."""

    def __init__(self, told: Sequence[str]) -> None:
        super().__init__(
            f"{' '.join(told)} Bila ini memang hal lain, centang “Tetap laporkan”.",
            field="accepted",
        )


def about_whom(blueprint: Blueprint) -> FieldSpec | None:
    """The question that the person chosen from the book answers: the first that names people."""
    return next((spec for spec in blueprint.fields if kind_of(spec).names_people), None)


def answered_by(blueprint: Blueprint, person: Person) -> dict[str, str]:
    """That answer, as the form would send it."""
    spec = about_whom(blueprint)
    if spec is None:
        return {}
    if kind_of(spec).is_person:
        return {f"{spec.key}-anggota": str(person.pk)}
    return {f"{spec.key}-{person.pk}": "1"}


def works_from_list(blueprint: Blueprint) -> bool:
    """Whether the other questions are the same about everybody, so that one page serves all."""
    naming = [spec for spec in blueprint.fields if kind_of(spec).names_people]
    return len(naming) == 1 and kind_of(naming[0]).is_person


def applicant_of(blueprint: Blueprint, person: Person, *, today: date) -> Person:
    """Whose case a report is: the resident concerned; of who died, a grown-up of the household
    where there is one."""
    if blueprint.event is None or blueprint.event.act != "death":
        return person
    others = [one for one in living_with(person) if one.pk != person.pk]
    grown_up = [one for one in others if not is_minor(one, today)]
    return min(grown_up, key=lambda one: (one.relation or 99, one.pk), default=person)


@transaction.atomic
def file(
    *, service: Service, person_id: int, typed: Mapping[str, str], posts: Sequence[Post], by: User,
    at: datetime, accepted: bool = False, house: BoardingHouse | None = None,
) -> Report:  # fmt: skip
    """File a report about somebody of the own area. Raises NotThere, Incomplete, Repeated, and
    RuleBroken where the kelurahan takes none."""
    assert service.current is not None
    today = today_of(at)
    person = person_there(posts, person_id)
    unit = unit_of(person)
    post = post_for(posts, unit)
    blueprint = service.current.blueprint
    draft = actions.begin(
        service=service, applicant=applicant_of(blueprint, person, today=today), by=by,
        checked=Application.BY_HEAD,
    )  # fmt: skip
    if draft.checked != Application.BY_HEAD:
        raise RuleBroken("Laporan ini sudah mulai diisi di akun lain. Coba lagi besok.")
    application = _answered(draft, typed, by)
    require_possible(application)
    told = repeated(application, today=today)
    if told and not accepted:
        raise Repeated(told)
    sent = actions.submit(application_id=application.pk, by=by, at=at)
    found = Report.objects.create(
        application=sent, about=person, unit=unit, title=post.title, on=_day(sent, today),
        what=blueprint.event.kind if blueprint.event else "",
    )  # fmt: skip
    _keep_guest(found, person, house)
    audit.record(
        "report.filed", actor=by, subject="application", subject_id=sent.pk,
        detail={"unit": unit.pk, "post": post.pk},
    )  # fmt: skip
    audit.record_read(actor=by, person_id=person.pk, purpose="rt-lapor", office=post.title)
    return found


@transaction.atomic
def correct(
    *, report_id: int, typed: Mapping[str, str], posts: Sequence[Post], by: User, at: datetime
) -> Report:
    """Put right what the kelurahan gave back, and send it again. Raises NotThere, Stale,
    Incomplete."""
    found = of_area(posts, report_id)
    _require_own(found, posts, by, today_of(at))
    if found.application.state not in EDITABLE:
        raise Stale("Laporan ini tidak sedang menunggu perbaikan dari Anda.")
    application = _answered(found.application, typed, by)
    require_possible(application)
    sent = actions.submit(application_id=application.pk, by=by, at=at)
    found.application, found.on = sent, _day(sent, today_of(at))
    found.save(update_fields=["on"])
    guest = Guest.objects.filter(application=sent).first()
    if guest is not None:
        _keep_guest(found, guest.host, guest.house)
    return found


@transaction.atomic
def withdraw(*, report_id: int, posts: Sequence[Post], by: User, at: datetime) -> Report:
    """Take a report back that the kelurahan has not answered. Raises NotThere, Stale."""
    found = of_area(posts, report_id)
    _require_own(found, posts, by, today_of(at))
    withdrawal.withdraw(application_id=found.application_id, by=by, at=at)
    Guest.objects.filter(application=found.application_id).delete()
    return found


def is_own(report: Report, posts: Sequence[Post], by: User, on: date) -> bool:
    """Whether this person corrects and withdraws it: who filed it, and who answers for the unit."""
    return report.application.opened_by_id == by.pk or is_left_to(posts, report.unit, on)


def _require_own(report: Report, posts: Sequence[Post], by: User, on: date) -> None:
    if not is_own(report, posts, by, on):
        raise RuleBroken(
            f"Laporan ini milik {report.unit.name}. Pengurusnya yang memperbaiki atau menariknya."
        )


def _answered(application: Application, typed: Mapping[str, str], by: User) -> Application:
    wrong = actions.save_answers(
        application_id=application.pk, typed=typed, files={}, names={}, by=by
    )
    if wrong:
        raise Incomplete(wrong)
    return Application.objects.select_related(
        "version__service", "applicant__household__rt", "unit"
    ).get(pk=application.pk)  # fmt: skip


def require_possible(application: Application) -> None:
    """Raises Incomplete for a day that the register could not take afterwards: in the future, or
    before the birth of the mother or of somebody to whom it happened."""
    event = application.blueprint.event
    facts = proposals.told(application)
    if event is None or "on" not in event.facts or not facts.get("on"):
        return
    day = date.fromisoformat(facts["on"])
    concerned = [row.person for row in proposals.proposed(application) if row.person]
    mother_id = facts.get("mother")
    mother = Person.objects.filter(pk=mother_id).first() if mother_id is not None else None
    try:
        if mother is not None:
            happenings.check_parents({"mother": mother}, day)
        happenings.require_possible(day, concerned)
        if facts.get("born") and day < date.fromisoformat(facts["born"]):
            raise RuleBroken("Tanggal kejadian mendahului tanggal lahir. Periksa lagi.")
    except RuleBroken as broken:
        raise Incomplete({event.facts["on"]: str(broken)}) from broken


def _day(application: Application, today: date) -> date:
    told = proposals.told(application).get("on")
    return date.fromisoformat(told) if told else today


def _keep_guest(report: Report, host: Person, house: BoardingHouse | None) -> None:
    if report.what == "stay":
        facts = proposals.told(report.application)
        guests.keep(report.application, facts, host=host, unit=report.unit, house=house)


def repeated(application: Application, *, today: date) -> list[str]:
    """What was told already and looks like the same: by a head or by residents themselves. Three
    queries at most."""
    event = application.blueprint.event
    if event is None:
        return []
    facts = proposals.told(application)
    household = application.applicant.household_id
    found = [
        f"{guest.name} sudah dilaporkan menginap di rumah yang sama sejak "
        f"{long_date(guest.arrived_on)}."
        for guest in guests.alike(application, facts)
        if event.kind == "stay"
    ]
    rows = proposals.proposed(application)
    concerned = {row.person_id for row in rows if row.person_id}
    told = (
        LifeEvent.objects.filter(kind=event.act, application__applicant__household=household)
        .exclude(application=application)
        .exclude(application__state__in=ENDED_BADLY)
        .select_related("application", "person")
    )
    if event.kind == "stay":
        return found
    for other in told:
        is_same = other.person_id in concerned if concerned else _same_newcomer(other, facts)
        if is_same:
            found.append(
                f"{other.who} sudah diberitahukan {other.get_kind_display()} dalam berkas "
                f"{other.application.number}."
            )
    return found


def _same_newcomer(other: LifeEvent, facts: Mapping[str, object]) -> bool:
    """Somebody whom the register does not have: of the same day, or of the same name."""
    told = other.facts
    name = squeeze(str(facts.get("name", "")))
    return told.get("on") == facts.get("on") or (bool(name) and squeeze(other.who) == name)


# --- reading --------------------------------------------------------------------------------------


def listed(posts: Sequence[Post]) -> QuerySet[Report]:
    """Reports about the own area, the newest first."""
    return (
        Report.objects.filter(lies_there(posts))
        .select_related("application__version__service", "about", "unit")
        .order_by("-pk")
    )


def of_area(posts: Sequence[Post], report_id: int) -> Report:
    """One report about the own area. Raises NotThere."""
    found = (
        Report.objects.filter(lies_there(posts), pk=report_id)
        .select_related(
            "application__version__service", "application__applicant__household__rt",
            "about__household__rt", "unit",
            "application__opened_by",
        ).first()
    )  # fmt: skip
    if found is None:
        raise NotThere("Laporan ini tidak ditemukan di wilayah Anda.")
    return found


def waiting_for_head(unit: Unit) -> QuerySet[Report]:
    """Reports of a unit that the kelurahan gave back."""
    return Report.objects.filter(unit=unit, application__state=Application.State.RETURNED)
