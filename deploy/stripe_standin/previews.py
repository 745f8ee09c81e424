"""What a change of a subscription would cost."""

from deploy.stripe_standin.periods import OVER, end_of
from deploy.stripe_standin.problems import Doc, Problem
from deploy.stripe_standin.renewals import renew
from deploy.stripe_standin.subscriptions import begin, change
from deploy.stripe_standin.world import World

DETAILS = (
    "billing_cycle_anchor", "cancel_at", "cancel_at_period_end", "default_tax_rates", "items",
    "metadata", "proration_behavior", "proration_date", "trial_end",
)  # fmt: skip


def preview(world: World, params: Doc) -> Doc:
    """The invoice that would come next, after the asked-for changes. Nothing of it stays."""
    details = params.get("subscription_details") or {}
    asked = {name: details[name] for name in DETAILS if name in details}
    with world.store.tentative():
        if params.get("subscription"):
            sub = world.named("subscription", params["subscription"], "subscription")
            world.follow(sub)
            made = change(world, sub, asked) if asked else None
        else:
            if not params.get("customer") or "items" not in asked:
                raise Problem(
                    "Pass subscription, or customer and subscription_details[items].",
                    code="parameter_missing",
                    param="subscription",
                )
            wanted = {k: v for k, v in asked.items() if k != "proration_date"}
            sub, made = begin(world, {"customer": params["customer"], **wanted})
        if made is None or details.get("cancel_now"):
            if sub["status"] in OVER or sub["cancel_at"] == end_of(sub):
                raise Problem(
                    "No upcoming invoices for customer: " + sub["customer"],
                    code="invoice_upcoming_none",
                    status=404,
                )
            world.be_at(end_of(sub))
            try:
                made = renew(world, sub)
            finally:
                world.be_at(None)
        if made is None:
            raise Problem("No upcoming invoices.", code="invoice_upcoming_none", status=404)
        seen = world.shown(made)
    name = "upcoming_" + seen["id"]
    for one in seen["lines"]["data"]:
        one["invoice"] = name
    return seen | {"id": name, "billing_reason": "upcoming", "auto_advance": False}
