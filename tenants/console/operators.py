"""Operators among themselves: who they are, and taking a lost phone's device away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import mfa
from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from tenants.console.forms import WhyForm
from tenants.console.views import operator_of
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.OPERATOR)
@never_cache
@require_safe
def operators(request: HttpRequest) -> HttpResponse:
    found = list(User.objects.filter(is_operator=True).order_by("name"))
    enrolled = mfa.enrolled_among(found)
    rows = [{"operator": user, "enrolled": user.pk in enrolled} for user in found]
    return render(request, "console/operators.html", {"rows": rows})


@page(Audience.OPERATOR)
@never_cache
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's part: with a reason, noted, and the owner is told."""
    found = User.objects.filter(pk=pk, is_operator=True).first()
    if found is None:
        raise NotThere("Operator ini tidak ditemukan.")
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            mfa.reset(pk, reason=form.cleaned_data["reason"], by=operator_of(request))
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, f"Perangkat {found.name} dilepas. Ia diberi tahu.")
            return redirect("console-operators")
    context = {"operator": found, "form": form, "own": found.pk == operator_of(request).pk}
    status = 422 if form.errors else 200
    return render(request, "console/operator_reset.html", context, status=status)
