"""The periods of a subscription: their length, lines and what a change in the middle costs."""

from datetime import UTC, datetime

from deploy.stripe_standin import invoices, rules
from deploy.stripe_standin.problems import Doc
from deploy.stripe_standin.world import World

OVER = ("canceled", "incomplete_expired")


def end_of(sub: Doc) -> int:
    return int(sub["items"]["data"][0]["current_period_end"])


def start_of(sub: Doc) -> int:
    return int(sub["items"]["data"][0]["current_period_start"])


def cycle_of(sub: Doc) -> tuple[str, int]:
    recurring = sub["items"]["data"][0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def set_period(sub: Doc, start: int, end: int) -> None:
    for item in sub["items"]["data"]:
        item |= {"current_period_start": start, "current_period_end": end}


def period_lines(world: World, sub: Doc) -> list[Doc]:
    trial = sub["status"] == "trialing"
    return [
        invoices.period_line(world, sub, one, start_of(sub), end_of(sub), trial=trial)
        for one in sub["items"]["data"]
    ]


def has_method(world: World, sub: Doc, customer: Doc) -> bool:
    return bool(
        sub["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    )


def prorate(world: World, customer: Doc, sub: Doc, item: Doc, at: int, *, credit: bool) -> None:
    """Credit the unused, or charge the remaining, part of the current period."""
    start, end = start_of(sub), end_of(sub)
    amount = rules.prorated(invoices.amount_of(item), end - at, end - start)
    day = datetime.fromtimestamp(at, UTC).strftime("%d %b %Y")
    name = invoices.title(world, item)
    count = f"{item['quantity']} × " if item["quantity"] != 1 else ""
    invoices.invoice_item(
        world,
        customer,
        amount=-amount if credit else amount,
        description=f"{'Unused' if credit else 'Remaining'} time on {count}{name} after {day}",
        period=(at, end),
        sub=sub,
        item=dict(item),
        proration=True,
        _credited={"invoice": sub["latest_invoice"], "invoice_line_items": []} if credit else None,
    )
