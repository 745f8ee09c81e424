"""What a city's administrators are told about money, in the platform's own schema: such mails
are no part of any quota."""

from datetime import datetime, timedelta
from typing import Any

from billing.models import Account, Invoice
from billing.notices import (
    CHANGE_FAILED,
    GOES_ON,
    ISSUED,
    REMINDER,
    RESUMED,
    STARTED,
    STOPS,
    SUSPENDED,
    TRIAL_ENDS,
)
from billing.rules import GRACE
from kernel.identities import folded
from kernel.rupiah import format_rupiah
from kernel.tanggal import long_date
from messaging.notices import Notice, write_to
from tenants.backend.scope import in_city, in_public
from tenants.office import queries as office
from tenants.registry.entitlements import PAGE
from tenants.registry.models import City

S = City.Status
CONTACT = "kontak"


def recipients(account: Account, city: City, at: datetime) -> dict[str, str]:
    """Every administrator of the city and the billing contact, each address once, by what a
    mail's key calls them: keys are logged and must name nobody."""
    with in_city(city):
        admins = office.admins(at.astimezone(city.tz).date())
    found = {f"admin-{user.pk}": user.email for user in admins} | {CONTACT: account.email}
    once: dict[str, str] = {}
    for name, address in found.items():
        if address and folded(address) not in once.values():
            once[name] = folded(address)
    return once


def _send(
    account: Account, city: City, about: Notice, key: str, at: datetime, *, admins: bool = True,
    **values: Any,
) -> None:  # fmt: skip
    to = recipients(account, city, at)
    with in_public():
        for name, address in to.items():
            if admins or name == CONTACT:
                write_to(
                    address, about, key=f"{key}:{name}", city=city.name, link=city.page(PAGE),
                    **values,
                )  # fmt: skip


def _day(moment: datetime, city: City) -> str:
    return long_date(moment.astimezone(city.tz).date())


def reminder(
    account: Account,
    city: City,
    invoice: Invoice | None,
    *,
    about: str,
    days: int,
    since: datetime,
    at: datetime,
) -> None:
    """The first, second or last reminder, ``days`` after the payment was due."""
    _send(
        account, city, REMINDER, f"billing:{account.pk}:{about}:{days}", at,
        what=about.partition(":")[0], stops_on=_day(at + GRACE, city) if days >= 14 else "",
        **_invoice(invoice, city),
    )  # fmt: skip


def _invoice(invoice: Invoice | None, city: City) -> dict[str, Any]:
    if invoice is None:
        return {"number": "", "amount": "", "due": "", "pay": ""}
    return {
        "number": invoice.number or invoice.stripe_id,
        "amount": format_rupiah(invoice.remaining),
        "due": _day(invoice.due_at, city) if invoice.due_at else "",
        "pay": invoice.hosted_url,
    }


def trial_ends(account: Account, city: City, *, ends_at: datetime, days: int, at: datetime) -> None:
    """The trial ends in ``days`` days, or fewer where nobody looked in time."""
    left = -(-(ends_at - at) // timedelta(days=1))
    _send(
        account, city, TRIAL_ENDS, f"billing:{account.pk}:trial-ends:{ends_at:%Y-%m-%d}:{days}", at,
        days=left, ends=_day(ends_at, city),
    )  # fmt: skip


def issued(account: Account, city: City, invoice: Invoice, at: datetime) -> None:
    """An invoice with a due date has been issued."""
    _send(
        account, city, ISSUED, f"billing:{account.pk}:issued:{invoice.pk}", at,
        reference=account.purchase_reference, paper=invoice.pdf_url, **_invoice(invoice, city),
    )  # fmt: skip


def turned(
    account: Account, city: City, *, stops: bool, until: datetime | None, key: str, at: datetime
) -> None:
    """Somebody asked to stop at the end of the period, or took that back."""
    day = _day(until, city) if until else "akhir masa yang sudah dibayar"
    _send(account, city, STOPS if stops else GOES_ON, key, at, day=day)


def status_changed(
    account: Account, city: City, *, before: str, after: str, at: datetime, by_hand: bool = False
) -> None:
    """The city was stopped, or works again; other changes are told by reminders. Of what an
    operator did ``by_hand`` the console tells the administrators itself."""
    key = f"billing:{account.pk}:status:{after}:{at:%Y-%m-%dT%H:%M:%S}"
    if after == S.SUSPENDED:
        _send(account, city, SUSPENDED, key, at, admins=not by_hand, reason=account.held_reason)
    elif after == S.ACTIVE and before in (S.PAST_DUE, S.SUSPENDED):
        _send(account, city, RESUMED, key, at, admins=not by_hand, by_hand=by_hand)
    elif after == S.ACTIVE and before == S.TRIAL:
        _send(account, city, STARTED, key, at)


def change_failed(
    account: Account, city: City, *, what: str, problem: str, key: str, at: datetime
) -> None:
    """Something a person asked for could not be done in Stripe."""
    _send(account, city, CHANGE_FAILED, key, at, what=what, problem=problem)
