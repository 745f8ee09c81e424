"""Checkout sessions and portal sessions, and what people do on their pages."""

from typing import Any

from deploy.stripe_standin import (
    cards,
    collection,
    endings,
    invoices,
    periods,
    rules,
    shapes,
    subscriptions,
)
from deploy.stripe_standin.problems import Doc, Problem, missing, needed, not_modelled
from deploy.stripe_standin.world import World

ECHOED = (
    "cancel_url", "success_url", "client_reference_id", "customer_email", "locale",
    "billing_address_collection", "allow_promotion_codes", "payment_method_collection",
    "submit_type", "origin_context", "integration_identifier",
)  # fmt: skip


# --- checkout -----------------------------------------------------------------------------------


def create(world: World, params: Doc) -> Doc:
    mode = params.get("mode")
    if mode not in {"subscription", "setup"}:
        raise not_modelled("mode=payment") if mode else needed("mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_modelled(f"ui_mode={params['ui_mode']}")
    if not params.get("success_url"):
        raise needed("success_url")
    customer = world.customer(params["customer"]) if params.get("customer") else None
    if mode == "setup" and "line_items" in params:
        raise Problem("You can not pass `line_items` in `setup` mode.", param="line_items")
    if mode == "setup" and not (params.get("currency") or params.get("payment_method_types")):
        raise needed("currency")
    session = shapes.checkout_session(world.now())
    session |= {name: params[name] for name in ECHOED if name in params}
    session |= {
        "customer": customer["id"] if customer else None,
        "currency": "idr",
        "expires_at": params.get("expires_at", session["expires_at"]),
        "metadata": params.get("metadata") or {},
        "mode": mode,
        "url": f"{world.base}/checkout/{session['id']}",
        "_data": params.get(f"{mode}_data" if mode == "subscription" else "setup_intent_data")
        or {},
        "_items": params.get("line_items") or [],
    }
    if mode == "subscription":
        _price(world, session)
    else:
        intent = shapes.setup_intent(world.now())
        intent |= {
            "customer": session["customer"],
            "description": session["_data"].get("description"),
            "metadata": session["_data"].get("metadata") or {},
        }
        world.save(intent, "setup_intent.created")
        session["setup_intent"] = intent["id"]
    return world.save(session)


def _price(world: World, session: Doc) -> None:
    """Amounts as the page and the session show them."""
    if not session["_items"]:
        raise needed("line_items")
    data = session["_data"]
    trial = bool(data.get("trial_end") or data.get("trial_period_days"))
    common = invoices.rates(
        world, data.get("default_tax_rates"), "subscription_data[default_tax_rates]"
    )
    lines, subtotal, tax, inside = [], 0, 0, 0
    for number, given in enumerate(session["_items"]):
        param = f"line_items[{number}]"
        if "price" not in given:
            raise not_modelled(f"{param}[price_data]")
        price = world.named("price", given["price"], f"{param}[price]")
        if not given.get("quantity"):
            raise needed(f"{param}[quantity]")
        amount = 0 if trial else price["unit_amount"] * given["quantity"]
        own = invoices.rates(world, given.get("tax_rates"), f"{param}[tax_rates]") or common
        taxes = 0
        for rate in own:
            one = rules.tax_of(amount, rate["percentage"], inclusive=rate["inclusive"])
            inside += one if rate["inclusive"] else 0
            taxes += 0 if rate["inclusive"] else one
        product = world.named("product", price["product"], "product")
        subtotal, tax = subtotal + amount, tax + taxes
        lines.append(
            {
                "id": shapes.new_id("li"),
                "object": "item",
                "amount_discount": 0,
                "amount_subtotal": amount,
                "amount_tax": taxes,
                "amount_total": amount + taxes,
                "currency": price["currency"],
                "description": product["name"],
                "price": world.shown(price),
                "quantity": given["quantity"],
            }
        )
    session |= {
        "amount_subtotal": subtotal,
        "amount_total": subtotal + tax,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": tax + inside},
        "_lines": lines,
    }


def _open(session: Doc) -> None:
    if session["status"] != "open":
        raise Problem(
            f"This Checkout Session is {session['status']}.", code="checkout_session_not_open"
        )


def complete(world: World, session: Doc, card: cards.Card, *, proven: bool = False) -> Doc | None:
    """The buyer enters a card. The error to show them, or None when it is done.

    Raises Problem with code ``needs_proof`` for a card that first wants a confirmation.
    """
    _open(session)
    if session["customer"]:
        customer = world.customer(session["customer"])
    else:
        customer = shapes.customer(world.now()) | {"email": session["customer_email"]}
    if card.proof and not proven:
        raise Problem("Kartu ini minta konfirmasi.", code="needs_proof")
    if not card.keeps or (card.decline and session["amount_total"]):
        return dict(cards.refused(card).body["error"])
    if not session["customer"]:
        world.save(customer, "customer.created")
    method = cards.attach(world, cards.new_method(world, card)["id"], customer, proven=True)
    method["_proven"] = True
    world.save(method)
    session |= {
        "customer": customer["id"],
        "customer_details": {
            "address": customer["address"],
            **shapes.nothing("business_name", "individual_name"),
            "email": customer["email"] or session["customer_email"],
            "name": customer["name"],
            "phone": customer["phone"],
            "tax_exempt": customer["tax_exempt"],
            "tax_ids": [],
        },
        "payment_status": "no_payment_required",
        "status": "complete",
        "url": None,
    }
    if session["mode"] == "setup":
        intent = world.need("setup_intent", session["setup_intent"])
        intent["customer"] = customer["id"]
        cards.set_up(world, intent, method, proven=True)
    else:
        _subscribe(world, session, customer, method)
    world.save(session, "checkout.session.completed")
    return None


def _subscribe(world: World, session: Doc, customer: Doc, method: Doc) -> None:
    asked: Doc = {
        **session["_data"],
        "customer": customer["id"],
        "default_payment_method": method["id"],
        "items": [
            {name: one[name] for name in ("price", "quantity", "tax_rates") if name in one}
            for one in session["_items"]
        ],
    }
    sub = subscriptions.create(world, asked, proven=True)
    session |= {"subscription": sub["id"], "invoice": sub["latest_invoice"]}
    if session["amount_total"]:
        session["payment_status"] = "paid"


def expire(world: World, session: Doc) -> Doc:
    _open(session)
    session |= {"status": "expired", "url": None}
    return world.save(session, "checkout.session.expired")


# --- portal -------------------------------------------------------------------------------------


def configuration(world: World, params: Doc, *, default: bool = False) -> Doc:
    made = shapes.new("bpc", world.now(), shapes.nothing("application", "name"))
    made |= {
        "active": True,
        "business_profile": shapes.nothing(
            "headline", "privacy_policy_url", "terms_of_service_url"
        ),
        "default_return_url": params.get("default_return_url") or None,
        "features": {
            "customer_update": {"allowed_updates": [], "enabled": False},
            "invoice_history": {"enabled": False},
            "payment_method_update": {"enabled": False, "payment_method_configuration": None},
            "subscription_cancel": {
                "cancellation_reason": {"enabled": False, "options": []},
                "enabled": False,
                "mode": "at_period_end",
                "proration_behavior": "none",
            },
            "subscription_update": {
                "billing_cycle_anchor": None,
                "default_allowed_updates": [],
                "enabled": False,
                "proration_behavior": "none",
                "schedule_at_period_end": {"conditions": []},
                "trial_update_behavior": "end_trial",
            },
        },
        "is_default": default,
        "login_page": {"enabled": False, "url": None},
        "metadata": params.get("metadata") or {},
        "updated": world.now(),
    }
    return configure(world, made, params)


def configure(world: World, doc: Doc, params: Doc) -> Doc:
    for name, value in (params.get("features") or {}).items():
        doc["features"].setdefault(name, {}).update(value)
    for name, value in (params.get("business_profile") or {}).items():
        doc["business_profile"][name] = value or None
    for name in ("active", "name", "default_return_url"):
        if name in params:
            doc[name] = params[name] if params[name] != "" else None
    if "metadata" in params:
        doc["metadata"] = invoices.merged(doc["metadata"], params["metadata"])
    return world.save(doc | {"updated": world.now()})


def default_configuration(world: World) -> Doc:
    """As the dashboard's default: invoices, cards and cancelling, no change of plan."""
    found = world.store.find("billing_portal.configuration", is_default=True)
    features = {
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True},
    }
    return found[0] if found else configuration(world, {"features": features}, default=True)


def portal(world: World, params: Doc) -> Doc:
    if not params.get("customer"):
        raise needed("customer")
    customer = world.customer(params["customer"])
    name = params.get("configuration")
    used = (
        world.named("billing_portal.configuration", name, "configuration")
        if name
        else default_configuration(world)
    )
    flow = params.get("flow_data")
    if flow and flow["type"] not in {"subscription_cancel", "payment_method_update"}:
        raise not_modelled(f"flow_data[type]={flow['type']}")
    made = shapes.new("bps", world.now(), {})
    made |= {
        "after_expiration": None,
        "configuration": used["id"],
        "customer": customer["id"],
        "customer_account": None,
        "flow": {"after_completion": {"type": "portal_homepage"}, **flow} if flow else None,
        "locale": params.get("locale"),
        "on_behalf_of": None,
        "return_url": params.get("return_url") or used["default_return_url"],
        "url": f"{world.base}/portal/{made['id']}",
    }
    return world.save(made)


def portal_does(world: World, session: Doc, what: str, form: dict[str, str]) -> None:
    """One button of the portal page. Raises Problem for what its configuration switched off."""
    customer = world.customer(session["customer"])
    features = world.need("billing_portal.configuration", session["configuration"])["features"]
    if what == "kartu":
        _allowed(features, "payment_method_update")
        card = cards.BY_NUMBER.get(form.get("kartu", ""))
        if card is None:
            raise Problem("Pilih salah satu kartu uji.")
        method = cards.attach(world, cards.new_method(world, card)["id"], customer, proven=True)
        customer["invoice_settings"]["default_payment_method"] = method["id"]
        world.save(customer, "customer.updated")
        for sub in world.store.find("subscription", customer=customer["id"]):
            if sub["status"] not in periods.OVER and sub["default_payment_method"]:
                sub["default_payment_method"] = method["id"]
                world.save(sub, "customer.subscription.updated")
        return
    sub = world.need("subscription", form.get("langganan"))
    if sub["customer"] != customer["id"]:
        raise missing("subscription", sub["id"])
    _allowed(features, "subscription_cancel")
    if what == "batal" and features["subscription_cancel"]["mode"] == "immediately":
        endings.cancel(world, sub, {})
    else:
        subscriptions.update(world, sub, {"cancel_at_period_end": what == "batal"})


def _allowed(features: Doc, name: str) -> None:
    if not features[name]["enabled"]:
        raise Problem("Konfigurasi portal tidak mengizinkan ini.")


def confirm(world: World, intent: Doc, *, yes: bool) -> Any:
    """The page of a card that asks who pays. The address to go on to, if there is one."""
    if intent["customer"]:
        world.customer(intent["customer"])
    if intent["status"] != "requires_action":
        raise Problem("Permintaan ini sudah dijawab.")
    method = world.need("payment_method", intent["payment_method"])
    setup = intent["object"] == "setup_intent"
    invoice = world.store.get("invoice", intent.get("_invoice") or "")
    if yes and setup:
        cards.set_up(world, intent, method, proven=True)
    elif yes and invoice is not None:
        collection.collect(world, invoice, method, proven=True, asked=True)
    elif yes:
        cards.charge(world, intent, method, proven=True)
    else:
        intent |= {
            "status": "requires_payment_method",
            "next_action": None,
            "payment_method": None,
            "last_setup_error" if setup else "last_payment_error": {
                "type": "invalid_request_error",
                "code": f"{intent['object']}_authentication_failure",
                "message": "The provided PaymentMethod has failed authentication.",
            },
        }
        world.save(
            intent, "setup_intent.setup_failed" if setup else "payment_intent.payment_failed"
        )
    return intent.get("_return_url")
