"""Fees at a desk: the orders of an office, taking money, and refunds."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.once import reading_once
from kernel.rupiah import format_rupiah
from services.cases import fees
from services.desk.fee_forms import FORMS, ActForm
from services.desk.frame import frame
from services.desk.views import posts_of
from services.payments import booking, collecting, queries, receipt, refunds
from services.payments.day_book import initials
from services.payments.models import FeeOrder, Payment, Refund
from services.web.files import name_of, send, send_stored
from tenants.office.models import Post
from ui.forms import explain
from ui.page import Audience, page

PER_PAGE = 30
LISTS = {
    "terbuka": "Belum dibayar",
    "lewat": "Lewat batas waktu",
    "bukti": "Bukti transfer",
    "kembali": "Pengembalian",
    "selesai": "Selesai",
}


def treasury(request: HttpRequest) -> tuple[User, list[Post]]:
    """Who asks, and the posts; for who takes fees or heads an office. Raises NotThere."""
    user, posts = posts_of(request)
    if not collecting.overseen(posts):
        raise NotThere("Halaman ini untuk bendahara penerimaan dan kepala kantornya.")
    return user, posts


@page(Audience.DESK)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Orders of the offices of this treasurer, due first."""
    _, posts = treasury(request)
    units = collecting.overseen(posts)
    wanted = request.GET.get("q", "").strip()[:100]
    chosen = request.GET.get("daftar", "terbuka")
    chosen = chosen if chosen in LISTS else "terbuka"
    found = queries.search(units, wanted) if wanted else queries.listed(units, chosen, now())
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **frame(posts, "retribusi"), "chosen": chosen, "lists": LISTS, "search": wanted,
        "page": shown,
        "rows": [(order, initials(order.payer)) for order in shown],
        "heading": f"Hasil pencarian “{wanted}”" if wanted else LISTS[chosen],
    }  # fmt: skip
    return render(request, "desk/fees.html", context)


# --- one order -----------------------------------------------------------------------------------


def _cash(order: FeeOrder, typed: dict[str, Any], who: dict[str, Any]) -> str:
    made = booking.take_cash(order_id=order.pk, amount=typed["amount"], **who)
    return f"{format_rupiah(made.amount)} diterima. Tanda buktinya nomor {made.number}."


def _void(order: FeeOrder, typed: dict[str, Any], who: dict[str, Any]) -> str:
    collecting.post_of(who["posts"], order, who["by"])
    case = fees.return_for(
        order_id=order.pk, reason=typed["reason"], by=who["by"], at=who["at"]
    )  # fmt: skip
    back = " Permohonannya kembali kepada pemohon." if case is not None else ""
    return f"Tagihan {order.number} dibatalkan.{back}"


def _accept(order: FeeOrder, typed: dict[str, Any], who: dict[str, Any]) -> str:
    made = booking.accept_proof(proof_id=typed["pk"], amount=typed["amount"], **who)
    return f"Transfernya dicatat. Tanda buktinya nomor {made.number}."


def _refuse(order: FeeOrder, typed: dict[str, Any], who: dict[str, Any]) -> str:
    booking.refuse_proof(proof_id=typed["pk"], reason=typed["reason"], **who)
    return "Bukti itu ditolak. Pemohon diberi tahu alasannya."


def _ask(order: FeeOrder, typed: dict[str, Any], who: dict[str, Any]) -> str:
    refunds.ask(payment_id=typed["pk"], amount=typed["amount"], reason=typed["reason"], **who)
    return "Pengembalian diajukan. Kepala kantor atau bendahara lain menyetujuinya."


def _approve(order: FeeOrder, typed: dict[str, Any], who: dict[str, Any]) -> str:
    refunds.approve(refund_id=typed["pk"], **who)
    return "Pengembalian disetujui. Bendahara membayarkannya."


def _deny(order: FeeOrder, typed: dict[str, Any], who: dict[str, Any]) -> str:
    refunds.refuse(refund_id=typed["pk"], reason=typed["reason"], **who)
    return "Pengembalian tidak disetujui, dengan alasan Anda."


def _pay_out(order: FeeOrder, typed: dict[str, Any], who: dict[str, Any]) -> str:
    made = refunds.pay_out(
        refund_id=typed["pk"], method=typed["method"], reference=typed["reference"], **who
    )
    return f"{format_rupiah(made.amount)} dicatat sebagai dikembalikan."


def _send(order: FeeOrder, typed: dict[str, Any], who: dict[str, Any]) -> str:
    refunds.send_back(refund_id=typed["pk"], **who)
    return "Pengembalian dikirim lewat penyedia. Hasilnya muncul di halaman ini."


def _settle(order: FeeOrder, typed: dict[str, Any], who: dict[str, Any]) -> str:
    went_back = typed["outcome"] == "yes"
    refunds.settle_unknown(
        refund_id=typed["pk"], went_back=went_back, reason=typed["reason"], **who
    )  # fmt: skip
    if went_back:
        return "Pengembalian dicatat: penyedia sudah mengembalikan uangnya."
    return "Dicatat: penyedia tidak mengembalikan uangnya. Kembalikan dengan cara lain."


def _keep(order: FeeOrder, typed: dict[str, Any], who: dict[str, Any]) -> str:
    refunds.keep(order_id=order.pk, reason=typed["reason"], **who)
    return "Keputusan itu dicatat: uangnya tidak dikembalikan."


ACTS: dict[str, Callable[[FeeOrder, dict[str, Any], dict[str, Any]], str]] = {
    "cash": _cash, "void": _void, "accept": _accept, "refuse": _refuse, "ask": _ask,
    "approve": _approve, "deny": _deny, "payout": _pay_out, "send": _send,
    "settle": _settle, "keep": _keep,
}  # fmt: skip


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
@reading_once()
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: its lines, what came, and what may be done now."""
    user, posts = treasury(request)
    found = queries.of_desk(posts, pk)
    act = request.POST.get("act", "")
    if request.method == "GET":
        if found.person_id is not None:
            audit.record_read(actor=user, person_id=found.person_id, purpose="retribusi")
        return _page(request, user, posts, found)
    if act not in FORMS:
        raise RuleBroken("Pilih dulu apa yang Anda lakukan.")
    named = request.POST.get("pk", "")
    row = int(named) if named.isdecimal() and len(named) < 19 else 0
    form = FORMS[act](request.POST, pk=row)
    if not form.is_valid():
        return _page(request, user, posts, found, form)
    _check_row(found, act, row)
    try:
        who = {"posts": posts, "by": user, "at": now()}
        done = ACTS[act](found, form.cleaned_data, who)
    except RuleBroken as broken:
        if broken.field not in form.fields:
            raise
        explain(form, broken)
        return _page(request, user, posts, queries.of_desk(posts, pk), form)
    messages.success(request, done)
    return redirect("desk-fee", pk)


def _check_row(found: FeeOrder, act: str, row: int) -> None:
    """The row a form names is one of this order. Raises NotThere."""
    of = {
        "accept": {proof.pk for proof in found.proofs.all()},
        "ask": {payment.pk for payment in found.payments.all()},
        "approve": {one.pk for one in _refunds(found)},
    }  # fmt: skip
    of |= {"refuse": of["accept"]} | dict.fromkeys(
        ("deny", "payout", "send", "settle"), of["approve"]
    )
    if row not in of.get(act, {found.pk}):
        raise NotThere("Bagian ini tidak ditemukan.")


def _refunds(found: FeeOrder) -> list[Refund]:
    return [one for payment in found.payments.all() for one in payment.refunds.all()]


def _page(
    request: HttpRequest, user: User, posts: list[Post], found: FeeOrder,
    failed: ActForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of one order; ``failed`` is the form on it that was sent and not taken."""

    def form(act: str, pk: int, **initial: Any) -> ActForm:
        made = FORMS[act](pk=pk, initial=initial)
        return failed if failed is not None and failed.auto_id == made.auto_id else made

    collects = any(post.unit_id == found.unit_id for post in collecting.collecting(posts))
    waiting = [proof for proof in found.proofs.all() if proof.state == "waiting"]
    unknown = refunds.unknown_among(_refunds(found))
    payments = [
        (
            payment,
            form("ask", payment.pk) if collects and refunds.left(payment) else None,
            [
                _refund_row(
                    one,
                    form,
                    user,
                    collects=collects,
                    sends=refunds.may_send_back(payment),
                    is_unknown=one.pk in unknown,
                )
                for one in payment.refunds.all()
            ],
        )
        for payment in found.payments.all()
    ]
    context = {
        **frame(posts, "retribusi"), "order": found, "collects": collects, "failed": failed,
        "payments": payments,
        "proofs": [
            (proof, form("accept", proof.pk), form("refuse", proof.pk), booking.same_file(proof))
            for proof in waiting
        ] if collects else [],
        "waiting": waiting,
        "cash_form": form("cash", found.pk) if collects and found.is_open else None,
        "void_form": form("void", found.pk) if collects and found.is_open else None,
        "keep_form": form("keep", found.pk) if collects and found.open_question_at else None,
    }  # fmt: skip
    return render(request, "desk/fee.html", context, status=422 if failed else 200)


def _refund_row(
    one: Refund,
    form: Callable[..., ActForm],
    user: User,
    *,
    collects: bool,
    sends: bool,
    is_unknown: bool,
) -> dict[str, Any]:
    asked = one.state == Refund.State.ASKED
    approved = one.state == Refund.State.APPROVED and not one.method
    may_decide = asked and one.asked_by_id != user.pk
    return {
        "refund": one,
        "is_unknown": is_unknown,
        "is_sending": one.is_under_way and not is_unknown,
        "settle_form": form("settle", one.pk) if is_unknown and collects else None,
        "approve_form": form("approve", one.pk) if may_decide else None,
        "deny_form": form("deny", one.pk) if may_decide else None,
        "payout_form": form("payout", one.pk) if approved and collects else None,
        "send_form": form("send", one.pk) if approved and collects and sends else None,
    }


@page(Audience.DESK)
@require_safe
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo of a transfer."""
    user, posts = treasury(request)
    found = queries.proof_of_desk(posts, pk)
    if found.order.person_id is not None:
        audit.record_read(actor=user, person_id=found.order.person_id, purpose="berkas")
    name = name_of(f"bukti-{found.pk}.jpg", found.media_type)
    return send_stored(found.path, media_type=found.media_type, name=name)


@page(Audience.DESK)
@require_safe
def receipt_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of a payment, to print for who paid."""
    user, posts = treasury(request)
    found = (
        Payment.objects.select_related("order__unit", "received_by")
        .filter(pk=pk, order__unit__in=collecting.overseen(posts))
        .first()
    )
    if found is None:
        raise NotThere("Tanda bukti ini tidak ditemukan.")
    if found.order.person_id is not None:
        audit.record_read(actor=user, person_id=found.order.person_id, purpose="retribusi")
    name = f"tanda-bukti-{found.number}.pdf".replace("/", "-")
    return send(receipt.as_pdf(found), media_type="application/pdf", name=name, download=False)
