"""Orders that a provider collects: asked for once, and booked only after the provider was asked."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from messaging import outbox
from services.payments import booking
from services.payments.models import Charge, FeeOrder, Notification, Payment, ProviderAccount
from services.payments.orders import locked
from services.payments.providers import Account, Provider, Seen, State, Way, providers
from tenants.registry.current import city

MINUTES = 60 * 24  # how long a charge may be paid; less where the order ends sooner
_STATES = {
    State.PENDING: Charge.State.PENDING, State.EXPIRED: Charge.State.EXPIRED,
    State.CANCELLED: Charge.State.CANCELLED, State.FAILED: Charge.State.FAILED,
}  # fmt: skip


def account_of(row: ProviderAccount) -> Account:
    """Where the provider's API is, and the city's keys."""
    known = providers[row.provider].bases
    base = settings.PAYMENT_URLS.get(row.provider) or known[row.environment]
    return Account(base=base, keys=row.keys)


def opened(name: str) -> tuple[Provider, Account]:
    """A provider with this city's account. Raises NotThere where the city has none."""
    row = ProviderAccount.objects.filter(provider=name).first()
    if row is None or name not in providers:
        raise NotThere("Penyedia pembayaran ini tidak dipakai di sini.")
    return providers[name], account_of(row)


def ways() -> list[tuple[str, Way]]:
    """How an order may be paid online here. One query."""
    on = ProviderAccount.objects.filter(is_on=True).values_list("provider", flat=True)
    return [(name, way) for name in on if name in providers for way in providers[name].ways]


@transaction.atomic
def begin(*, order_id: int, provider: str, way: str, by: User, at: datetime) -> Charge:
    """Ask a provider for a charge; the one that waits already, where there is one. The caller has
    judged whose order it is. Raises NotThere, Stale."""
    order = locked(order_id)
    if (provider, way) not in {(name, one.code) for name, one in ways()}:
        raise NotThere("Cara bayar ini tidak ada di sini.")
    if not order.is_open:
        raise Stale("Tagihan ini sudah dibayar atau dibatalkan. Tidak ada yang perlu dibayar.")
    live = order.charges.filter(provider=provider, way=way, state__in=Charge.LIVE).first()
    if live is not None and live.expires_at > at:
        return live
    if live is not None:  # what became of it is asked once more, and another is made
        live.state = Charge.State.EXPIRED
        live.save(update_fields=["state"])
        _check(live, f"again:{live.pk}")
    number = order.charges.count() + 1
    made = Charge.objects.create(
        order=order, provider=provider, way=way, amount=order.amount, asked_by=by, asked_at=at,
        reference=f"{city().code.replace('.', '')}-{order.year}{order.sequence:06d}-{number}",
        expires_at=at + timedelta(minutes=MINUTES),
    )  # fmt: skip
    outbox.enqueue("payments.charge", {"charge_id": made.pk}, key=f"charge:{made.pk}")
    audit.record("fee.charged", actor=by, subject="fee_order", subject_id=order.pk)
    return made


@transaction.atomic
def ask_about(*, charge_id: int, at: datetime) -> None:
    """Ask the provider what became of a charge, not more often than each half minute."""
    charge = Charge.objects.filter(pk=charge_id).first()
    if charge is None:
        raise NotThere("Pembayaran ini tidak ditemukan.")
    if charge.state != Charge.State.PAID:
        _check(charge, f"{charge.pk}:{int(at.timestamp()) // 30}")


def _check(charge: Charge, occasion: str) -> None:
    outbox.enqueue("payments.check", {"charge_id": charge.pk}, key=f"charge-check:{occasion}")


def notified(name: str, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    """A provider tells something: whether it is new. Nothing is booked by it; the provider is
    asked. Raises NotThere for an unknown provider or charge, and Forged."""
    provider, account = opened(name)
    reference = provider.verify_notification(account, headers, body)
    charge = Charge.objects.filter(provider=name, reference=reference).first()
    if charge is None:
        raise NotThere("Pembayaran ini tidak ditemukan.")
    try:
        with transaction.atomic():
            kept = Notification.objects.create(
                charge=charge, digest=hashlib.sha256(body).hexdigest(), received_at=at
            )
            _check(charge, f"told:{kept.pk}")
    except IntegrityError:
        return False
    return True


@transaction.atomic
def see(charge_id: int, seen: Seen, at: datetime) -> Charge:
    """Write what the provider says of a charge. What was paid is booked once; nothing that comes
    later, or twice, or in another order changes that."""
    order_id = Charge.objects.values_list("order_id", flat=True).get(pk=charge_id)
    order = locked(order_id)
    charge = Charge.objects.select_for_update().get(pk=charge_id)
    charge.checked_at = at
    if charge.state == Charge.State.PAID:
        charge.save(update_fields=["checked_at"])
        return charge
    charge.provider_id = seen.provider_id or charge.provider_id
    charge.qr, charge.account = seen.qr or charge.qr, seen.account or charge.account
    if seen.state is State.PAID:
        charge.state = Charge.State.PAID
        _book(order, charge, seen, at)
    elif seen.state is State.PENDING and not charge.is_live:
        cancel(charge)  # another may be asked for already: nobody shall pay this one
    elif seen.state in _STATES:
        charge.state = _STATES[seen.state]
        if seen.expires_at is not None and charge.state == Charge.State.PENDING:
            charge.expires_at = seen.expires_at
    charge.save()
    if charge.state == Charge.State.PENDING and not (charge.qr or charge.account):
        # The answer with the code was lost, and cannot be asked for again: nobody can pay this.
        cancel(charge)
    return charge


def _book(order: FeeOrder, charge: Charge, seen: Seen, at: datetime) -> None:
    reference = seen.provider_id or charge.reference
    if order.payments.filter(provider=charge.provider, provider_reference=reference).exists():
        return
    booking.book(
        order, method=Payment.Method.PROVIDER, amount=seen.amount or charge.amount,
        paid_at=min(seen.paid_at or at, at), at=at, provider=charge.provider,
        reference=reference,
    )  # fmt: skip


def cancel(charge: Charge) -> None:
    """It shall not be paid any more. Call inside a transaction."""
    outbox.enqueue("payments.cancel", {"charge_id": charge.pk}, key=f"charge-cancel:{charge.pk}")


def cancel_live(order: FeeOrder) -> None:
    """No provider shall collect an order any more that is void or paid."""
    for charge in order.charges.filter(state__in=Charge.LIVE):
        cancel(charge)


@transaction.atomic
def keep_account(
    *, provider: str, is_on: bool, environment: str, keys: Mapping[str, str], by: User,
    at: datetime,
) -> ProviderAccount:  # fmt: skip
    """A city's account at a provider; a key that is left empty stays as it was. Raises NotThere,
    RuleBroken where a key is missing."""
    known = providers.get(provider)
    if known is None or environment not in known.bases:
        raise NotThere("Penyedia pembayaran ini tidak dikenal.")
    row = ProviderAccount.objects.select_for_update().filter(provider=provider).first()
    before = row.keys if row is not None else {}
    kept = {one.key: keys.get(one.key) or before.get(one.key, "") for one in known.settings}
    missing = next((one for one in known.settings if not kept[one.key]), None)
    if missing is not None and is_on:
        raise RuleBroken(f"Isi {missing.label} dari {known.label}.", field=missing.key)
    row = row or ProviderAccount(provider=provider)
    row.is_on, row.environment, row.changed_by, row.changed_at = is_on, environment, by, at
    row.seal_keys(kept)
    row.save()
    audit.record(
        "payments.account", actor=by, subject="provider", subject_id=provider,
        detail={"on": is_on, "environment": environment},
    )  # fmt: skip
    return row
