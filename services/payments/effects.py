"""What providers are asked, outside any transaction. A charge is never asked for twice: where no
answer came, the provider is asked what it knows by the same reference."""

from datetime import timedelta
from math import ceil

from kernel.clock import now
from kernel.errors import NotThere
from messaging import work
from services.payments import online, refunds
from services.payments.models import Charge, Refund
from services.payments.providers import (
    Account,
    Asked,
    NoAnswer,
    NotSent,
    Provider,
    Refused,
    Seen,
    State,
)
from tenants.office.models import Profile
from tenants.registry.current import city

LEASE = timedelta(minutes=3)


def _charge(payload: work.Payload) -> Charge:
    return Charge.objects.get(pk=payload["charge_id"])


def _keep(payload: work.Payload, result: object) -> None:
    """Without a result the provider knows the charge: what it says is asked next."""
    if isinstance(result, Seen):
        online.see(payload["charge_id"], result, now())
    else:
        online.ask_about(charge_id=payload["charge_id"], at=now())


def _known(payload: work.Payload, key: str) -> work.Outcome:
    charge = _charge(payload)
    provider, account = online.opened(charge.provider)
    try:
        seen = provider.status(account, charge.reference)
    except NotSent:
        return work.Outcome.UNKNOWN
    return work.Outcome.NOT_DONE if seen.state is State.ABSENT else work.Outcome.DONE


def _failed(payload: work.Payload, error: str) -> None:
    Charge.objects.filter(pk=payload["charge_id"], state__in=Charge.LIVE).update(
        state=Charge.State.FAILED
    )


@work.effect(
    "payments.charge", record=_keep, reconcile=_known, on_failed=_failed, lease=LEASE,
    queue="effects",
)  # fmt: skip
def charge(payload: work.Payload, key: str) -> Seen:
    """Ask for a charge. Raises NotDone, Hopeless; NoAnswer where nobody knows."""
    row = _charge(payload)
    if row.state != Charge.State.ASKED or not row.order.is_open:
        raise work.Hopeless("nobody waits for it any more")
    provider, account = online.opened(row.provider)
    profile = Profile.objects.first()
    minutes = max(ceil((row.expires_at - now()).total_seconds() / 60), 1)
    asked = Asked(
        reference=row.reference, amount=row.amount, way=row.way, minutes=minutes,
        expires_at=row.expires_at, payee=profile.government if profile else city().name,
        notify=city().page("payment-notification", row.provider),
    )  # fmt: skip
    try:
        return provider.charge(account, asked)
    except NotSent as error:
        raise work.NotDone(str(error)) from None
    except Refused as error:
        raise work.Hopeless(str(error)) from None


def _see(payload: work.Payload, result: object) -> None:
    if isinstance(result, Seen):
        online.see(payload["charge_id"], result, now())


@work.effect("payments.check", record=_see, repeatable=True, lease=LEASE, queue="effects")
def check(payload: work.Payload, key: str) -> Seen:
    """Ask what became of a charge. Repeatable: asking changes nothing."""
    row = _charge(payload)
    provider, account = online.opened(row.provider)
    try:
        return provider.status(account, row.reference)
    except NotSent as error:
        raise work.NotDone(str(error)) from None


@work.effect("payments.cancel", record=_see, repeatable=True, lease=LEASE, queue="effects")
def cancel(payload: work.Payload, key: str) -> Seen:
    """Take a charge back, and ask what became of it: it may have been paid meanwhile. Repeatable:
    a charge that is cancelled stays so."""
    row = _charge(payload)
    provider, account = online.opened(row.provider)
    try:
        provider.cancel(account, row.reference)
        return provider.status(account, row.reference)
    except NotSent as error:
        raise work.NotDone(str(error)) from None
    except Refused as error:
        raise work.Hopeless(str(error)) from None


# --- refunds ------------------------------------------------------------------------------------


def _sought(row: Refund) -> tuple[Provider, Account, str, str]:
    """The provider that took the money, the city's account there, and the names of the charge and
    of the refund. Raises Hopeless: nothing can be asked there."""
    paid = row.payment
    made = Charge.objects.filter(
        provider=paid.provider, order=paid.order_id, state=Charge.State.PAID,
        provider_id=paid.provider_reference,
    ).first()  # fmt: skip
    if made is None:
        raise work.Hopeless("no charge of this payment is known")
    try:
        provider, account = online.opened(paid.provider)
    except NotThere as error:
        raise work.Hopeless(str(error)) from None
    return provider, account, made.reference, f"kembali-{row.pk}"


def _to_refund(payload: work.Payload) -> Refund:
    return Refund.objects.select_related("payment__order").get(pk=payload["refund_id"])


def _refunded(payload: work.Payload, result: object) -> None:
    """Without a result the provider, or a person, knows that the money went back."""
    reference = str(result or f"kembali-{payload['refund_id']}")
    refunds.sent_back(refund_id=payload["refund_id"], reference=reference, at=now())


def _not_refunded(payload: work.Payload, error: str) -> None:
    refunds.not_sent_back(refund_id=payload["refund_id"])


def _whether_refunded(payload: work.Payload, key: str) -> work.Outcome:
    provider, account, reference, name = _sought(_to_refund(payload))
    try:
        done = provider.has_refunded(account, reference, name)
    except (NotSent, NoAnswer):
        return work.Outcome.UNKNOWN
    return work.Outcome.DONE if done else work.Outcome.NOT_DONE


@work.effect(
    "payments.refund", record=_refunded, reconcile=_whether_refunded, on_failed=_not_refunded,
    lease=LEASE, queue="effects",
)  # fmt: skip
def refund(payload: work.Payload, key: str) -> str:
    """Give money back, once for each refund. Where no answer came the provider is asked for the
    refunds of the charge; while that is not known either, nobody is told that it failed."""
    row = _to_refund(payload)
    if not row.is_under_way:
        raise work.Hopeless("it was settled in another way")
    provider, account, reference, name = _sought(row)
    try:
        return provider.refund(account, reference, name, row.amount, "Pengembalian retribusi")
    except NotSent as error:
        raise work.NotDone(str(error)) from None
    except Refused as error:
        return _refused(provider, account, reference, name, str(error))


def _refused(provider: Provider, account: Account, reference: str, name: str, said: str) -> str:
    """A refund that happened before without an answer is refused when it is asked for again.
    Raises Hopeless where it surely did not happen, NoAnswer where nobody says."""
    try:
        if provider.has_refunded(account, reference, name):
            return name
    except NotSent as error:
        raise NoAnswer(f"{said}; {error}") from None
    raise work.Hopeless(said)
