"""A subscription's next period."""

from deploy.stripe_standin import collection, invoices, rules
from deploy.stripe_standin.endings import pause
from deploy.stripe_standin.periods import (
    cycle_of,
    end_of,
    has_method,
    period_lines,
    set_period,
    start_of,
)
from deploy.stripe_standin.problems import Doc
from deploy.stripe_standin.world import World


def renew(world: World, sub: Doc, *, waits: bool = True) -> Doc | None:
    """The next period and the draft of its invoice (``waits``: an hour, as Stripe's do)."""
    customer = world.customer(sub["customer"])
    start, begun = end_of(sub), start_of(sub)
    if sub["status"] == "trialing":
        automatic = sub["collection_method"] == "charge_automatically"
        if automatic and not has_method(world, sub, customer):
            missing_method = sub["trial_settings"]["end_behavior"]["missing_payment_method"]
            if missing_method == "cancel":
                collection.end(world, sub, "payment_failed")
                return None
            if missing_method == "pause":
                pause(world, sub, "trial_end_without_payment_method")
                return None
        sub |= {"status": "active", "billing_cycle_anchor": start}
    set_period(sub, start, rules.next_boundary(sub["billing_cycle_anchor"], *cycle_of(sub), start))
    waiting = invoices.pending_items(world, customer["id"], sub["id"])
    lines = invoices.pending_lines(world, waiting, sub) + period_lines(world, sub)
    paused = (sub["pause_collection"] or {}).get("behavior")
    goes_on = sub["status"] != "unpaid" and paused != "keep_as_draft"
    made = invoices.draft(
        world,
        customer,
        lines,
        sub=sub,
        reason="subscription_cycle",
        auto_advance=goes_on,
        automatically_finalizes_at=world.now() + rules.HOUR if goes_on and waits else None,
        period_start=begun,
        period_end=start,
    )
    world.save(sub, "customer.subscription.updated")
    if paused in {"void", "mark_uncollectible"}:
        collection.finalize(world, made, collects=False)
        if made["status"] == "open":
            status = "void" if paused == "void" else "uncollectible"
            collection.put_away(world, made, status, "subscription_paused")
    return made
