"""An official's own certificate, and outcomes that nobody knows."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from kernel.clock import now
from kernel.errors import RuleBroken
from services.desk.frame import frame
from services.desk.signing_forms import (
    CertificateForm,
    DeclareForm,
    HandInForm,
    RevokeCertificateForm,
    TrialForm,
)
from services.desk.signing_views import TAB
from services.desk.views import posts_of
from services.residents import officials
from services.signing import (
    accounts,
    certificates,
    checking,
    identities,
    queries,
    rules,
    settling,
    trial,
)
from services.signing.models import Attempt
from services.signing.providers import providers
from tenants.office.access import visitor
from ui.forms import explained
from ui.page import Audience, page


@page(Audience.DESK)
@never_cache
@sensitive_post_parameters("passphrase", "again", "current")
@require_http_methods(["GET", "POST"])
def certificate(request: HttpRequest) -> HttpResponse:
    """One's own certificate: made, renewed, revoked, each with the account's password; or what the
    gateway says of it."""
    user, posts = posts_of(request)
    account = accounts.in_force()
    what = request.POST.get("do", "") if request.method == "POST" else ""
    making = CertificateForm(
        request.POST if what == "make" else None, user=user, auto_id="id_make_%s"
    )
    revoking = RevokeCertificateForm(
        request.POST if what == "revoke" else None, user=user, auto_id="id_revoke_%s"
    )
    provider = providers[account.provider] if account is not None else None
    trying = TrialForm(
        provider.types if provider is not None else "", request.POST if what == "try" else None,
        auto_id="id_try_%s",
    )  # fmt: skip
    name = account.provider if account is not None else certificates.LOCAL
    # Also for letters that were ordered before the city chose another way.
    local = name == certificates.LOCAL or queries.awaits(user, certificates.LOCAL)
    own = certificates.own(user, certificates.LOCAL if local else name)
    if what == "make" and making.is_valid():
        with explained(making):
            certificates.enrol(
                user=user, passphrase=making.cleaned_data["passphrase"],
                again=making.cleaned_data["again"], at=now(),
            )  # fmt: skip
            messages.success(request, "Sertifikat Anda jadi. Ingat frasa sandinya.")
            return redirect("desk-certificate")
    elif what == "revoke" and revoking.is_valid() and own is not None:
        with explained(revoking):
            certificates.revoke(
                certificate_id=own.pk, by=user, reason=revoking.cleaned_data["reason"], at=now()
            )
            messages.success(request, "Sertifikat Anda dicabut.")
            return redirect("desk-certificate")
    elif what == "ask":
        identities.ask(user, identities.STATUS, now())
        return redirect("desk-certificate")
    elif what == "code":
        identities.ask(user, identities.CODE, now(), count=queries.count_waiting(user))
        return redirect("desk-certificate")
    elif what == "try" and trying.is_valid():
        with explained(trying):
            trial.begin(by=user, passphrase=trying.cleaned_data["passphrase"], at=now())
            return redirect("desk-certificate")
    status, tried = identities.status_of(user), trial.of(user)
    context = {
        **frame(posts, TAB),
        "account": account,
        "provider": provider,
        "own": own,
        "status": status,
        "is_asking": status is not None and identities.is_asking(status, now()),
        "trial": tried,
        "is_trying": tried is not None and tried.is_waiting(now()),
        "trying": trying,
        "makes_local": local,
        "is_named": bool(officials.nik_prints(user))
        or (account is not None and account.options.get("identify_by") == identities.BY_EMAIL),
        "by_code": account is not None and account.options.get("way") == "totp",
        "making": making,
        "revoking": revoking,
        "own_is_certified": own is not None and providers[own.provider].is_certified,
        "moment": now(),
    }
    failed = making.errors or revoking.errors or trying.errors
    return render(request, "desk/signing/certificate.html", context, status=422 if failed else 200)


@page(Audience.OFFICE)
@never_cache
@require_http_methods(["GET", "POST"])
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """A try whose outcome nobody knows: looked at, brought, or declared failed."""
    who = visitor(request)
    user = who.user
    found = settling.seen_attempt(pk, user, now())
    what = request.POST.get("do", "") if request.method == "POST" else ""
    bringing = HandInForm(
        request.POST if what == "bring" else None, request.FILES if what == "bring" else None
    )
    declaring = DeclareForm(request.POST if what == "declare" else None)
    back = redirect("desk-signing-attempt", pk)
    is_open = found.state == Attempt.State.UNKNOWN and found.settled_at is None
    if what == "look":
        looked = settling.examine(attempt_id=pk, by=user, at=now())
        if looked is settling.Looked.SIGNED:
            messages.success(request, "Suratnya memang sudah ditandatangani. Tersimpan.")
        elif looked is settling.Looked.NOTHING:
            messages.warning(
                request, "Tidak ada berkas yang kembali dari gateway. Hasilnya belum diketahui."
            )
        return back
    if what == "own":
        settling.confirm(
            attempt_id=pk, fingerprint=request.POST.get("fingerprint", ""), by=user, at=now()
        )
        messages.success(request, "Sertifikat Anda tersimpan, dan surat ini sudah ditandatangani.")
        return back
    if what == "bring" and bringing.is_valid():
        sent = bringing.cleaned_data["file"]
        assert isinstance(sent, UploadedFile)
        with explained(bringing):
            if (sent.size or 0) > checking.MOST:
                raise RuleBroken("Berkas ini terlalu besar.", field="file")
            settling.hand_in(attempt_id=pk, pdf=sent.read(), by=user, at=now())
            messages.success(request, "Berkas diterima: surat ini sudah ditandatangani.")
            return back
    elif what == "declare" and declaring.is_valid():
        with explained(declaring):
            settling.declare_failed(
                attempt_id=pk, by=user, reason=declaring.cleaned_data["reason"], at=now()
            )
            messages.success(request, "Tersimpan. Suratnya menunggu tanda tangan lagi.")
            return back
    stranger = settling.stranger_of(found) if is_open else None
    row = found.signature
    context: dict[str, Any] = {
        **(frame(who.desks, TAB) if who.desks else {}),
        "base": "desk/base.html" if who.desks else "setup/base.html",
        "attempt": found, "row": row, "is_open": is_open,
        "stranger": stranger, "is_signer": row.signer_id == user.pk,
        "is_other_name": stranger is not None
        and not rules.shares_name(stranger.common_name, row.signer_name),
        "is_asking": settling.is_asking(found, now()),
        "bringing": bringing, "declaring": declaring,
    }  # fmt: skip
    failed = bringing.errors or declaring.errors
    return render(request, "desk/signing/attempt.html", context, status=422 if failed else 200)
