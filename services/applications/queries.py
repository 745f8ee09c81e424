"""Who may see which dossier, and what they see. One door: ``get_for``."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import (
    Case,
    Count,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.utils.translation import gettext

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.ids import normalize_code
from kernel.text import fold
from services.applications import reasons, rules
from services.applications.models import Application, IssuedLetter
from services.cases.models import Document, Step
from services.catalogue import answers as answering
from services.catalogue.blueprint import Blueprint
from services.catalogue.desks import said
from services.catalogue.models import Service
from services.catalogue.queries import places_at
from services.catalogue.rules import route
from services.letters.models import Letter
from services.questions.conditions import all_hold
from services.residents.models import Person
from services.residents.queries import SqueezedName
from services.residents.sealing import fingerprint
from tenants.office import queries as office
from tenants.office.models import Post, Unit
from tenants.office.roles import Can, can
from tenants.registry.current import city


def _full() -> QuerySet[Application]:
    return Application.objects.select_related(
        "version__service", "applicant__household__rt", "applicant__account__user", "unit"
    ).prefetch_related(
        Prefetch("steps", Step.objects.select_related("unit", "decided_by")),
        "documents",
        Prefetch(
            "issued", IssuedLetter.objects.select_related("letter__unit", "letter__revoked_by")
        ),
    )


def is_applicant(user: User, application: Application) -> bool:
    account = getattr(application.applicant, "account", None)
    return (account is not None and account.user_id == user.pk) or (
        application.opened_by_id == user.pk
    )


def get_for(
    user: User, application_id: int, *, today: date, with_papers: bool = False
) -> Application:
    """A dossier this user may see: their own, or one that is or was on their desk.

    ``with_papers``: only whoever may also open what was handed in and what was issued: papers and
    letters, with every number in full, are for offices and not for whoever vouches. Raises
    NotThere for absent and forbidden alike. A fixed number of queries.
    """
    application = _full().filter(pk=application_id).first()
    if application is not None:
        if is_applicant(user, application):
            return application
        posts = office.posts_of(user, today)
        mine = {
            (p.unit_id, p.role) for p in posts if not (with_papers and can(p.role, Can.VOUCHES))
        }
        if any(
            (step.unit_id, role) in mine
            for step in application.steps.all()
            for role in (step.role, *step.deputies)
        ):
            return application
    raise NotThere("Permohonan ini tidak ditemukan.")


def own(user: User, application_id: int) -> Application:
    """A dossier of the user themself. Raises NotThere."""
    application = _full().filter(pk=application_id).first()
    if application is None or not is_applicant(user, application):
        raise NotThere("Permohonan ini tidak ditemukan.")
    return application


def draft_of(person: Person, service: Service) -> Application | None:
    """What a resident has begun and not sent of a service."""
    return Application.objects.filter(
        applicant=person, version__service=service, state=Application.State.DRAFT
    ).first()


def of_person(person: Person) -> QuerySet[Application]:
    """A resident's own dossiers, newest first, with what lists show."""
    return (
        Application.objects.filter(applicant=person)
        .exclude(state=Application.State.WITHDRAWN, number=None)
        .select_related("version__service")
        .prefetch_related(Prefetch("steps", Step.objects.select_related("unit")))
        .order_by("-pk")
    )


UNDER_WAY = (
    Application.State.RETURNED,
    Application.State.RUNNING,
    Application.State.ISSUING,
    Application.State.DRAFT,
)


def under_way(person: Person) -> QuerySet[Application]:
    """A resident's applications that have not ended: what waits for the resident first, drafts
    last, each newest first."""
    rank = Case(
        *(When(state=state, then=Value(place)) for place, state in enumerate(UNDER_WAY)),
        default=Value(len(UNDER_WAY)),
    )
    return of_person(person).filter(state__in=UNDER_WAY).order_by(rank, "-pk")


def waiting_for(person: Person) -> int:
    """How many applications wait for this resident to correct them."""
    return Application.objects.filter(applicant=person, state=Application.State.RETURNED).count()


def document_for(user: User, document_id: int, *, today: date) -> Document:
    """A file this user may see. Raises NotThere."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise NotThere("Berkas ini tidak ditemukan.")
    document.case = get_for(user, document.case_id, today=today, with_papers=True)
    return document


def letter_for(user: User, letter_id: int, *, today: date) -> Letter:
    """A finished letter this user may download. Raises NotThere; RuleBroken for the holder of a
    revoked one, which stays in the archive for the office alone."""
    issued = (
        IssuedLetter.objects.select_related("letter")
        .filter(letter_id=letter_id, letter__state__in=Letter.FINISHED)
        .first()
    )
    if issued is None:
        raise NotThere("Surat ini tidak ditemukan.")
    issued.application = get_for(user, issued.application_id, today=today, with_papers=True)
    issued.letter.issued_from = issued
    if issued.letter.state == Letter.State.REVOKED and is_applicant(user, issued.application):
        raise RuleBroken(
            "Surat ini sudah dicabut, jadi tidak bisa diunduh lagi. Alasannya tertulis di "
            "permohonan Anda."
        )
    return issued.letter


# --- desks ----------------------------------------------------------------------------------


def _at(posts: list[Post]) -> Q:
    wanted = Q(pk__in=[])
    for post in posts:
        mine = Q(role=post.role) | Q(deputies__contains=[post.role])
        wanted |= Q(unit_id=post.unit_id) & mine
    return wanted


def inbox(posts: list[Post]) -> QuerySet[Step]:
    """What waits at these posts, due first. Constant queries."""
    return (
        Step.objects.filter(_at(posts), state=Step.State.OPEN)
        .select_related(
            "unit", "case__application__version__service", "case__application__applicant__household"
        )
        .order_by("due_at", "pk")
    )


def vouching(posts: list[Post]) -> QuerySet[Step]:
    """The same for a Ketua RT or RW, whose list says where the applicant lives today."""
    return inbox(posts).select_related(
        "unit",
        "case__application__version__service",
        "case__application__applicant__household__rt",
        "case__application__applicant__account",
    )


def at_posts(posts: list[Post], step_id: int) -> Step | None:
    """One step at these posts, open or past."""
    return (
        Step.objects.filter(_at(posts), pk=step_id)
        .select_related("unit", "case__application__version__service")
        .first()
    )


def matching(steps: QuerySet[Step], text: str) -> QuerySet[Step]:
    """Of these steps, those whose number, applicant, address or service fits what was typed.

    Every word must occur in one of them, in a name whatever its accents, apostrophes and spaces;
    a whole NIK is looked up by its fingerprint.
    """
    digits = "".join(ch for ch in text if ch.isdigit())
    if len(digits) == 16:
        return steps.filter(case__application__applicant__nik_print=fingerprint(digits))
    found = steps.alias(squeezed_name=SqueezedName("case__application__applicant__name"))
    for word in text.split():
        somewhere = (
            Q(case__application__applicant__household__address__icontains=word)
            | Q(case__application__version__service__title__icontains=word)
            | Q(case__number__icontains=word)
        )
        folded = fold(word).replace(" ", "")
        if folded:
            somewhere |= Q(squeezed_name__contains=folded)
        found = found.filter(somewhere)
    return found


def waiting_for_applicant(posts: list[Post]) -> QuerySet[Step]:
    """Dossiers these posts sent back and that have not returned yet."""
    return (
        Step.objects.filter(
            _at(posts),
            state=Step.State.RETURNED,
            case__state=Application.State.RETURNED,
        )
        .select_related(
            "unit", "case__application__version__service", "case__application__applicant__household"
        )
        .order_by("-decided_at", "-pk")
    )


def decided(posts: list[Post]) -> QuerySet[Step]:
    """What these posts have decided, newest first."""
    return (
        Step.objects.filter(
            _at(posts),
            state__in=[Step.State.APPROVED, Step.State.REFUSED, Step.State.RETURNED],
        )
        .select_related(
            "unit",
            "decided_by",
            "case__application__version__service",
            "case__application__applicant__household",
        )
        .order_by("-decided_at", "-pk")
    )


def seen_by(posts: list[Post]) -> QuerySet[Step]:
    """The latest step at these posts of every application that is or was there, newest first:
    what a search at the desk looks through, whichever list is open."""
    latest = Step.objects.filter(_at(posts), case=OuterRef("case")).order_by("-pk").values("pk")[:1]
    return (
        Step.objects.filter(_at(posts), pk=Subquery(latest))
        .select_related(
            "unit",
            "decided_by",
            "case__application__version__service",
            "case__application__applicant__household",
        )
        .order_by("-pk")
    )


@dataclass(frozen=True, slots=True)
class Counts:
    open: int
    late: int
    returned: int


def counts(posts: list[Post], *, at: datetime) -> Counts:
    """What waits at these posts, is late, and waits for applicants. One query."""
    is_open = Q(state=Step.State.OPEN)
    is_back = Q(state=Step.State.RETURNED, case__state=Application.State.RETURNED)
    found = Step.objects.filter(_at(posts), is_open | is_back).aggregate(
        open=Count("pk", filter=is_open),
        late=Count("pk", filter=is_open & Q(due_at__lt=at)),
        returned=Count("pk", filter=is_back),
    )
    return Counts(**found)


# --- the journey of a dossier ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    """One line of the timeline."""

    state: str  # done, returned, refused, revoked, skipped, now, todo
    title: str
    where: str = ""
    who: str = ""  # who decided, or who holds it now
    note: str = ""
    at: datetime | None = None
    due: datetime | None = None
    late: bool = False


_STATES = {
    Step.State.APPROVED: "done",
    Step.State.RETURNED: "returned",
    Step.State.REFUSED: "refused",
    Step.State.SKIPPED: "skipped",
    Step.State.OPEN: "now",
}


def timeline(
    application: Application, *, at: datetime, today: date, blueprint: Blueprint | None = None
) -> list[Stop]:
    """Everything that happened and everything still to come, like a parcel; ``blueprint`` is the
    dossier's own in another language."""
    blueprint = blueprint or application.blueprint
    stops = []
    before = {spec.key: spec.title for spec in application.blueprint.steps}
    titles = {s.key: s.title for s in blueprint.steps if s.title != before[s.key]}  # translated
    if application.submitted_at:
        stops.append(Stop("done", gettext("Permohonan dikirim"), at=application.submitted_at))
    steps = list(application.steps.all())
    for step in steps:
        who = step.decided_by.name if step.decided_by else ""
        if step.state == Step.State.OPEN:
            holder = office.holder_of(step.unit, step.role, today)
            who = holder.user.name if holder else ""
        stops.append(
            Stop(
                _STATES[Step.State(step.state)],
                titles.get(step.key, step.title),
                where=step.unit.name,
                who=who,
                note=reasons.in_words(step.note) if step.state == Step.State.SKIPPED else step.note,
                at=step.decided_at or step.opened_at,
                due=step.due_at if step.state == Step.State.OPEN else None,
                late=step.state == Step.State.OPEN and step.due_at < at,
            )
        )
    stops.extend(_to_come(application, steps, blueprint))
    stops.extend(
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
    )
    return stops


def _to_come(application: Application, steps: list[Step], blueprint: Blueprint) -> list[Stop]:
    if application.state == Application.State.DONE:
        return [Stop("done", gettext("Selesai"), at=application.finished_at)]
    if application.state in (Application.State.REFUSED, Application.State.WITHDRAWN):
        return []
    if application.state == Application.State.ISSUING:
        return [Stop("now", gettext("Surat sedang dibuat"))]
    if application.state == Application.State.RETURNED:
        return [Stop("now", gettext("Menunggu perbaikan dari Anda"))]
    planned = route(blueprint, application.answers)
    passed = {s.key for s in steps if s.state in (Step.State.APPROVED, Step.State.SKIPPED)}
    passed |= {s.key for s in steps if s.state == Step.State.OPEN}
    codes = {s.key: rules.unit_code_for(s, rt_code=application.unit.code) for s in planned}
    names = {unit.code: unit.name for unit in office.lineage(application.unit.code)}
    others = [code for code in codes.values() if code not in names]
    if others:
        names |= dict(Unit.objects.filter(code__in=others).values_list("code", "name"))
    places = places_at(application.unit.code)
    stops = [
        Stop("todo", said(spec.title, places), where=names.get(codes[spec.key], ""))
        for spec in planned
        if spec.key not in passed
    ]
    end = gettext("Surat jadi") if blueprint.outputs else gettext("Selesai")
    return [*stops, Stop("todo", end)]


def open_steps(application: Application) -> list[Step]:
    """Where the dossier lies now; several desks when they work side by side (prefetched)."""
    return [step for step in application.steps.all() if step.state == Step.State.OPEN]


def open_step(application: Application) -> Step | None:
    """The first desk the dossier lies on now."""
    return next(iter(open_steps(application)), None)


def step_at(application: Application, posts: list[Post]) -> Step | None:
    """The open step that is this official's to decide, as holder or as deputy."""
    held = {(post.unit_id, post.role) for post in posts}
    for step in open_steps(application):
        if any((step.unit_id, role) in held for role in (step.role, *step.deputies)):
            return step
    return None


def overdue(*, at: datetime) -> QuerySet[Step]:
    """Open steps past their clock that nobody was reminded of within a day."""
    recently = at - timedelta(hours=20)
    return Step.objects.filter(state=Step.State.OPEN, due_at__lt=at).filter(
        Q(reminded_at__isnull=True) | Q(reminded_at__lt=recently)
    )


def bytes_stored(_since: datetime) -> int:
    """Bytes of every file handed in in the current city. A meter."""
    return Document.objects.aggregate(total=Sum("size", default=0))["total"] or 0


def overdue_steps() -> int:
    """Desks of the current city that should have answered by now. For the console."""
    return Step.objects.filter(state=Step.State.OPEN, due_at__lt=now()).count()


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file of an application, under the requirement it answers."""

    label: str
    document: Document

    @property
    def is_picture(self) -> bool:
        return self.document.media_type.startswith("image/")


def handed_in(application: Application, blueprint: Blueprint | None = None) -> list[HandedIn]:
    """The files of an application in the order the service asks for them (prefetched);
    ``blueprint`` is the application's own in another language. Before it is sent, without the
    files of requirements that the answers no longer ask for: those are dropped at sending."""
    specs = (blueprint or application.blueprint).documents
    order = {spec.key: (place, spec.label) for place, spec in enumerate(specs)}
    editable = application.state in (Application.State.DRAFT, Application.State.RETURNED)
    answers = application.answers
    idle = {s.key for s in specs if editable and not all_hold(s.show_when, answers)}
    found = [
        (order.get(document.key, (len(order), gettext("Berkas"))), document)
        for document in application.documents.all()
        if document.key not in idle
    ]
    found.sort(key=lambda one: (one[0][0], one[1].pk))
    return [HandedIn(label, document) for (_, label), document in found]


def correctable(application: Application) -> list[tuple[str, str]]:
    """Key and label of each question that was asked and each file that was handed in."""
    asked = answering.visible_fields(application.blueprint, application.answers)
    fields = [(field.key, field.label) for field in asked]
    return fields + [(file.document.key, file.label) for file in handed_in(application)]


def refusal(application: Application) -> Step | None:
    """The step that refused this application, if one did (prefetched)."""
    if application.state != Application.State.REFUSED:
        return None
    return next(
        (step for step in application.steps.all() if step.state == Step.State.REFUSED), None
    )


def refused_after(code: str) -> date | None:
    """The day on which the application that a letter belongs to was refused, by the letter's
    code; None when it was not. Such a letter is genuine, but what it was made for did not come."""
    found = (
        Application.objects.filter(
            issued__letter__code=normalize_code(code), state=Application.State.REFUSED
        )
        .values_list("finished_at", flat=True)
        .first()
    )
    return found.astimezone(city().tz).date() if found else None


def same_under_way(application: Application) -> QuerySet[Application]:
    """Other applications of the same resident for the same service that have not ended."""
    return (
        Application.objects.filter(
            applicant_id=application.applicant_id,
            version__service_id=application.version.service_id,
            state__in=(Application.State.RETURNED, Application.State.RUNNING,
                       Application.State.ISSUING),
        )
        .exclude(pk=application.pk)
        .order_by("-pk")
    )  # fmt: skip


def similar(application: Application, *, today: date) -> QuerySet[Letter]:
    """Letters of the same kind this person still holds: worth a look before giving another."""
    subjects = [output.subject for output in application.blueprint.outputs]
    return Letter.objects.filter(
        person_id=application.applicant_id,
        subject__in=subjects,
        state=Letter.State.READY,
        valid_until__gte=today,
    ).exclude(issued_from__application=application)


def last_return(application: Application) -> Step | None:
    """Why the dossier is back with the applicant, when it is (uses the prefetched steps)."""
    if application.state != Application.State.RETURNED:
        return None
    sent_back = [s for s in application.steps.all() if s.state == Step.State.RETURNED]
    return sent_back[-1] if sent_back else None
