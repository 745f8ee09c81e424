"""What an admin does where an official is gone: revokes their certificate, lets another sign a
letter that waits for them, or gives the letter up."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere
from services.applications import revoking, signing_on
from services.setup.views import page_of
from services.signing import certificates, queries
from services.signing.models import Signature
from services.web.access import today
from services.web.own_password import OwnPasswordForm
from ui.forms import Form, explained
from ui.page import Audience, page


class RevokeForm(OwnPasswordForm):
    reason = forms.CharField(
        label="Alasan mencabut", max_length=300, help_text="Dibaca pemilik sertifikat."
    )
    field_order = ["reason", "current"]


class ReassignForm(Form):
    to = forms.ChoiceField(label="Siapa yang menandatangani?", widget=forms.RadioSelect)
    why = forms.CharField(
        label="Alasan", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Hanya dibaca pejabat.",
    )  # fmt: skip

    def __init__(self, people: dict[int, User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(pk), one.name) for pk, one in people.items()]


class GiveUpForm(Form):
    reason = forms.CharField(
        label="Mengapa surat ini dibatalkan?", max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Dibaca pemohon. Nomornya tetap tercatat. Tanpa surat lain, permohonannya "
        "berakhir ditolak.",
    )  # fmt: skip


@page(Audience.ADMIN, support="no")
@never_cache
@sensitive_post_parameters("current")
def certificate(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Revoke the certificate of an official, with a reason and one's own password."""
    found = certificates.in_force().filter(pk=pk).select_related("user").first()
    if found is None:
        raise NotThere("Sertifikat ini tidak ditemukan, atau sudah dicabut.")
    form = RevokeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with explained(form):
            certificates.revoke(
                certificate_id=pk, by=user, reason=form.cleaned_data["reason"], at=now()
            )
            messages.success(request, f"Sertifikat {found.user.name} dicabut.")
            return redirect("setup-signing")
    return page_of(request, "certificate", form, certificate=found)


def _waiting(pk: int) -> Signature:
    found = queries.all_open().filter(pk=pk).first()
    if found is None:
        raise NotThere("Surat ini tidak menunggu tanda tangan lagi.")
    return found


@page(Audience.ADMIN, support="no")
@never_cache
def letter(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """A letter that waits for its signature: somebody else signs it, or it is given up."""
    row = _waiting(pk)
    people = signing_on.others(row, on=today())
    what = request.POST.get("do", "") if request.method == "POST" else ""
    handing = ReassignForm(people, request.POST if what == "hand" else None)
    ending = GiveUpForm(request.POST if what == "void" else None)
    if what == "hand" and handing.is_valid():
        with explained(handing):
            to = people[int(handing.cleaned_data["to"])]
            signing_on.reassign(
                signature_id=pk, to=to, by=user, reason=handing.cleaned_data["why"], at=now()
            )
            messages.success(request, f"Surat {row.letter.number} diserahkan kepada {to.name}.")
            return redirect("setup-signing")
    elif what == "void" and ending.is_valid():
        with explained(ending):
            revoking.void(
                letter_id=row.letter_id, by=user, reason=ending.cleaned_data["reason"], at=now()
            )
            messages.success(request, f"Surat {row.letter.number} dibatalkan. Pemohon diberi tahu.")
            return redirect("setup-signing")
    failed = next((form for form in (handing, ending) if form.errors), None)
    return page_of(
        request, "unsigned", failed, row=row, handing=handing, ending=ending, people=bool(people)
    )
