"""A fee as its payer sees it: what it is made of, how it is paid, and the receipt."""

import logging

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.applications import queries as applications
from services.cases import attachments, documents
from services.cases.models import StepOrder
from services.payments import booking, online, receipt
from services.payments import queries as fees
from services.payments.models import Charge, FeeOrder, Payment
from services.payments.providers import Forged
from services.portal.forms import ProofForm
from services.web.access import today
from services.web.files import send
from ui.forms import explained
from ui.page import Audience, page

log = logging.getLogger(__name__)
MOST = 64 * 1024  # bytes of a notification


def _own(user: User, pk: int) -> tuple[FeeOrder, int]:
    """An order of a request of this account, and the request. Raises NotThere."""
    asked = StepOrder.objects.select_related("step").filter(order=pk).first()
    if asked is None:
        raise NotThere("Tagihan ini tidak ditemukan.")
    application = applications.own(user, asked.step.case_id)
    found = fees.with_all(FeeOrder.objects.filter(pk=pk)).get()
    return found, application.pk


@page(Audience.RESIDENT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, pk: int) -> HttpResponse:
    """The order: lines, law, ways to pay; a transfer is shown here."""
    user = signed_in(request)
    order, application_id = _own(user, pk)
    form = ProofForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with explained(form):
            file = attachments.judged(form.cleaned_data["file"].read(documents.MAX_BYTES + 1))
            if isinstance(file, RuleBroken):
                raise RuleBroken(file.message, field="file")
            booking.send_proof(
                order_id=pk, file=file, paid_on=form.cleaned_data["paid_on"], by=user, at=now(),
                today=today(),
            )  # fmt: skip
            messages.success(
                request, gettext("Bukti transfer terkirim. Bendahara memeriksanya di rekening.")
            )
            return redirect("own-fee", pk)
    proofs = list(order.proofs.all())
    context = {
        "order": order, "application_id": application_id, "form": form,
        "waiting": next((one for one in proofs if one.state == "waiting"), None),
        "refused": proofs[0] if proofs and proofs[0].state == "refused" else None,
        "payments": order.payments.all(),
        "ways": online.ways() if order.is_open else [],
        "charges": [one for one in order.charges.all() if one.is_live],
    }  # fmt: skip
    return render(request, "portal/fee.html", context, status=422 if form.errors else 200)


@page(Audience.RESIDENT)
@require_safe
def receipt_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of a payment."""
    user = signed_in(request)
    found = Payment.objects.select_related("order__unit", "received_by").filter(pk=pk).first()
    if found is None:
        raise NotThere("Tanda bukti ini tidak ditemukan.")
    _own(user, found.order_id)
    name = f"tanda-bukti-{found.number}.pdf".replace("/", "-")
    download = "unduh" in request.GET
    return send(receipt.as_pdf(found), media_type="application/pdf", name=name, download=download)


# --- online -------------------------------------------------------------------------------------


@page(Audience.RESIDENT)
@require_POST
def charge(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a QR code, or for the number of a virtual account."""
    user = signed_in(request)
    _own(user, pk)
    provider, _, way = request.POST.get("way", "").partition("/")
    made = online.begin(order_id=pk, provider=provider, way=way, by=user, at=now())
    return redirect("own-fee-online", made.pk)


@page(Audience.RESIDENT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def online_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """What is paid, with the code or the number. The page asks by itself until it is paid."""
    user = signed_in(request)
    found = Charge.objects.filter(pk=pk).first()
    if found is None:
        raise NotThere("Pembayaran ini tidak ditemukan.")
    order, _ = _own(user, found.order_id)
    if request.method == "POST":
        online.ask_about(charge_id=pk, at=now())
        messages.success(
            request, gettext("Sedang ditanyakan. Muat ulang halaman ini sebentar lagi.")
        )
        return redirect("own-fee-online", pk)
    known = {(name, way.code): way.label for name, way in online.ways()}
    picture = segno.make(found.qr, error="m").svg_data_uri(scale=6, border=3) if found.qr else ""
    context = {
        "order": order, "charge": found, "picture": picture,
        "way": known.get((found.provider, found.way), found.way), "moving": found.is_live,
    }  # fmt: skip
    return render(request, "portal/fee_charge.html", context)


@page(Audience.ANYONE, when_suspended="open", support="always")
@never_cache
@csrf_exempt
@require_POST
def notification(request: HttpRequest, provider: str) -> HttpResponse:
    """Where a provider tells of a payment. 200 once it is kept, 403 for what it did not sign. What
    is told is not believed: the provider is asked."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST:
        return HttpResponse("too large\n", status=413, content_type="text/plain")
    try:
        body = request.body
    except RawPostDataException:  # a form, which no provider sends
        return HttpResponse("signature\n", status=403, content_type="text/plain")
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        is_new = online.notified(provider, headers, body, now())
    except Forged:
        log.warning("a notification that %s did not sign", provider)
        return HttpResponse("signature\n", status=403, content_type="text/plain")
    except NotThere:
        return HttpResponse("unknown\n", status=404, content_type="text/plain")
    return HttpResponse("kept\n" if is_new else "known\n", content_type="text/plain")
