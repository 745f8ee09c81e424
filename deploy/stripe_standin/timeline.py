"""What time brings: renewals, retries, due dates, expiries, each at its own moment."""

from collections.abc import Callable, Iterator
from functools import partial

from deploy.stripe_standin import checkout, collection, periods, renewals, rules, shapes
from deploy.stripe_standin.problems import Doc, Problem
from deploy.stripe_standin.world import World

Due = tuple[int, int, Callable[[], object]]  # when, rank among equals, what
DONE = ("canceled", "incomplete_expired", "paused")


def _of_subscription(world: World, sub: Doc) -> Iterator[Due]:
    if sub["status"] == "incomplete":
        yield sub["_expires"], 0, lambda: expire(world, sub)
        return
    end = periods.end_of(sub)
    if sub["cancel_at"] is not None:
        yield sub["cancel_at"], 0, lambda: collection.end(world, sub, "cancellation_requested")
    if sub["status"] == "trialing" and not sub.get("_warned"):
        yield end - 3 * rules.DAY, 0, lambda: _warn(world, sub)
    if (sub["pause_collection"] or {}).get("resumes_at"):
        yield sub["pause_collection"]["resumes_at"], 0, lambda: _collect_again(world, sub)
    yield end, 1, lambda: renewals.renew(world, sub)


def _of_invoice(world: World, invoice: Doc) -> Iterator[Due]:
    if invoice["status"] == "draft" and invoice["auto_advance"]:
        at = invoice["automatically_finalizes_at"]
        if at is not None:
            yield at, 2, lambda: collection.finalize(world, invoice, collects=True)
    if invoice["status"] == "open":
        if invoice["next_payment_attempt"] is not None:
            yield invoice["next_payment_attempt"], 2, lambda: collection.collect(world, invoice)
        if invoice["due_date"] is not None and not invoice.get("_overdue"):
            yield invoice["due_date"], 2, lambda: _overdue(world, invoice)


def _warn(world: World, sub: Doc) -> None:
    sub["_warned"] = True
    world.save(sub, "customer.subscription.trial_will_end")


def _collect_again(world: World, sub: Doc) -> None:
    sub["pause_collection"] = None
    world.save(sub, "customer.subscription.updated")


def _overdue(world: World, invoice: Doc) -> None:
    invoice["_overdue"] = True
    world.save(invoice, "invoice.overdue")
    sub = collection.subscription_of(world, invoice)
    if sub is not None and sub["status"] in {"active", "trialing"}:
        collection.become(world, sub, "past_due")


def expire(world: World, sub: Doc) -> None:
    """A first payment that did not come within 23 hours."""
    sub |= {"status": "incomplete_expired", "ended_at": world.now()}
    for invoice in collection.of_subscription(world, sub):
        if invoice["status"] == "open":
            collection.put_away(world, invoice, "void")
    world.save(sub, "customer.subscription.updated")


def _due(world: World, clock: str | None) -> Iterator[Due]:
    for sub in reversed(world.store.find("subscription", test_clock=clock)):
        if sub["status"] not in DONE:
            yield from _of_subscription(world, sub)
    for status in ("draft", "open"):
        for invoice in reversed(world.store.find("invoice", test_clock=clock, status=status)):
            yield from _of_invoice(world, invoice)
    if clock is None:
        for session in world.store.find("checkout.session", status="open"):
            yield session["expires_at"], 3, partial(checkout.expire, world, session)


def catch_up(world: World, clock: str | None, until: int) -> int:
    """Let everything happen that is due on this clock by ``until``, one transaction each."""
    count = 0
    while True:
        with world.store.transaction():
            due = [one for one in _due(world, clock) if one[0] <= until]
            if not due:
                return count
            when, _, act = min(due, key=lambda one: one[:2])
            if clock is not None:
                frozen = world.need("test_helpers.test_clock", clock)
                frozen["frozen_time"] = max(when, frozen["frozen_time"])
                world.save(frozen)
            world.be_at(when)
            try:
                act()
            finally:
                world.be_at(None)
        count += 1


def advance_main(world: World, seconds: int) -> int:
    """Move the main clock on; returns how many things happened on the way."""
    if seconds < 0:
        raise Problem("Waktu hanya dapat dimajukan.")
    happened = catch_up(world, None, world.main_clock() + seconds)
    with world.store.transaction():
        world.store.set("offset", str(int(world.store.setting("offset", "0")) + seconds))
    return happened


# --- Stripe's own test clocks -------------------------------------------------------------------


def new_clock(world: World, params: Doc) -> Doc:
    made = shapes.new(
        "clock",
        world.now(),
        {
            "deletes_after": world.now() + 30 * rules.DAY,
            "frozen_time": params["frozen_time"],
            "name": params.get("name"),
            "status": "ready",
            "status_details": {},
        },
    )
    return world.save(made, "test_helpers.test_clock.created")


def advance_clock(world: World, name: str, params: Doc) -> Doc:
    """Everything happens before this answers, yet it answers ``advancing``, as Stripe does."""
    clock = world.need("test_helpers.test_clock", name)
    until = params["frozen_time"]
    if until <= clock["frozen_time"]:
        raise Problem(
            "The `frozen_time` for a Test Clock must be later than its current `frozen_time`.",
            param="frozen_time",
        )
    clock |= {"status": "advancing", "status_details": {"advancing": {"target_frozen_time": until}}}
    seen = world.shown(world.save(clock, "test_helpers.test_clock.advancing"))
    catch_up(world, name, until)
    clock = world.need("test_helpers.test_clock", name)
    clock |= {"frozen_time": until, "status": "ready", "status_details": {}}
    world.save(clock, "test_helpers.test_clock.ready")
    return seen


def delete_clock(world: World, name: str) -> Doc:
    clock = world.need("test_helpers.test_clock", name)
    for customer in world.store.find("customer", test_clock=name):
        for sub in world.store.find("subscription", customer=customer["id"]):
            if sub["status"] not in periods.OVER:
                sub["status"] = "canceled"
                world.save(sub)
        customer["deleted"] = True
        world.save(customer)
    clock["deleted"] = True
    world.save(clock, "test_helpers.test_clock.deleted")
    return {"id": name, "object": "test_helpers.test_clock", "deleted": True}
