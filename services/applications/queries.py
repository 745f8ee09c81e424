"""Who may see which application, and what they see. One door: ``get_for``."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Prefetch, Q, QuerySet, Value, When
from django.utils.translation import gettext

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.ids import normalize_code
from services.applications import loading, originals
from services.applications.models import (
    Application,
    IssuedLetter,
    OnBehalf,
    PaperForm,
)
from services.cases.models import Document, Step
from services.cases.queries import EDITABLE, UNDER_WAY, also_read, inbox, lies_at
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service
from services.letters.models import Letter
from services.questions.conditions import all_hold
from services.residents import family
from services.residents.kiosk.queries import stands_at
from services.residents.models import Person
from services.residents.onetime import serves
from services.residents.queries import lives_in, person_of
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.office.roles import Can, can
from tenants.registry.current import city


def is_own_account(user: User, application: Application) -> bool:
    """Whether this is the account of the applicant."""
    account = getattr(application.applicant, "account", None)
    return account is not None and account.user_id == user.pk


def is_applicant(user: User, application: Application) -> bool:
    if is_own_account(user, application):
        return True
    if application.opened_by_id != user.pk or application.checked:
        return False
    person = person_of(user)  # who asked for a relative: as long as they may
    if person is None or person.pk == application.applicant_id:
        return True
    today = now().astimezone(city().tz).date()
    return application.applicant in family.may_act_for(person, today=today)


def may_consent(user: User, application: Application, *, today: date) -> bool:
    """Whether this user may agree to something for the applicant: the applicant, or a parent of
    one who is under age."""
    if is_own_account(user, application):
        return True
    return family.is_minor(application.applicant, today) and is_applicant(user, application)


def is_helped_by(user: User, application: Application, *, today: date) -> bool:
    """Whether this person fills it in for the applicant: they opened it, and sit today at a
    counter of where the applicant lives, or are the head there; until the applicant takes over.
    At any kiosk it is filled in as long as the applicant stands there."""
    at_kiosk = application.checked == Application.AT_KIOSK
    if not application.checked or (application.opened_by_id != user.pk and not at_kiosk):
        return False
    helped = application.helped
    if helped is not None and helped.taken_over_at is not None:
        return False
    if at_kiosk:
        return stands_at(user, application.applicant_id, now())
    if application.checked == Application.FOR_NEIGHBOUR:
        return head_post(user, application.applicant, today=today) is not None
    return serves(user, application.applicant, today)


def head_post(user: User, person: Person, *, today: date) -> Post | None:
    """The post by which somebody is today the head where this person lives, the nearest one."""
    posts = office.keeping(office.posts_of(user, today))
    near = [post for post in posts if lives_in(person, post.unit.code)]
    return max(near, key=lambda post: len(post.unit.code), default=None)


def get_for(
    user: User, application_id: int, *, today: date, with_papers: bool = False
) -> Application:
    """A case this user may see: their own, or one that is or was on their desk.

    ``with_papers``: only whoever may also open what was handed in and what was issued: papers and
    letters, with every number in full, are for offices and not for whoever vouches. Raises
    NotThere for absent and forbidden alike. A fixed number of queries.
    """
    application = loading.read(application_id)
    if application is not None and _may_see(user, application, today, with_papers=with_papers):
        return application
    raise NotThere("Permohonan ini tidak ditemukan.")


def _may_see(user: User, application: Application, today: date, *, with_papers: bool) -> bool:
    if is_applicant(user, application):
        return True
    hides_papers = with_papers and application.checked == Application.FOR_NEIGHBOUR
    is_open = application.state in EDITABLE and not hides_papers
    if is_open and is_helped_by(user, application, today=today):
        return True
    posts = office.posts_of(user, today)
    posts = [p for p in posts if not (with_papers and can(p.role, Can.VOUCHES))]
    if any(lies_at(step, posts) for step in application.steps.all()):
        return True
    return any(reads(posts, application.pk) for reads in also_read)


def own(user: User, application_id: int) -> Application:
    """A case of the user themself. Raises NotThere."""
    application = loading.read(application_id)
    if application is None or not is_applicant(user, application):
        raise NotThere("Permohonan ini tidak ditemukan.")
    return application


def in_hand(user: User, application_id: int, *, today: date) -> Application:
    """A case that this user fills in: their own, or at the counter for somebody else. Raises
    NotThere."""
    application = loading.read(application_id)
    if application is not None and application.blueprint.filed_by:
        application = None  # a report: its head fills it in, on pages of the neighbourhood
    if application is not None and (
        is_applicant(user, application) or is_helped_by(user, application, today=today)
    ):
        return application
    raise NotThere("Permohonan ini tidak ditemukan.")


def draft_of(person: Person, service: Service) -> Application | None:
    """What a resident has begun and not sent of a service."""
    return Application.objects.filter(
        applicant=person, version__service=service, state=Application.State.DRAFT
    ).first()


def of_person(person: Person) -> QuerySet[Application]:
    """A resident's own cases, newest first, with what lists show."""
    return _listed(Q(applicant=person))


def of_family(person: Person) -> QuerySet[Application]:
    """A resident's own cases, and those they asked for relatives they may still act for."""
    today = now().astimezone(city().tz).date()
    may = [one.pk for one in family.may_act_for(person, today=today)]
    asked = Q(opened_by__resident__person=person, checked="")
    return _listed(Q(applicant__in=[person.pk, *may]) & (Q(applicant=person) | asked))


def _listed(whose: Q) -> QuerySet[Application]:
    return (
        Application.objects.filter(whose)
        .exclude(state=Application.State.WITHDRAWN, number=None)
        .select_related("version__service", "on_behalf__typed_by")
        .prefetch_related(Prefetch("steps", Step.objects.select_related("unit")))
        .order_by("-pk")
    )


def under_way(person: Person) -> QuerySet[Application]:
    """A resident's applications, and those for their family, that have not ended: what waits for
    the resident first, drafts last, each newest first."""
    rank = Case(
        *(When(state=state, then=Value(place)) for place, state in enumerate(UNDER_WAY)),
        default=Value(len(UNDER_WAY)),
    )
    return of_family(person).filter(state__in=UNDER_WAY).order_by(rank, "-pk")


def sent_before(person: Person, service: Service) -> QuerySet[Application]:
    """A resident's requests for a service that were sent and have not ended."""
    of_service = of_person(person).filter(state__in=UNDER_WAY, version__service=service)
    return of_service.filter(number__isnull=False)


def waiting_for(person: Person) -> int:
    """How many applications wait for this resident to correct them."""
    returned = Application.objects.filter(applicant=person, state=Application.State.RETURNED)
    return returned.exclude(checked=Application.BY_HEAD).count()


def vouching(posts: list[Post]) -> QuerySet[Step]:
    """What waits at the posts of a Ketua RT or RW, whose list says where the applicant lives."""
    return (
        inbox(posts)
        .filter(case__kind=Application.KIND)
        .select_related(
            "case__application__applicant__household__rt", "case__application__applicant__account"
        )
    )


def document_for(user: User, document_id: int, *, today: date) -> Document:
    """A file this user may see; of what a head types for a neighbour, the head sees the files
    they uploaded themselves. Raises NotThere."""
    document = Document.objects.filter(pk=document_id).first()
    application = loading.read(document.case_id) if document is not None else None
    if document is None or application is None or not document.has_file:
        raise NotThere("Berkas ini tidak ditemukan.")
    if not (
        _may_see(user, application, today, with_papers=True)
        or _uploaded(user, application, document, today)
    ):
        raise NotThere("Permohonan ini tidak ditemukan.")
    document.case = application
    return document


def _uploaded(user: User, application: Application, document: Document, today: date) -> bool:
    """Whether a helper handed in this file, and fills in the application still."""
    is_own = document.uploaded_by_id == user.pk and document.origin == Document.Origin.UPLOAD
    is_open = is_own and application.state in EDITABLE
    return is_open and is_helped_by(user, application, today=today)


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


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file of an application, under the requirement it answers."""

    label: str
    document: Document
    may_open: bool = True
    seen: str = ""  # who had the original in the hand at a counter

    @property
    def is_picture(self) -> bool:
        return self.document.media_type.startswith("image/")


def handed_in(
    application: Application, blueprint: Blueprint | None = None, *, reader: User | None = None
) -> list[HandedIn]:
    """The files of an application in the order the service asks for them (prefetched);
    ``blueprint`` is the application's own in another language. Before it is sent, without the
    files of requirements that the answers no longer ask for: those are dropped at sending.
    ``reader`` fills it in: as a head for a neighbour they open their own files alone."""
    specs = (blueprint or application.blueprint).documents
    order = {spec.key: (place, spec.label) for place, spec in enumerate(specs)}
    order[OnBehalf.PAPER] = (len(order), gettext("Persetujuan yang ditandatangani"))
    order[PaperForm.KEY] = (len(order), gettext("Formulir kertas"))
    editable = application.state in EDITABLE
    answers = application.answers
    idle = {s.key for s in specs if editable and not all_hold(s.show_when, answers)}
    found = [
        (order.get(document.key, (len(order), gettext("Berkas"))), document)
        for document in application.documents.all()
        if document.key not in idle
    ]
    found.sort(key=lambda one: (one[0][0], one[1].pk))
    head = reader if application.checked == Application.FOR_NEIGHBOUR else None
    if head is not None and is_applicant(head, application):
        head = None
    seen = originals.seen(application)
    return [
        HandedIn(
            label, document, head is None or document.uploaded_by_id == head.pk,
            seen.get(document.key, ""),
        )
        for (_, label), document in found
    ]  # fmt: skip


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


OTHERS = 8  # shown beside a case


def is_same_under_way(application: Application, other: Application) -> bool:
    """Whether another one of the same resident asks for the same and has not ended."""
    is_same = application.version.service_id == other.version.service_id
    return is_same and other.state in (
        Application.State.RETURNED, Application.State.RUNNING, Application.State.ISSUING,
    )  # fmt: skip


def others_of(application: Application) -> list[Application]:
    """Other applications of the same resident that were sent, newest first. One query."""
    found = (
        Application.objects.filter(applicant_id=application.applicant_id, number__isnull=False)
        .exclude(pk=application.pk)
        .select_related("version__service")
        .order_by("-pk")
    )
    return list(found[:OTHERS])


def similar(application: Application, *, today: date) -> QuerySet[Letter]:
    """Letters of the same kind this person still holds: worth a look before giving another."""
    subjects = [output.subject for output in application.blueprint.outputs]
    return Letter.objects.filter(
        person_id=application.applicant_id,
        subject__in=subjects,
        state=Letter.State.READY,
        valid_until__gte=today,
    ).exclude(issued_from__application=application)
