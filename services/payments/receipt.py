"""The receipt of a payment as PDF, made anew from its row: the same bytes each time."""

from pathlib import Path

from kernel.rupiah import format_rupiah, in_words
from kernel.tanggal import long_date, moment_text
from kernel.text import in_capitals_and_small
from services.payments.models import Payment, Refund
from tenants.office.models import Profile
from tenants.office.naming import bare_name
from tenants.registry.current import city
from typeset import pdf

LAYOUT = Path(__file__).parent / "layouts" / "kuitansi.typ"


def as_pdf(payment: Payment) -> bytes:
    """What the payer keeps and the treasurer signs nothing of: its code says that it is true."""
    here, order = city(), payment.order
    profile = Profile.objects.first() or Profile(government=f"Pemerintah {here.name}")
    back = payment.refunds.filter(state=Refund.State.PAID).order_by("pk")
    address = here.page("verify", payment.check_code)
    who = payment.received_by.name if payment.received_by else ""
    data = {
        "government": profile.government,
        "unit": order.unit.name,
        "number": payment.number,
        "payer": in_capitals_and_small(order.payer),
        "words": in_words(payment.amount),
        "amount": format_rupiah(payment.amount),
        "subject": order.subject,
        "reference": order.reference,
        "order": order.number,
        "law": order.law,
        "account": order.account,
        "method": payment.get_method_display(),
        "paid_at": moment_text(payment.booked_at, here.timezone),
        "place": bare_name(here.name),
        "date": long_date(payment.day),
        "receiver": who,
        "title": payment.title,
        "lines": [
            [line["label"], line["quantity"], format_rupiah(line["price"]),
             format_rupiah(line["amount"])]
            for line in order.lines
        ],
        "total": format_rupiah(order.amount),
        "back": [
            f"{format_rupiah(one.amount)} pada {long_date(one.day)}"
            for one in back
            if one.day is not None
        ],
        "address": here.page("verify-form"),
        "code": payment.check_code,
        "is_demo": here.is_demo,
    }  # fmt: skip
    return pdf.compile(
        LAYOUT,
        data,
        at=payment.booked_at.replace(microsecond=0),
        pictures={"qr": pdf.qr_svg(address)},
    )
