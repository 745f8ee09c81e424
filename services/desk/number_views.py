"""Numbers of SIMBG and OSS that a desk notes for a resident: at the counter, or beside a case."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere
from services.applications.models import Application
from services.catalogue.translation import ORIGINAL
from services.desk.frame import frame
from services.desk.people_views import at_counter, opened, seeing
from services.desk.views import at_desk, posts_of
from services.mall import outside
from services.mall.systems import System, system_of, systems
from services.residents.models import Person
from services.web.outside_forms import NumberForm
from tenants.office.models import Post
from ui.forms import explained
from ui.page import Audience, page


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def of_person(request: HttpRequest, pk: int) -> HttpResponse:
    """At the counter, for somebody whose record is open."""
    user, posts, _ = seeing(request)
    person = opened(request, posts, pk)
    if not at_counter(posts, person):
        raise NotThere("Nomor dicatat di loket tempat orangnya tinggal.")
    audit.record_read(actor=user, person_id=pk, purpose="penduduk-layanan")
    key = request.GET.get("system", "")
    if key not in systems():
        context = {"person": person, "systems": systems().values(), **frame(posts, "penduduk")}
        context["numbers"] = outside.of_person(person, ORIGINAL)
        return render(request, "desk/status/systems.html", context)
    return _noted(request, user, posts, person, system_of(key), None)


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def of_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Beside a case that goes on in an outside system."""
    user, posts = posts_of(request)
    case = at_desk(user, pk)
    after = outside.systems_after(case.version.service.slug)
    if not after:
        raise NotThere("Layanan ini tidak dilanjutkan di sistem lain.")
    audit.record_read(actor=user, person_id=case.applicant_id, purpose="meja")
    return _noted(request, user, posts, case.applicant, after[0], case)


def _noted(
    request: HttpRequest, user: User, posts: list[Post], person: Person, system: System,
    case: Application | None,
) -> HttpResponse:  # fmt: skip
    cases = (
        [case] if case is not None
        else outside.cases_before(person, outside.first_services(system.key))
    )  # fmt: skip
    initial = {"case": str(case.pk)} if case is not None else {}
    form = NumberForm(system, cases, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with explained(form):
            outside.note(person=person, system=system.key, by=user, at=now(), **form.told())
            messages.success(request, f"Nomor {system.name} tersimpan.")
            if case is not None:
                return redirect("desk-case", case.pk)
            return redirect("desk-person-number", person.pk)
    context = {
        "form": form, "system": system, "person": person, "case": case, **frame(posts, "penduduk"),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "desk/status/note.html", context, status=status)
