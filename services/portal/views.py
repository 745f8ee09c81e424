"""The city's front door: find a service, ask for it, follow it. Pages for residents."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from accounts.pages import continue_to, wanted
from accounts.views import admit
from audit import actions as audit_actions
from audit import queries as audit
from kernel import clock
from kernel.errors import NotThere, RuleBroken
from kernel.once import reading_once
from services.applications import actions, dossier, queries, staffed, withdrawal
from services.applications.answered import answered
from services.applications.earlier import kept
from services.applications.forms import form_for
from services.applications.models import Application
from services.cases import documents, thumbnails
from services.cases import queries as desks
from services.cases.expected import expected_at
from services.cases.models import Step
from services.cases.plan import Plan
from services.cases.timeline import timeline
from services.catalogue import plain, standard, statements
from services.catalogue import queries as catalogue
from services.catalogue.desks import spoken
from services.catalogue.models import Service
from services.catalogue.translation import ORIGINAL, missing
from services.letters import archive
from services.letters import queries as letters
from services.portal.checking import headline_of
from services.portal.forms import CodeForm, PasswordByCodeForm, RegisterForm, SameFileForm
from services.questions.maps import with_map
from services.residents import actions as residents
from services.residents import onetime
from services.residents.models import Person
from services.residents.queries import facts_of, person_of
from services.web.access import resident, today
from services.web.files import send
from services.web.language import chosen, in_words_of, marked
from tenants.office import readiness
from tenants.office.queries import vouching_heads
from ui import brand
from ui.forms import explain
from ui.language import reads_in
from ui.page import Audience, page

State = Application.State
EDITABLE = {State.DRAFT, State.RETURNED}
FEW_PAGES = 4  # of a form: more have topics and a list of them
ON_HOME = 3  # cards of applications under way; the others are one link away


# --- finding a service ------------------------------------------------------------------------


@page(Audience.ANYONE, support="look")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    services = catalogue.offered(chosen(request))
    wanted = request.GET.get("q", "").strip()[:100]
    person = person_of(request.user)
    running = [] if person is None else _cards(request, queries.under_way(person)[:20])
    village = staffed.village_of(person) if person is not None else ""
    ready = not village or readiness.is_ready(village, today())
    return render(
        request,
        "portal/home.html",
        {
            "wanted": wanted,
            "found": catalogue.search(wanted, services) if wanted else None,
            "categories": catalogue.categories(services),
            "services": services,
            "person": person,
            "closed": "" if ready else staffed.come_in_person(village),
            "running": running[:ON_HOME],
            "more_running": max(0, len(running) - ON_HOME),
        },
    )


def _cards(request: HttpRequest, applications: Iterable[Application]) -> list[dict[str, object]]:
    """What a card says about each of these applications, which have not ended."""
    cards: list[dict[str, object]] = []
    for application in applications:
        in_words_of(application, chosen(request))
        steps = list(application.steps.all())
        done = sum(s.state in (Step.State.APPROVED, Step.State.SKIPPED) for s in steps)
        total = max(len(application.blueprint.steps), done + 1)
        cards.append(
            {
                "application": application,
                "step": desks.open_step(application),
                "done": done,
                "total": total,
                "percent": round(100 * done / total),
            }
        )
    return cards


@page(Audience.ANYONE, support="look")
@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    services = catalogue.offered(chosen(request))
    entry = next((c for c in catalogue.categories(services) if c.slug == slug), None)
    if entry is None:
        raise NotThere("Belum ada layanan di kelompok ini.")
    found = catalogue.in_group(services, slug)
    said = [text for service in found for text in (service.title, service.card["summary"])]
    context = {"category": entry, "services": found, "long_forms": plain.long_forms(said)}
    return render(request, "portal/category.html", context)


@page(Audience.ANYONE, support="look")
@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    entry = catalogue.service(slug)
    assert entry.current is not None
    blueprint = entry.current.blueprint
    contact = brand.current().contact
    language = chosen(request)
    person = person_of(request.user)
    places = catalogue.places_at(person.household.rt.code) if person else catalogue.places_here()
    shown = spoken(entry.current.read_in(language), places)
    rows = standard.items(
        shown if reads_in() != ORIGINAL else spoken(blueprint, places),
        complaints=gettext("Melalui %(contact)s") % {"contact": contact}
        if contact
        else gettext("Melalui kantor yang tertulis pada langkah-langkahnya"),
        staff=gettext("Paling sedikit %(number)s orang di setiap wilayah")
        % {"number": len(blueprint.steps)},
    )
    context = {"service": entry, "blueprint": shown, "standard": rows}
    context |= {"needed": plain.needed(blueprint, shown)}
    context |= {"long_forms": plain.long_forms(plain.texts_of(shown))}
    context |= {"samples": [d.key for d in blueprint.documents if statements.sample(slug, d.key)]}
    context["closed"] = _closed(entry, person)
    context["lang"] = marked(shown, language)
    context["is_partly"] = language in shown.translations and bool(missing(blueprint, language))
    return render(request, "portal/service.html", context)


def _closed(entry: Service, person: Person | None) -> str:
    """Why this resident cannot begin this service, or ""; one draft that is begun goes on."""
    if person is None or queries.draft_of(person, entry) is not None:
        return ""
    try:
        staffed.refuse_closed(entry, person, today=today())
    except RuleBroken as closed:
        return gettext(closed.message)
    return ""


@page(Audience.ANYONE, support="look")
@require_safe
def statement(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """A sample of a statement this service asks for, to print; filled in for who is signed in."""
    entry = catalogue.service(slug)
    assert entry.current is not None
    sample = statements.sample(slug, key)
    found = next((d for d in entry.current.blueprint.documents if d.key == key), None)
    if sample is None or found is None:
        raise NotThere("Untuk berkas ini tidak ada contohnya.")
    person = person_of(request.user)
    written = statements.write(sample, facts_of(person) if person else {})
    page = render(
        request,
        "portal/statement.html",
        {"service": entry, "written": written, "help": found.help},
    )
    page["Cache-Control"] = "private, no-store"
    return page


# --- asking for it ----------------------------------------------------------------------------


@page(Audience.RESIDENT)
@never_cache
def apply(request: HttpRequest, slug: str) -> HttpResponse:
    """What the register already knows; then the questions."""
    entry = catalogue.service(slug)
    assert entry.current is not None
    user, person = resident(request)
    if request.method == "POST":
        draft = actions.begin(service=entry, applicant=person, by=user)
        return redirect("application-fill", draft.pk)
    if _closed(entry, person):
        return redirect("service", slug)
    context = {
        "service": entry,
        "blueprint": entry.current.read_in(chosen(request)),
        "person": person,
        "facts": facts_of(person),
        "same": queries.under_way(person).filter(version__service=entry, number__isnull=False),
    }
    return render(request, "portal/apply.html", context)


def _editable(request: HttpRequest, pk: int) -> Application:
    application = queries.own(signed_in(request), pk)
    if application.state not in EDITABLE:
        raise RuleBroken("Permohonan ini sudah dikirim, jadi isinya tidak bisa diubah lagi.")
    return application


@page(Audience.RESIDENT)
@never_cache
@reading_once()
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """The questions, page by page; ``?start=`` names a question of the page, ``&ubah`` comes from
    checking and leads back there."""
    application = queries.own(signed_in(request), pk)
    correcting = "ubah" in request.GET
    if application.state not in EDITABLE:
        if request.method != "POST":  # the way back, after it was sent
            return redirect("application", pk)
        application = _editable(request, pk)
    pages = actions.pages(application)
    at = _page_at(pages, request.GET.get("start", ""), application)
    asked = pages[at]
    problems: dict[str, str] = {}
    typed: dict[str, str] | None = None
    if request.method == "POST":
        typed = {key: str(value) for key, value in request.POST.items()}
        known = application.blueprint.keys()
        asked = [key for key in request.POST.getlist("_asked") if key in known] or pages[at]
        problems = actions.save_answers(
            application_id=pk,
            typed=typed,
            files={key: _content(file) for key, file in request.FILES.items()},
            names={key: getattr(file, "name", "") or key for key, file in request.FILES.items()},
            by=signed_in(request),
            only=asked,
            said_in=application.read_in(chosen(request)),
        )
        if not problems and correcting:
            return redirect("application-check", pk)
        dossier.renew(application)
        if not problems:
            return _next_page(application, asked)
    language = chosen(request)
    shown = application.read_in(language)
    form = form_for(application, typed=typed, problems=problems, only=asked, blueprint=shown)
    context = {"application": application, "blueprint": shown, "form": form}
    context["lang"] = marked(shown, language)
    context |= {"returned": desks.last_return(application), "limit": documents.MAX_BYTES}
    context |= {"number": at + 1, "count": len(pages) + 1}
    context |= {"taken": kept(application, shown, asked)}
    if len(pages) > FEW_PAGES:
        topics = [(keys[0], plain.topic(shown, keys)) for keys in pages]
        context |= {"topic": topics[at][1], "topics": topics}
    here = f"?start={pages[at][0]}"
    if correcting:
        context |= {"back": reverse("application-check", args=[pk]), "address": f"{here}&ubah"}
    else:
        context |= {"back": f"?start={pages[at - 1][0]}" if at else "", "address": here}
    page = render(request, "portal/fill.html", context, status=422 if problems else 200)
    return with_map(page) if form.has_map else page


def _page_at(pages: list[list[str]], key: str, application: Application) -> int:
    """The page that holds this question; without one, where there is still something to do."""
    for number, keys in enumerate(pages):
        if key in keys:
            return number
    if application.answers:
        wrong = actions.problems(application)
        for number, keys in enumerate(pages):
            if any(key in wrong for key in keys):
                return number
    return 0


def _next_page(application: Application, asked: Iterable[str]) -> HttpResponse:
    """Behind the last page with one of these questions; the answers may have changed the pages."""
    pages = actions.pages(application)
    done = set(asked)
    here = max((number for number, keys in enumerate(pages) if done & set(keys)), default=-1)
    if here + 1 < len(pages):
        address = reverse("application-fill", args=[application.pk])
        return redirect(f"{address}?start={pages[here + 1][0]}")
    return redirect("application-check", application.pk)


def _correct_at(application: Application, returned: Step) -> str:
    """Where correcting begins: at the question the desk named; else at the form when it is one
    page, at the list of all answers when it is longer."""
    form = reverse("application-fill", args=[application.pk])
    if returned.about:
        return f"{form}?start={returned.about}&ubah#id_{returned.about}"
    if len(actions.pages(application)) == 1:
        return form
    return reverse("application-check", args=[application.pk])


def _content(file: object) -> bytes:
    """An uploaded file's bytes; one byte more than allowed is enough to refuse it."""
    assert isinstance(file, UploadedFile)
    return bytes(file.read(documents.MAX_BYTES + 1))


@page(Audience.RESIDENT)
@never_cache
@reading_once()
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Check your answers, then send."""
    application = queries.own(signed_in(request), pk)
    if request.method == "POST":
        actions.submit(application_id=pk, by=signed_in(request), at=clock.now())
        return redirect("application-sent", pk)
    if application.state not in EDITABLE:
        return redirect("application", pk)
    if actions.problems(application):
        return redirect(f"{reverse('application-fill', args=[pk])}?ubah")
    shown = application.read_in(chosen(request))
    context = {
        "returned": desks.last_return(application),
        "application": application,
        "blueprint": shown,
        "answers": answered(application, shown),
        "files": queries.handed_in(application, shown),
        "facts": facts_of(application.applicant),
        "count": len(actions.pages(application)) + 1,
        "taken": kept(application, shown, shown.keys()),
    }
    return render(request, "portal/check.html", context)


@page(Audience.RESIDENT)
@never_cache
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    application = queries.own(signed_in(request), pk)
    if application.state == State.DRAFT:
        return redirect("application-fill", pk)
    in_words_of(application, chosen(request))
    context = {
        "application": application,
        "step": desks.open_step(application),
        "expected": expected_at(application),
    }
    return render(request, "portal/sent.html", context)


# --- following it -----------------------------------------------------------------------------


@page(Audience.RESIDENT)
@never_cache
def applications(request: HttpRequest) -> HttpResponse:
    _, person = resident(request)
    finished = list(queries.of_person(person).exclude(state__in=desks.UNDER_WAY)[:100])
    for done in finished:
        in_words_of(done, chosen(request))
    running = _cards(request, queries.under_way(person)[:100])
    context = {"running": running, "finished": finished}
    return render(request, "portal/applications.html", context)


@page(Audience.RESIDENT)
@never_cache
def application(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.own(signed_in(request), pk)
    if found.state == State.DRAFT:  # on where it was left: what is missing, or sending it
        return redirect("application-fill" if actions.problems(found) else "application-check", pk)
    shown = in_words_of(found, chosen(request))
    returned = desks.last_return(found)
    context = {
        "correct_at": _correct_at(found, returned) if returned else "",
        "application": found,
        "blueprint": shown,
        "stops": timeline(found, at=clock.now(), today=today(), shown=Plan(shown, found.answers)),
        "letters": [i.letter for i in found.issued.all() if i.letter.is_finished],
        "is_result": found.state == State.DONE,
        "refused": desks.refusal(found),
        "answers": answered(found, shown),
        "files": queries.handed_in(found, shown),
        "returned": returned,
        "moving": found.state in (State.RUNNING, State.ISSUING),
        "can_withdraw": found.state in {*EDITABLE, State.RUNNING} and not found.issued.all(),
    }
    return render(request, "portal/application.html", context)


@page(Audience.RESIDENT)
@never_cache
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.own(signed_in(request), pk)
    if request.method == "POST":
        withdrawal.withdraw(application_id=pk, by=signed_in(request), at=clock.now())
        said = gettext("Permohonan dibatalkan.") if found.number else gettext("Isian dibuang.")
        messages.success(request, said)
        return redirect("applications")
    in_words_of(found, chosen(request))
    return render(request, "portal/withdraw.html", {"application": found})


@page(Audience.INVOLVED)
@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """A file that was handed in: to its owner, and to the desks that have the dossier."""
    user = signed_in(request)
    found = queries.document_for(user, pk, today=today())
    person = Application.of(found.case).applicant_id
    if not queries.is_applicant(user, Application.of(found.case)):
        audit_actions.record_read(actor=user, person_id=person, purpose="berkas")
    suffix = "pdf" if found.media_type == "application/pdf" else "jpg"
    name = f"{found.name.rsplit('.', 1)[0]}.{suffix}"
    content = documents.read(found.path)
    return send(content, media_type=found.media_type, name=name, download=False)


@page(Audience.INVOLVED)
@require_safe
def thumbnail(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo that was handed in, small, for lists. The page around it recorded the reading."""
    found = queries.document_for(signed_in(request), pk, today=today())
    content = thumbnails.thumbnail(found)
    return send(content, media_type="image/jpeg", name=f"{pk}.jpg", download=False)


@page(Audience.RESIDENT)
@require_POST
def remove_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file out of a request that has not been sent."""
    application_id = actions.remove_document(document_id=pk, by=signed_in(request))
    messages.success(request, gettext("Berkas dihapus."))
    return redirect("application-fill", application_id)


@page(Audience.INVOLVED)
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The finished letter, the archived bytes and nothing else."""
    user = signed_in(request)
    found = queries.letter_for(user, pk, today=today())
    if not queries.is_applicant(user, found.issued_from.application):
        audit_actions.record_read(actor=user, person_id=found.person_id, purpose="surat")
    name = f"{found.subject} {found.number}.pdf".replace("/", "-")
    content, download = archive.read(found.file), "unduh" in request.GET
    return send(content, media_type="application/pdf", name=name, download=download)


# --- is this letter genuine? --------------------------------------------------------------------


@page(Audience.ANYONE, when_suspended="open", support="look")
@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("verify", "".join(form.cleaned_data["code"].split()).replace("/", ""))
    return render(request, "portal/verify_form.html", {"form": form})


@page(Audience.ANYONE, when_suspended="open", support="look")
@never_cache
def verify(request: HttpRequest, code: str) -> HttpResponse:
    found = letters.check(code, today=today())
    if found is None:
        context = {"code": code[:60], "form": CodeForm()}
        return render(request, "portal/verify_unknown.html", context, status=404)
    form = SameFileForm(request.POST or None, request.FILES or None)
    same: bool | None = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        same = letters.same_file(code, bytes(file.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)))
    headline = headline_of(found, same=same, refused_on=queries.refused_after(code))
    context = {"letter": found, "form": form, "headline": headline}
    return render(request, "portal/verify.html", context, status=422 if form.errors else 200)


# --- account, texts -------------------------------------------------------------------------------


@page(Audience.ANYONE)
@never_cache
@sensitive_post_parameters("password", "nik", "kk_number")
def register(request: HttpRequest) -> HttpResponse:
    """A resident opens an account, proven by three facts of the register, and goes on to the page
    that asked to sign in."""
    if request.user.is_authenticated:
        return redirect(wanted(request) or "/")
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = residents.register_citizen(
                **form.cleaned_data, remote=request.META.get("REMOTE_ADDR", "")
            )
        except RuleBroken as error:
            explain(form, error)
        else:
            login(request, user, backend="services.residents.backends.NikBackend")
            messages.success(request, gettext("Akun Anda sudah jadi. Selamat datang."))
            return continue_to(request, user)
    context = {"form": form, "next": wanted(request)}
    return render(request, "portal/register.html", context, status=422 if form.errors else 200)


@page(Audience.ANYONE, when_suspended="open")
@never_cache
@sensitive_post_parameters("password", "nik", "code")
def password_by_code(request: HttpRequest) -> HttpResponse:
    """Choose a password with the code that an official of the counter gave."""
    form = PasswordByCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = onetime.redeem(
                nik=form.cleaned_data["nik"], code=form.cleaned_data["code"],
                password=form.cleaned_data["password"],
                remote=request.META.get("REMOTE_ADDR", ""), at=clock.now(),
            )  # fmt: skip
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, gettext("Kata sandi Anda tersimpan."))
            return admit(request, user, "services.residents.backends.NikBackend", "signed_in.code")
    status = 422 if form.errors else 200
    return render(request, "portal/password_by_code.html", {"form": form}, status=status)


SOMEHOW = gettext_noop("Data Anda dibuka")
READ_FOR = {
    "rt": gettext_noop("%(office)s membuka permohonan Anda"),
    "meja": gettext_noop("Petugas membuka berkas permohonan Anda"),
    "nik": gettext_noop("Petugas membuka NIK dan nomor KK lengkap"),
    "berkas": gettext_noop("Petugas membuka berkas yang Anda unggah"),
    "surat": gettext_noop("Petugas membuka surat Anda"),
    "pratinjau": gettext_noop("Petugas membaca rancangan surat Anda"),
    "kode": gettext_noop("Petugas mencari akun Anda untuk membuat kode"),
    "code.made": gettext_noop("Petugas membuat kode untuk memilih kata sandi Anda"),
    "code.used": gettext_noop("Kata sandi Anda diganti dengan kode dari petugas"),
    "penunjukan": gettext_noop("Admin kota mencari orang untuk suatu jabatan"),
    "disebut": gettext_noop("Warga lain menyebut NIK dan nama Anda dalam permohonannya"),
}


@page(Audience.RESIDENT)
@never_cache
@require_safe
def reads(request: HttpRequest) -> HttpResponse:
    """Who was shown this resident's data (UU 27/2022: the subject may know)."""
    _, person = resident(request)
    page = Paginator(audit.told_to(person.pk), 30).get_page(request.GET.get("page"))
    rows = [(entry, _read_for(entry.what, entry.detail)) for entry in page.object_list]
    head = catalogue.places_at(person.household.rt.code).voucher.head
    return render(request, "portal/reads.html", {"page": page, "rows": rows, "head": head})


def _read_for(what: str, detail: dict[str, str]) -> str:
    """Why a resident's data was opened; before heads of dusun vouched, only a Ketua RT did."""
    words = gettext(READ_FOR.get(detail.get("purpose", what), SOMEHOW))
    return words % {"office": detail.get("office", "Ketua RT")} if "%(" in words else words


@page(Audience.ANYONE, support="look")
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    heads = " / ".join(vouching_heads())
    return render(request, "portal/privacy.html", {"heads": heads})
