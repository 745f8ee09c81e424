"""A one-time code for an official who signs in with a NIK: there is no mailbox for a link."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.residents import onetime
from services.residents.models import OneTimeCode
from services.setup.views import page_of
from services.web import codes
from services.web.access import today
from tenants.office.models import Holding
from ui.forms import explain
from ui.page import Audience, page

APPOINTED = OneTimeCode.Checked.APPOINTED


@page(Audience.ADMIN)
@sensitive_post_parameters()
def official_code(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Say what was checked, then show the code once."""
    holding = (
        Holding.objects.select_related("user__resident__person", "post__unit").filter(pk=pk).first()
    )
    account = getattr(holding.user, "resident", None) if holding is not None else None
    if holding is None or account is None:
        raise NotThere("Orang ini tidak masuk dengan NIK.")
    initial = {} if holding.user.has_usable_password() else {"checked": APPOINTED}
    form = codes.CheckedForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            handed = onetime.make(
                person_id=account.person_id, checked=form.cleaned_data["checked"], by=user,
                at=now(), today=today(),
            )  # fmt: skip
        except RuleBroken as error:
            explain(form, error)
        else:
            back = reverse("setup-post", args=[holding.post_id])
            return codes.card(request, handed, base="setup/base.html", back=back)
    return page_of(request, "official_code", form, holding=holding)
