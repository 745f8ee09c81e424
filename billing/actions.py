"""What people do about a city's money. Call from anywhere; everything happens in public.

For a city's admins (``by``: who acts; StripeTrouble when Stripe cannot be reached):
    open_account(city) -> Account
    update_account(account_id, ..., by)
    start_card(account_id, plan, interval, by, return_to) -> address of the payment page
    settle_checkout(account_id, session)          on coming back from it
    start_invoice(account_id, plan, interval, days, by) -> Change
    change_plan(account_id, plan, interval, by) -> Change
    cancel(account_id, by) / resume(account_id, by) -> Change
    portal(account_id, return_to) -> address of Stripe's page for cards and receipts
    refund(invoice_id, rupiah, reason, by) -> Change

What operators do besides stands in ``billing.operating``. A ``Change`` is done by the outbox,
usually within a second, and repeated while Stripe is away; ``queries.last_change`` says how it
went.
"""

import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from audit import actions as audit
from audit.actions import Actor
from billing import catalogue, customers, gateway, lifecycle, mirror, plans, queries, rules
from billing.models import Account, Change, Invoice, Subscription
from billing.plans import Plan
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.identities import parse_email
from messaging import outbox
from tenants.backend.scope import in_public
from tenants.registry import regions
from tenants.registry.models import City, Signup

DAYS_UNTIL_DUE = (14, 30, 60)
LONGEST = {
    "name": 150, "official_name": 100, "official_post": 100, "email": 254, "phone": 20,
    "address": 200, "npwp": 16, "purchase_reference": 80,
}  # fmt: skip
PAGE_TAKES = timedelta(minutes=1)  # longer than Stripe takes to make a payment page
CHECKOUT_PLACEHOLDER = "{CHECKOUT_SESSION_ID}"


def open_account(city: City) -> Account:
    """The city's account, opened with what the signup knows of its official."""
    with in_public():
        known = Account.objects.filter(city_id=city.pk).first()
        if known is not None:
            return known
        signup = Signup.objects.filter(city_id=city.pk).first()
        account, _ = Account.objects.get_or_create(
            city_id=city.pk,
            defaults={
                "city_code": city.code,
                "city_name": city.name,
                "name": f"Pemerintah {city.name}",
                "official_name": signup.name[:100] if signup else "",
                "official_post": signup.post[:100] if signup else "",
                "email": signup.email if signup else "",
            },
        )
    return account


def open_missing() -> int:
    """An account for every city that has none; how many."""
    with in_public():
        found = City.objects.filter(account__isnull=True).exclude(
            status__in=[City.Status.PROVISIONING, City.Status.CLOSED]
        )
        cities = list(found)
    for city in cities:
        open_account(city)
    return len(cities)


def update_account(
    account_id: int, *, name: str, official_name: str, official_post: str, email: str, phone: str,
    address: str, npwp: str, purchase_reference: str, by: Actor,
) -> Account:  # fmt: skip
    """What stands on the invoices, and where they are sent. Stripe is told by the outbox."""
    cleaned = {
        "name": " ".join(name.split()),
        "official_name": " ".join(official_name.split()),
        "official_post": " ".join(official_post.split()),
        "email": parse_email(email),
        "phone": phone.strip(),
        "address": " ".join(address.split()),
        "npwp": rules.clean_npwp(npwp),
        "purchase_reference": " ".join(purchase_reference.split()),
    }
    if not cleaned["name"]:
        raise RuleBroken("Tulis nama instansi seperti di tagihan.", field="name")
    for key, text in cleaned.items():
        most = LONGEST[key]
        if len(text) > most:
            raise RuleBroken(f"Terlalu panjang; paling banyak {most} huruf.", field=key)
    with in_public(), transaction.atomic():
        account = mirror.lock(account_id)
        changed = [key for key, text in cleaned.items() if getattr(account, key) != text]
        if not changed:
            return account
        for key in changed:
            setattr(account, key, cleaned[key])
        account.version += 1
        account.save(update_fields=[*changed, "version"])
        _note("billing.account", account, by, fields=changed)
        if gateway.is_configured():
            outbox.enqueue(
                "billing.customer",
                {"account": account.pk},
                key=f"billing:customer:{account.pk}:{account.version}",
            )
    return account


def _note(what: str, account: Account, by: Actor | None, **detail: object) -> None:
    audit.record(
        what, actor=by, subject="account", subject_id=account.city_code, detail=dict(detail)
    )


def _require_stripe() -> None:
    if not gateway.is_configured():
        raise gateway.NotConfigured


def _running(account: Account) -> Subscription:
    found = queries.current(account)
    if found is None or not found.is_live:
        raise RuleBroken("Belum ada langganan yang berjalan. Pilih paket dulu.")
    return found


def _refuse_second(account: Account) -> None:
    found = queries.current(account)
    if found is not None and found.is_live:
        raise RuleBroken("Langganan sudah berjalan. Pakai “Ganti paket” untuk mengubahnya.")
    is_paying = account.paying_until is not None and account.paying_until > now()
    if is_paying or queries.waiting_change(account) is not None:
        raise RuleBroken("Permintaan sebelumnya masih diproses. Tunggu sebentar.")


# --- subscribing --------------------------------------------------------------------------------


def _fitting(account_id: int, code: str) -> Plan:
    """A plan on offer that is sized for the account's city. Raises RuleBroken."""
    wanted = plans.plan(code)
    with in_public():
        area = Account.objects.filter(pk=account_id).values_list("city__code", flat=True).first()
    if area:
        plans.require_fitting(wanted, len(regions.villages(area)))
    return wanted


def start_card(account_id: int, *, plan: str, interval: str, by: Actor, return_to: str) -> str:
    """The address of Stripe's payment page for a new subscription by card.

    ``return_to`` is an absolute address; its ``sesi`` parameter brings the session to
    ``settle_checkout``. Nothing changes here until Stripe reports the payment.
    """
    wanted, period = _fitting(account_id, plan), plans.interval(interval)
    _require_stripe()
    with in_public():
        price = catalogue.price_id(wanted, period)
        with transaction.atomic():  # one at a time: each closes the page before it
            account = mirror.lock(account_id)
            _refuse_second(account)
            account.paying_until = until = now() + PAGE_TAKES
            account.save(update_fields=["paying_until"])
            _note("billing.checkout", account, by, plan=plan, interval=interval)
        about = customers.about(account)
        try:
            return gateway.checkout(
                {
                    "mode": "subscription",
                    "customer": customers.ensure(account_id),
                    "client_reference_id": str(account.pk),
                    "line_items": [{"price": price, "quantity": 1}],
                    "subscription_data": {
                        "default_tax_rates": [catalogue.remote(catalogue.TAX)],
                        "metadata": about,
                    },
                    "locale": "id",
                    "metadata": about,
                    "success_url": f"{return_to}?session={CHECKOUT_PLACEHOLDER}",
                    "cancel_url": return_to,
                }
            )
        finally:
            mine = Account.objects.filter(pk=account_id, paying_until=until)  # not a later page's
            mine.update(paying_until=None)


def settle_checkout(account_id: int, session: str, *, at: datetime | None = None) -> bool:
    """On coming back from the payment page: look at once instead of waiting for the webhook.

    Whether the session belongs to this account and brought a subscription. Harmless to repeat.
    """
    with in_public():
        customer, subscription = gateway.checkout_result(session)
        account = Account.objects.get(pk=account_id)
        if not customer or customer != account.stripe_customer_id:
            raise NotThere("Pembayaran ini tidak ditemukan.")
        mirror.fresh(account_id, mirror.everything_of, mirror.write)
        lifecycle.settle(account_id, at or now())
    return bool(subscription)


def portal(account_id: int, *, return_to: str) -> str:
    """The address of Stripe's page for cards and receipts."""
    _require_stripe()
    with in_public():
        if not Account.objects.get(pk=account_id).stripe_customer_id:
            raise RuleBroken("Belum ada pembayaran. Pilih paket dulu.")
        return gateway.portal(
            customer=customers.ensure(account_id),
            configuration=catalogue.remote(catalogue.PORTAL),
            return_url=return_to,
        )


# --- changes, done by the outbox ----------------------------------------------------------------


def _ask(account: Account, kind: str, wants: dict[str, object], by: Actor) -> Change:
    """Write down what somebody wants, and order it. Call with the account locked."""
    try:
        with transaction.atomic():
            change = Change.objects.create(account=account, kind=kind, wants=wants, by_name=by.name)
    except IntegrityError:
        raise RuleBroken(
            "Permintaan sebelumnya masih diproses. Tunggu sebentar, lalu muat ulang halaman ini."
        ) from None
    # Unique beyond this database: a restored one must not meet its own old keys in Stripe.
    key = f"billing:change:{change.pk}:{secrets.token_hex(6)}"
    outbox.enqueue("billing.change", {"change": change.pk, "key": key}, key=key)
    _note(f"billing.{kind}", account, by, **{k: wants[k] for k in ("plan",) if k in wants})
    return change


def start_invoice(account_id: int, *, plan: str, interval: str, days: int, by: Actor) -> Change:
    """Subscribe against invoices, each due ``days`` after it is issued."""
    wanted, period = _fitting(account_id, plan), plans.interval(interval)
    if days not in DAYS_UNTIL_DUE:
        raise RuleBroken("Pilih jatuh tempo 14, 30, atau 60 hari.", field="days")
    _require_stripe()
    with in_public():
        price = catalogue.price_id(wanted, period)
        with transaction.atomic():
            account = mirror.lock(account_id)
            _refuse_second(account)
            if not account.email:
                raise RuleBroken("Isi dulu e-mail untuk menerima tagihan.", field="email")
            wants: dict[str, object] = {
                "plan": wanted.code, "interval": period, "price": price, "days": days,
                "tax": catalogue.remote(catalogue.TAX),
            }  # fmt: skip
            return _ask(account, Change.Kind.START_INVOICE, wants, by)


def change_plan(account_id: int, *, plan: str, interval: str, by: Actor) -> Change:
    """Another plan from now on. What costs more is invoiced now for the rest of the period; what
    costs less is credited to the next invoice."""
    wanted, period = _fitting(account_id, plan), plans.interval(interval)
    _require_stripe()
    with in_public():
        price = catalogue.price_id(wanted, period)
        with transaction.atomic():
            account = mirror.lock(account_id)
            running = _running(account)
            if running.stripe_price_id == price:
                raise RuleBroken("Paket ini sudah Anda pakai.", field="plan")
            wants: dict[str, object] = {
                "plan": wanted.code, "interval": period, "price": price,
                "subscription": running.stripe_id, "item": running.item_id,
                "upgrade": queries.is_upgrade(running, wanted, period),
                "by_invoice": running.is_by_invoice,
            }  # fmt: skip
            return _ask(account, Change.Kind.CHANGE_PLAN, wants, by)


def cancel(account_id: int, *, by: Actor) -> Change:
    """Stop at the end of the period that is paid for."""
    return _turn(account_id, Change.Kind.CANCEL, by)


def resume(account_id: int, *, by: Actor) -> Change:
    """Take a cancellation back while the period still runs."""
    return _turn(account_id, Change.Kind.RESUME, by)


def _turn(account_id: int, kind: Change.Kind, by: Actor) -> Change:
    _require_stripe()
    with in_public(), transaction.atomic():
        account = mirror.lock(account_id)
        running = _running(account)
        if running.cancel_at_period_end == (kind == Change.Kind.CANCEL):
            raise RuleBroken(
                "Langganan ini sudah diatur berhenti di akhir masa."
                if kind == Change.Kind.CANCEL
                else "Langganan ini tidak sedang dihentikan."
            )
        return _ask(account, kind, {"subscription": running.stripe_id}, by)


def refund(invoice_id: int, *, rupiah: int, reason: str, by: Actor) -> Change:
    """Give money of a paid invoice back to the card it came from."""
    _require_stripe()
    reason = " ".join(reason.split())
    if not reason:
        raise RuleBroken("Tulis alasannya.", field="reason")
    with in_public(), transaction.atomic():
        account_id = Invoice.objects.values_list("account_id", flat=True).get(pk=invoice_id)
        account = mirror.lock(account_id)
        invoice = Invoice.objects.get(pk=invoice_id)
        if invoice.status != "paid" or not invoice.payment_intent:
            raise RuleBroken(
                "Tagihan ini tidak dibayar lewat Stripe. Kembalikan lewat transfer, lalu catat di "
                "pembukuan."
            )
        if not 0 < rupiah <= invoice.paid - invoice.refunded:
            raise RuleBroken("Jumlahnya melebihi yang sudah dibayar.", field="rupiah")
        wants: dict[str, object] = {
            "invoice": invoice.pk, "payment_intent": invoice.payment_intent, "rupiah": rupiah,
            "reason": reason,
        }  # fmt: skip
        return _ask(account, Change.Kind.REFUND, wants, by)


# --- the operator's -----------------------------------------------------------------------------
