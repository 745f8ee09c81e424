"""Is this letter genuine? By its code, its file, or its number and day."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kernel.clock import now
from kernel.errors import NotThere
from services.dues import receipts
from services.letters import watching
from services.letters.queries import Check
from services.letters.rules import initials
from services.payments import queries as fees
from services.portal.checking import Headline, foreign, headline_of, of_number
from services.portal.forms import CodeForm, NumberForm, SameFileForm, WatchForm
from services.web import limits, verifying
from services.web.access import today
from ui.forms import explained
from ui.language import reads_in
from ui.page import Audience, page
from ui.views import rule_broken

View = Callable[..., HttpResponse]


def bounded(view: View) -> View:
    """Whoever asks too often is told when to come back."""

    @wraps(view)
    def asked(request: HttpRequest, /, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except limits.TooMany as often:
            answer = rule_broken(request, often)
            answer["Retry-After"] = str(often.retry_after)
            return answer

    return asked


@page(Audience.ANYONE, when_suspended="open", support="look")
@bounded
def start(request: HttpRequest) -> HttpResponse:
    """Where one begins without a QR code: the code, the file, or the number."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("verify", "".join(form.cleaned_data["code"].split()).replace("/", ""))
    upload = SameFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        _count(request, "file", verifying.BY_FILE, strict=True)
        if upload.is_valid():
            return _of_file(request, upload)
    context = {"form": form, "upload": upload, "numbers": NumberForm()}
    status = 422 if upload.errors else 200
    return render(request, "portal/verify_form.html", context, status=status)


def _count(
    request: HttpRequest, what: str, limit: tuple[int, int], *, strict: bool = False
) -> None:
    most, minutes = limit
    limits.count(request, f"verify-{what}", most, minutes=minutes, strict=strict)


def _of_file(request: HttpRequest, upload: SameFileForm) -> HttpResponse:
    judged = verifying.by_file(upload.cleaned_data["file"])
    code = judged.compared.code
    found = verifying.by_code(code, today=today()) if code else None
    if found is None:
        context = {
            "headline": foreign(), "judged": judged, "upload": SameFileForm(),
            "numbers": NumberForm(),
        }  # fmt: skip
        return render(request, "portal/verify_foreign.html", context)
    return _shown(request, found, judged, SameFileForm())


@page(Audience.ANYONE, when_suspended="open", support="look")
@never_cache
@bounded
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """What is known of the letter with this code; a file may be compared with it."""
    _count(request, "code", verifying.BY_CODE)
    found = verifying.by_code(code, today=today())
    if found is None:
        return _receipt(request, code) or _unknown(request, code)
    form = SameFileForm(request.POST or None, request.FILES or None)
    judged: verifying.Judged | None = None
    if request.method == "POST":
        _count(request, "file", verifying.BY_FILE, strict=True)
        if form.is_valid():
            judged = verifying.by_file(form.cleaned_data["file"], code=code)
    return _shown(request, found, judged, form)


def _shown(
    request: HttpRequest, found: Check, judged: verifying.Judged | None, form: SameFileForm
) -> HttpResponse:
    headline = headline_of(found, same=judged.compared.same if judged is not None else None)
    context = {
        "letter": found, "form": form, "headline": headline, "watch": WatchForm(),
        "days": watching.KEPT.days, "judged": judged,
    }  # fmt: skip
    return render(request, "portal/verify.html", context, status=422 if form.errors else 200)


def _receipt(request: HttpRequest, code: str) -> HttpResponse | None:
    """Receipts of dues and of fees bear codes of the same kind."""
    receipt = receipts.by_code(code)
    if receipt is not None:
        context = {"receipt": receipt, "payer": initials(receipt.payer)}
        return render(request, "portal/verify_receipt.html", context)
    payment = fees.receipt_by_code(code)
    if payment is not None:
        paid = {
            "payment": payment, "payer": initials(payment.order.payer),
            "back": fees.given_back(payment),
        }  # fmt: skip
        return render(request, "portal/verify_fee.html", paid)
    return None


def _unknown(request: HttpRequest, code: str) -> HttpResponse:
    context = {"code": code[:60], "form": CodeForm()}
    return render(request, "portal/verify_unknown.html", context, status=404)


@page(Audience.ANYONE, support="look")
@require_safe
@never_cache
@bounded
def by_number(request: HttpRequest) -> HttpResponse:
    """What is known of a number and a day, for who holds a paper without a QR code."""
    form = NumberForm(request.GET if request.GET else None)
    found: list[tuple[verifying.Known, Headline]] | None = None
    if form.is_bound and form.is_valid():
        _count(request, "number", verifying.BY_NUMBER, strict=True)
        said = form.cleaned_data
        known = verifying.by_number(said["number"], said["day"], today=today())
        found = [(one, of_number(one)) for one in known]
    status = 422 if form.is_bound and form.errors else 200
    context = {"numbers": form, "found": found}
    return render(request, "portal/verify_number.html", context, status=status)


@page(Audience.ANYONE, when_suspended="open")
@require_POST
@never_cache
@bounded
def watch(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody wants to be told when a letter they checked is taken back."""
    _count(request, "watch", verifying.WATCHES, strict=True)
    found = verifying.by_code(code, today=today())
    if found is None or not found.counts:
        raise NotThere("Surat ini tidak ditemukan, atau tidak berlaku lagi.")
    form = WatchForm(request.POST)
    if form.is_valid():
        with explained(form):
            watching.watch(
                letter_id=found.letter_id, email=form.cleaned_data["email"], language=reads_in(),
                at=now(),
            )  # fmt: skip
            messages.success(
                request, gettext("Tercatat. Kami kirim e-mail bila surat ini dicabut atau diganti.")
            )
            return redirect("verify", code)
    context = {
        "letter": found, "form": SameFileForm(), "watch": form, "days": watching.KEPT.days,
        "headline": headline_of(found),
    }  # fmt: skip
    return render(request, "portal/verify.html", context, status=422)
