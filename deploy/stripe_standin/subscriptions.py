"""Subscriptions: begin, change with proration, renew, end. Each writes the invoices it causes."""

from typing import Any

from deploy.stripe_standin import cards, collection, invoices, rules, shapes
from deploy.stripe_standin.periods import (
    OVER,
    cycle_of,
    end_of,
    has_method,
    period_lines,
    prorate,
    set_period,
    start_of,
)
from deploy.stripe_standin.problems import Doc, Problem, missing, needed, not_modelled
from deploy.stripe_standin.renewals import renew
from deploy.stripe_standin.world import World


def _price(world: World, given: Doc, param: str) -> Doc:
    if "price_data" in given or "plan" in given:
        raise not_modelled("price_data and plan: use price")
    if "price" not in given:
        raise needed(f"{param}[price]")
    price = world.store.get("price", given["price"])
    if price is None:
        raise missing("price", given["price"], f"{param}[price]", 400)
    if not price["active"]:
        raise Problem(
            "The price specified is inactive. This field only accepts active prices.",
            code="price_inactive",
            param=f"{param}[price]",
        )
    if price["type"] != "recurring":
        raise Problem(
            "The price specified is set to `type=one_time` but this field only accepts prices with"
            " `type=recurring`.",
            param=f"{param}[price]",
        )
    return world.shown(price)


def _same_cycle(sub: Doc) -> None:
    cycles = {
        (one["price"]["recurring"]["interval"], one["price"]["recurring"]["interval_count"])
        for one in sub["items"]["data"]
    }
    if len(cycles) != 1:
        raise not_modelled("items with different intervals in one subscription")


def _set(world: World, sub: Doc, customer: Doc, params: Doc) -> None:
    """What creating and updating have in common: everything but items, trial and ending."""
    for name in ("automatic_tax",):
        if (params.get(name) or {}).get("enabled"):
            raise not_modelled(f"{name}: pass default_tax_rates")
    if params.get("payment_behavior") == "pending_if_incomplete":
        raise not_modelled("payment_behavior=pending_if_incomplete")
    if "default_payment_method" in params:
        name = params["default_payment_method"]
        sub["default_payment_method"] = cards.kept_by(
            world, customer, name, "default_payment_method"
        )["id"]
    if "default_tax_rates" in params:
        sub["default_tax_rates"] = invoices.rates(
            world, params["default_tax_rates"], "default_tax_rates"
        )
    if "metadata" in params:
        sub["metadata"] = invoices.merged(sub["metadata"], params["metadata"])
    if "description" in params:
        sub["description"] = params["description"] or None
    sub["collection_method"] = params.get("collection_method", sub["collection_method"])
    if sub["collection_method"] == "send_invoice":
        sub["days_until_due"] = params.get("days_until_due", sub["days_until_due"])
        if sub["days_until_due"] is None:
            raise Problem(
                "When collection_method=send_invoice, you must pass days_until_due.",
                code="parameter_missing",
                param="days_until_due",
            )
    elif "days_until_due" in params:
        raise Problem(
            "You can only set days_until_due if collection_method is send_invoice.",
            param="days_until_due",
        )
    else:
        sub["days_until_due"] = None
    for name in ("invoice_settings", "payment_settings"):
        for key, value in (params.get(name) or {}).items():
            sub[name][key] = value if value != "" else None
    if "trial_settings" in params:
        sub["trial_settings"]["end_behavior"] |= params["trial_settings"]["end_behavior"]
    if "pause_collection" in params:
        pause = params["pause_collection"]
        sub["pause_collection"] = {"resumes_at": None, **pause} if pause else None


def _plan_end(world: World, sub: Doc, params: Doc) -> None:
    """cancel_at_period_end and cancel_at."""
    if "cancel_at_period_end" not in params and "cancel_at" not in params:
        if "cancellation_details" in params:
            sub["cancellation_details"] |= params["cancellation_details"]
        return
    if params.get("cancel_at_period_end") and params.get("cancel_at"):
        raise Problem("Pass either cancel_at or cancel_at_period_end.", param="cancel_at")
    at = params.get("cancel_at") or None
    if params.get("cancel_at_period_end") or isinstance(at, str):
        at = end_of(sub)
    if at is not None and at <= world.now():
        raise Problem("cancel_at must be a future timestamp", param="cancel_at")
    sub |= {
        "cancel_at": at,
        "cancel_at_period_end": bool(params.get("cancel_at_period_end")),
        "canceled_at": world.now() if at else None,
    }
    sub["cancellation_details"] |= {"reason": "cancellation_requested" if at else None}
    sub["cancellation_details"] |= params.get("cancellation_details") or {}


# --- beginning ----------------------------------------------------------------------------------


def begin(world: World, params: Doc) -> tuple[Doc, Doc]:
    """A new subscription and the draft of its first invoice; nothing is charged yet."""
    if not params.get("customer"):
        raise needed("customer")
    if not params.get("items"):
        raise needed("items")
    customer = world.customer(params["customer"])
    now = world.now()
    sub = shapes.subscription(now, customer)
    for number, given in enumerate(params["items"]):
        _add(world, sub, given, f"items[{number}]")
    _same_cycle(sub)
    _set(world, sub, customer, params)
    trial = params.get("trial_end")
    if params.get("trial_period_days"):
        trial = now + params["trial_period_days"] * rules.DAY
    share: tuple[int, int] | None = None
    reason = "subscription_create"
    if isinstance(trial, int) and trial > now:
        sub |= {"status": "trialing", "trial_start": now, "trial_end": trial}
        sub["billing_cycle_anchor"] = trial
        set_period(sub, now, trial)
    elif params.get("billing_cycle_anchor"):
        anchor = params["billing_cycle_anchor"]
        end = rules.next_boundary(now, *cycle_of(sub), now)
        if not now < anchor <= end:
            raise Problem(
                "billing_cycle_anchor must be in the future and not beyond the first period.",
                param="billing_cycle_anchor",
            )
        sub["billing_cycle_anchor"] = anchor
        set_period(sub, now, anchor)
        share = (0, 1) if params.get("proration_behavior") == "none" else (anchor - now, end - now)
    else:
        set_period(sub, now, rules.next_boundary(now, *cycle_of(sub), now))
    _plan_end(world, sub, params)
    world.save(sub)
    waiting = invoices.pending_items(world, customer["id"], sub["id"])
    lines = invoices.pending_lines(world, waiting, sub) + period_lines(world, sub)
    if share is not None:
        for one in lines[len(waiting) :]:
            one["amount"] = one["subtotal"] = rules.prorated(one["amount"], *share)
    first = invoices.draft(world, customer, lines, sub=sub, reason=reason, auto_advance=True)
    return sub, first


def _add(world: World, sub: Doc, given: Doc, param: str) -> Doc:
    price = _price(world, given, param)
    item = shapes.subscription_item(world.now(), sub["id"], price, given.get("quantity", 1))
    item["metadata"] = invoices.merged({}, given.get("metadata"))
    item["tax_rates"] = invoices.rates(world, given.get("tax_rates"), f"{param}[tax_rates]")
    if sub["items"]["data"]:
        other = sub["items"]["data"][0]
        for name in ("current_period_start", "current_period_end"):
            item[name] = other[name]
        if any(one["price"]["id"] == price["id"] for one in sub["items"]["data"]):
            raise Problem(
                f"The price `{price['id']}` is already on this subscription.",
                param=f"{param}[price]",
            )
    sub["currency"] = price["currency"]
    sub["items"]["data"].append(item)
    return item


def create(world: World, params: Doc, *, proven: bool = False) -> Doc:
    """Begin, and collect what is due at once. Raises Problem 402 with error_if_incomplete."""
    sub, first = begin(world, params)
    customer = world.customer(sub["customer"])
    how = params.get("payment_behavior", "allow_incomplete")
    if sub["status"] == "trialing" or first["total"] + first["starting_balance"] <= 0:
        world.save(sub, "customer.subscription.created")
        collection.finalize(world, first, collects=False)
    elif sub["collection_method"] == "send_invoice":
        first["automatically_finalizes_at"] = world.now() + rules.HOUR
        world.save(first)
        world.save(sub, "customer.subscription.created")
    else:
        if how != "default_incomplete" and not has_method(world, sub, customer):
            raise Problem(
                "This customer has no attached payment source or default payment method. Please"
                " consider adding a default payment method.",
                code="resource_missing",
            )
        sub["status"] = "incomplete"
        sub["_expires"] = world.now() + 23 * rules.HOUR
        world.save(sub, "customer.subscription.created")
        collection.finalize(world, first, collects=False)
        if how != "default_incomplete":
            error = collection.collect(world, first, proven=proven)
            if error is not None and how == "error_if_incomplete":
                raise card_problem(error)
    return sub


def card_problem(error: Doc, *, keep: bool = False) -> Problem:
    more = {k: v for k, v in error.items() if k not in {"type", "code", "message", "param"}}
    status = 402 if error["type"] == "card_error" else 400
    return Problem(
        error["message"], kind=error["type"], code=error["code"], status=status, keep=keep, **more
    )


# --- changing -----------------------------------------------------------------------------------


def change(world: World, sub: Doc, params: Doc) -> Doc | None:
    """Apply an update; the draft that is to be collected at once, if the change causes one."""
    if sub["status"] in OVER and set(params) - {"metadata", "cancellation_details"}:
        raise Problem(
            "A canceled subscription can only update its cancellation_details and metadata.",
            code="resource_missing",
        )
    customer = world.customer(sub["customer"])
    _set(world, sub, customer, params)
    behaviour = params.get("proration_behavior", "create_prorations")
    at = params.get("proration_date", world.now())
    if not start_of(sub) <= at <= end_of(sub):
        raise Problem(
            "Cannot specify `proration_date` outside of current subscription period.",
            code="invalid_proration_date" if "proration_date" in params else None,
            param="proration_date",
        )
    made: Doc | None = None
    again = (params.get("billing_cycle_anchor") or {}).get("type") == "now"
    if "items" in params or again:
        made = _change_items(world, sub, customer, params.get("items") or [], behaviour, at, again)
    if "trial_end" in params:
        made = _change_trial(world, sub, customer, params["trial_end"], behaviour) or made
    _plan_end(world, sub, params)
    world.save(sub, "customer.subscription.updated")
    return made


def update(world: World, sub: Doc, params: Doc) -> Doc:
    made = change(world, sub, params)
    if made is not None:
        world.save(made)
        collection.finalize(world, made, collects=sub["collection_method"] == "send_invoice")
        if made["status"] == "open" and sub["collection_method"] == "charge_automatically":
            how = params.get("payment_behavior", "allow_incomplete")
            if how != "default_incomplete":
                error = collection.collect(world, made)
                if error is not None and how == "error_if_incomplete":
                    raise card_problem(error)
    return sub


def _change_items(
    world: World, sub: Doc, customer: Doc, changes: list[Doc], behaviour: str, at: int, again: bool
) -> Doc | None:
    before = {one["id"]: dict(one) for one in sub["items"]["data"]}
    before_change = cycle_of(sub)
    for number, given in enumerate(changes):
        _change_item(world, sub, given, f"items[{number}]")
    if not sub["items"]["data"]:
        raise Problem("A subscription must have at least one active item.", param="items")
    _same_cycle(sub)
    trialing = sub["status"] == "trialing"
    restart = (again or cycle_of(sub) != before_change) and not trialing
    after = {one["id"]: one for one in sub["items"]["data"]}

    def same(one: Doc, other: Doc | None) -> bool:
        return other is not None and all(one[name] == other[name] for name in ("price", "quantity"))

    if behaviour != "none" and not trialing:
        for name, one in before.items():
            if restart or not same(one, after.get(name)):
                prorate(world, customer, sub, one, at, credit=True)
        for name, one in after.items():
            if not restart and not same(one, before.get(name)):
                prorate(world, customer, sub, one, at, credit=False)
    if restart:
        now = world.now()
        sub["billing_cycle_anchor"] = now
        set_period(sub, now, rules.next_boundary(now, *cycle_of(sub), now))
    world.save(sub)
    if trialing or not (restart or behaviour == "always_invoice"):
        return None
    waiting = invoices.pending_items(world, customer["id"], sub["id"])
    lines = invoices.pending_lines(world, waiting, sub)
    if restart:
        lines += period_lines(world, sub)
    if not lines:
        return None
    return invoices.draft(
        world, customer, lines, sub=sub, reason="subscription_update", auto_advance=True
    )


def _change_item(world: World, sub: Doc, given: Doc, param: str) -> None:
    if "id" not in given:
        _add(world, sub, given, param)
        return
    items = sub["items"]["data"]
    item = next((one for one in items if one["id"] == given["id"]), None)
    if item is None:
        raise missing("subscription item", given["id"], f"{param}[id]", 400)
    if given.get("deleted"):
        items.remove(item)
        return
    changed = dict(item)
    if "price" in given and given["price"] != item["price"]["id"]:
        changed["price"] = _price(world, given, param)
        changed["plan"] = shapes.plan_of(changed["price"])
    changed["quantity"] = given.get("quantity", item["quantity"])
    if "metadata" in given:
        changed["metadata"] = invoices.merged(item["metadata"], given["metadata"])
    if "tax_rates" in given:
        changed["tax_rates"] = invoices.rates(world, given["tax_rates"], f"{param}[tax_rates]")
    items[items.index(item)] = changed


def _change_trial(world: World, sub: Doc, customer: Doc, until: Any, behaviour: str) -> Doc | None:
    now = world.now()
    if until == "now" or until <= now:
        if sub["status"] != "trialing":
            return None
        set_period(sub, start_of(sub), now)
        sub["trial_end"] = now
        return renew(world, sub, waits=False)
    if sub["status"] != "trialing" and behaviour != "none":
        for item in sub["items"]["data"]:
            prorate(world, customer, sub, item, now, credit=True)
    sub |= {
        "status": "trialing",
        "trial_start": sub["trial_start"] or now,
        "trial_end": until,
        "billing_cycle_anchor": until,
        "_warned": False,
    }
    set_period(sub, start_of(sub), until)
    return None


# --- going on, pausing, ending ------------------------------------------------------------------


# --- looking ahead ------------------------------------------------------------------------------
