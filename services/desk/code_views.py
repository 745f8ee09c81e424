"""The counter helps somebody who forgot the password and left no e-mail address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.desk.frame import frame
from services.desk.views import posts_of
from services.residents import onetime
from services.residents.models import OneTimeCode
from services.residents.queries import facts_of
from services.web import codes
from services.web.access import today
from tenants.office.models import Post
from ui.forms import Form, NikField, explain
from ui.page import Audience, page


class NikForm(Form):
    nik = NikField(
        label="NIK warga", help_text="16 angka di KTP-nya.",
    )  # fmt: skip


class CounterForm(codes.CheckedForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        appointed = OneTimeCode.Checked.APPOINTED
        choices = [one for one in OneTimeCode.Checked.choices if one[0] != appointed]
        self.fields["checked"].choices = choices  # type: ignore[attr-defined]


def _counter(request: HttpRequest) -> tuple[User, list[Post]]:
    """Raises NotThere for whoever sits at no counter."""
    user, posts = posts_of(request)
    if not onetime.counters_of(user, today()):
        raise NotThere("Halaman ini untuk petugas loket.")
    return user, posts


@page(Audience.DESK)
@never_cache
@sensitive_post_parameters("nik")
@require_http_methods(["GET", "POST"])
def give_code(request: HttpRequest) -> HttpResponse:
    """Find a resident of the own area by NIK, say what was checked, show the code once."""
    user, posts = _counter(request)
    form = NikForm(request.POST or None)
    context = frame(posts, "kode")
    person, checking = None, CounterForm()
    if request.method == "POST" and form.is_valid():
        try:
            person = onetime.find_for_counter(nik=form.cleaned_data["nik"], by=user, today=today())
            if "checked" in request.POST or "make" in request.POST:
                checking = CounterForm(request.POST)
            else:
                audit.record_read(actor=user, person_id=person.pk, purpose="kode")
            if checking.is_bound and checking.is_valid():
                handed = onetime.make(
                    person_id=person.pk, checked=checking.cleaned_data["checked"], by=user,
                    at=now(), today=today(),
                )  # fmt: skip
                return codes.card(
                    request, handed, base="desk/base.html", back=reverse("desk-code"), **context
                )
        except RuleBroken as error:
            explain(form, error)
    shown = checking if person is not None else form
    context |= {"form": shown, "nik": form, "person": person, "checking": checking}
    context["facts"] = facts_of(person) if person is not None else {}
    return render(request, "desk/code.html", context, status=422 if shown.errors else 200)
