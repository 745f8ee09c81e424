"""One post: who holds it, giving it to somebody, and correcting what is written of a holder."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import mfa
from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from services.heads.appointing import appoint_neighbour
from services.residents import officials
from services.setup import appointing
from services.setup.forms import AppointForm
from services.setup.post_forms import CorrectForm, NeighbourForm
from services.setup.views import page_of, with_holders
from services.web.access import today
from tenants.office import actions as office
from tenants.office import queries
from tenants.office.models import Holding, Post
from tenants.office.roles import NEIGHBOURHOOD, title_at
from ui.forms import explain
from ui.page import Audience, page

BY_MAIL = "e-mail"  # an RT whose head is in no register


@page(Audience.ADMIN)
def post(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Who holds a post, and giving it to somebody: an official by e-mail address, head, secretary
    or treasurer of an RT or RW from the register."""
    found = Post.objects.filter(pk=pk).select_related("unit__parent__parent")
    at = with_holders(found).first()
    if at is None:
        raise NotThere("Jabatan ini tidak ditemukan.")
    is_neighbourhood = at.unit.kind in NEIGHBOURHOOD
    from_register = is_neighbourhood and request.GET.get("method") != BY_MAIL
    form: NeighbourForm | AppointForm
    if from_register:
        form = NeighbourForm(request.POST or None, unit=at.unit, initial={"since": today()})
    else:
        form = AppointForm(request.POST or None, initial={"since": today()})
    if request.method == "POST" and form.is_valid():
        try:
            holding = _appoint(at, form, user)
        except RuleBroken as error:
            if error.field == "user" or error.field not in form.fields:
                error.field = "nik" if from_register else "email"
            explain(form, error)
        else:
            return _appointed(request, at, holding)
    for person in form.candidates:
        audit.record_read(actor=user, person_id=person.pk, purpose="penunjukan")
    past = at.holdings.filter(until__lt=today()).select_related("user").order_by("-until")
    people = User.objects.filter(holdings__in=queries.current_holdings(today()).filter(post=at))
    unknown = {person.pk for person in people if not officials.nik_prints(person)}
    return page_of(
        request, "post", form, post=at, past=past[:10],
        enrolled=mfa.enrolled_among(people), unknown=unknown, is_neighbourhood=is_neighbourhood,
        from_register=from_register, day=today(), called=title_at(at.role, at.unit),
        following=queries.next_vacancy(at, today()) if at.now else None,  # type: ignore[attr-defined]
    )  # fmt: skip


def _appoint(at: Post, form: NeighbourForm | AppointForm, by: User) -> Holding:
    if isinstance(form, AppointForm):
        return appointing.appoint(post=at, by=by, **form.cleaned_data)
    person = form.cleaned_data["person"]
    audit.record_read(actor=by, person_id=person.pk, purpose="penunjukan")
    return appoint_neighbour(post=at, by=by, **form.cleaned_data)


def _appointed(request: HttpRequest, at: Post, holding: Holding) -> HttpResponse:
    """What was done; somebody without a password gets a code next, or had a mail."""
    user = holding.user
    said = f"{user.name} sekarang memegang jabatan {at.full_title}."
    if not user.has_usable_password() and "@" not in user.login:
        messages.success(request, f"{said} Ia belum punya kata sandi: buat kartu kodenya di sini.")
        return redirect("setup-code", holding.pk)
    if not user.has_usable_password():
        said += f" Undangan dikirim ke {user.login}."
    messages.success(request, said)
    return redirect("setup-post", at.pk)


@page(Audience.ADMIN)
def correct(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Correct NIP, rank or decree without ending the post."""
    holding = Holding.objects.select_related("user", "post__unit").filter(pk=pk).first()
    if holding is None:
        raise NotThere("Jabatan ini tidak ditemukan.")
    form = CorrectForm(request.POST or None, holding=holding)
    if request.method == "POST" and form.is_valid():
        try:
            office.correct_holding(holding_id=pk, by=user, **form.cleaned_data)
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, f"Keterangan jabatan {holding.user.name} tersimpan.")
            return redirect("setup-post", holding.post_id)
    return page_of(request, "correct", form, holding=holding)
