"""A subscription is cancelled, paused, or goes on."""

from deploy.stripe_standin import collection, invoices, rules
from deploy.stripe_standin.periods import OVER, cycle_of, end_of, period_lines, prorate, set_period
from deploy.stripe_standin.problems import Doc, Problem, missing
from deploy.stripe_standin.world import World


def cancel(world: World, sub: Doc, params: Doc) -> Doc:
    """End it now. ``prorate`` credits what is left; ``invoice_now`` settles what waits."""
    customer = world.customer(sub["customer"])
    if sub["status"] in OVER:
        raise missing("subscription", sub["id"])
    sub["cancellation_details"] |= params.get("cancellation_details") or {}
    if params.get("prorate") and sub["status"] != "trialing":
        for item in sub["items"]["data"]:
            prorate(world, customer, sub, item, world.now(), credit=True)
    if params.get("invoice_now"):
        waiting = invoices.pending_items(world, customer["id"], sub["id"])
        if waiting:
            lines = invoices.pending_lines(world, waiting, sub)
            made = invoices.draft(
                world, customer, lines, sub=sub, reason="subscription_update", auto_advance=True
            )
            collection.finalize(world, made, collects=True)
    return collection.end(world, sub, "cancellation_requested")


def pause(world: World, sub: Doc, reason: str = "pause_requested") -> Doc:
    world.customer(sub["customer"])
    if sub["status"] not in {"active", "trialing", "past_due"}:
        raise Problem(f"A subscription with status {sub['status']} cannot be paused.")
    sub |= {
        "status": "paused",
        "status_details": {
            "paused": {
                "type": "subscription",
                "subscription": {"type": reason},
                "transitioned_at": world.now(),
            }
        },
    }
    world.save(sub, "customer.subscription.updated")
    return world.tell("customer.subscription.paused", sub)


def resume(world: World, sub: Doc, params: Doc) -> Doc:
    """A paused subscription goes on with a new period from now."""
    customer = world.customer(sub["customer"])
    if sub["status"] != "paused":
        raise Problem("Only a paused subscription can be resumed.")
    now = world.now()
    sub |= {"status": "active", "status_details": None}
    unchanged = (params.get("billing_cycle_anchor") or {}).get("type") == "unchanged"
    made: Doc | None = None
    if not unchanged or end_of(sub) <= now:
        sub["billing_cycle_anchor"] = now
        set_period(sub, now, rules.next_boundary(now, *cycle_of(sub), now))
        world.save(sub)
        made = invoices.draft(
            world,
            customer,
            period_lines(world, sub),
            sub=sub,
            reason="subscription_update",
            auto_advance=True,
        )
    world.save(sub, "customer.subscription.updated")
    world.tell("customer.subscription.resumed", sub)
    if made is not None:
        collection.finalize(world, made, collects=True)
    return sub
