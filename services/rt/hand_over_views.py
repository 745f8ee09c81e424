"""The page on which a post passes to a successor: for both of them, without personal data."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from kernel.clock import now
from services.web.access import today
from tenants.office import handing_over
from tenants.office.access import visitor
from ui.forms import Form
from ui.page import Audience, page


class GivenForm(Form):
    note = forms.CharField(
        label="Pesan kepada pengganti Anda",
        required=False,
        max_length=500,
        help_text="Misalnya: buku kas dan stempel diserahkan di rumah Pak RW hari Minggu.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@page(Audience.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """What passes on, and one button. The predecessor may have left office already, so the page
    is for the two named in it, and shows numbers alone."""
    user = visitor(request).user
    found = handing_over.get(pk, user, today())
    gives = found.given.user_id == user.pk
    sent = request.POST if request.method == "POST" else None
    form = GivenForm(sent) if gives else Form(sent)
    if form.is_valid():
        handing_over.confirm(pk=pk, by=user, note=form.cleaned_data.get("note", ""), at=now())
        said = "Terima kasih. Serah terima sudah tercatat."
        messages.success(request, said)
        return redirect(reverse("rt-inbox") if visitor(request).vouching else reverse("home"))
    context = {
        "hand_over": found,
        "gives": gives,
        "lines": handing_over.lines(found),
        "form": form,
        "is_voucher": bool(visitor(request).vouching),
    }
    return render(request, "rt/hand_over.html", context, status=422 if form.errors else 200)
