"""Stripe's documented test cards, and what happens when one is charged or kept."""

from dataclasses import dataclass
from typing import Any

from deploy.stripe_standin import shapes
from deploy.stripe_standin.problems import Doc, Problem, needed, not_modelled
from deploy.stripe_standin.world import World


@dataclass(frozen=True)
class Card:
    """``once``: proves who they are once, when set up. ``always``: for every payment."""

    number: str
    methods: tuple[str, ...]  # the names Stripe gives it: pm_card_visa
    label: str
    brand: str = "visa"
    decline: str = ""  # a decline code: every charge is refused
    keeps: bool = True  # may be attached to a customer
    proof: str = ""  # "once" or "always"


CARDS = (
    Card("4242424242424242", ("visa",), "berhasil"),
    Card("5555555555554444", ("mastercard",), "berhasil (Mastercard)", brand="mastercard"),
    Card(
        "4000000000000002",
        ("chargeDeclined", "visa_chargeDeclined"),
        "ditolak",
        decline="generic_decline",
        keeps=False,
    ),
    Card(
        "4000000000009995",
        ("chargeDeclinedInsufficientFunds", "visa_chargeDeclinedInsufficientFunds"),
        "saldo tidak cukup",
        decline="insufficient_funds",
        keeps=False,
    ),
    Card("4000002500003155", ("authenticationRequiredOnSetup",), "minta konfirmasi", proof="once"),
    Card(
        "4000002760003184",
        ("authenticationRequired",),
        "minta konfirmasi setiap kali",
        proof="always",
    ),
    Card(
        "4000000000000341",
        ("chargeCustomerFail",),
        "dapat disimpan, penagihannya gagal",
        decline="generic_decline",
    ),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_NAME = {f"pm_card_{name}": card for card in CARDS for name in card.methods} | {
    f"tok_{name}": card for card in CARDS for name in card.methods
}


def card_of(method: Doc) -> Card:
    return BY_NUMBER[method["_number"]]


def refused(card: Card, **more: Any) -> Problem:
    low = card.decline == "insufficient_funds"
    return Problem(
        "Your card has insufficient funds." if low else "Your card was declined.",
        kind="card_error",
        code="card_declined",
        status=402,
        keep=True,
        decline_code=card.decline or "generic_decline",
        **more,
    )


# --- payment methods ----------------------------------------------------------------------------


def new_method(world: World, card: Card, **more: Any) -> Doc:
    made = shapes.new(
        "pm",
        world.now(),
        {
            "allow_redisplay": "unspecified",
            "billing_details": {
                "address": shapes.address({"city": ""}),
                **shapes.nothing("email", "name", "phone", "tax_id"),
            },
            "card": {
                "brand": card.brand,
                "checks": {
                    "address_line1_check": None,
                    "address_postal_code_check": None,
                    "cvc_check": "pass",
                },
                "country": "ID",
                "display_brand": card.brand,
                "exp_month": 12,
                "exp_year": 2034,
                "fingerprint": f"standin{card.number[-4:]}",
                "funding": "credit",
                "generated_from": None,
                "last4": card.number[-4:],
                "networks": {"available": [card.brand], "preferred": None},
                "regulated_status": "unregulated",
                "three_d_secure_usage": {"supported": True},
                "wallet": None,
            },
            "customer": None,
            "customer_account": None,
            "metadata": {},
            "type": "card",
            "_number": card.number,
            "_proven": False,
        },
        more,
    )
    return world.save(made)


def create(world: World, params: Doc) -> Doc:
    """POST /v1/payment_methods: a card by its test number or token."""
    if params.get("type", "card") != "card":
        raise not_modelled(f"type={params['type']}")
    given = params.get("card") or {}
    if "token" in given:
        card = BY_NAME.get(given["token"])
    elif "number" in given:
        card = BY_NUMBER.get(given["number"].replace(" ", ""))
    else:
        raise needed("card[number]")
    if card is None:
        raise Problem(
            "Your card number is incorrect.",
            kind="card_error",
            code="incorrect_number",
            param="number",
            status=402,
        )
    made = new_method(world, card, metadata=params.get("metadata") or {})
    for name, value in (params.get("billing_details") or {}).items():
        made["billing_details"][name] = (
            shapes.address(value) if name == "address" else value or None
        )
    for name in ("exp_month", "exp_year"):
        made["card"][name] = given.get(name, made["card"][name])
    return world.save(made)


def attach(world: World, name: str, customer: Doc, *, proven: bool = False) -> Doc:
    """A method kept with a customer; ``pm_card_visa`` becomes a new one."""
    if name in BY_NAME:
        method = new_method(world, BY_NAME[name])
    else:
        method = world.named("payment_method", name, "payment_method")
    if method["customer"] == customer["id"]:
        return method
    if method["customer"] or method.get("_detached"):
        raise Problem(
            "This PaymentMethod was previously used without being attached to a Customer or was"
            " detached from a Customer, and may not be used again."
            if method.get("_detached")
            else "The payment method you provided has already been attached to a customer."
        )
    if not card_of(method).keeps:
        raise refused(card_of(method))
    method["customer"] = customer["id"]
    method["_proven"] = method["_proven"] or proven
    return world.save(method, "payment_method.attached")


def detach(world: World, method: Doc) -> Doc:
    if not method["customer"]:
        raise Problem("The payment method you provided is not attached to a customer.")
    customer = world.customer(method["customer"])
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        customer["invoice_settings"]["default_payment_method"] = None
        world.save(customer, "customer.updated")
    for sub in world.store.find("subscription", default_payment_method=method["id"]):
        sub["default_payment_method"] = None
        world.save(sub, "customer.subscription.updated")
    method |= {"customer": None, "_detached": True}
    return world.save(method, "payment_method.detached")


def kept_by(world: World, customer: Doc, name: str, param: str) -> Doc:
    """A method that is attached to this customer; anything else is refused."""
    method = world.store.get("payment_method", name)
    if method is None or method["customer"] != customer["id"]:
        raise Problem(
            f"The customer does not have a payment method with the ID {name}. The payment method"
            " must be attached to the customer.",
            code="resource_missing",
            param=param,
        )
    return method


# --- proving who pays ---------------------------------------------------------------------------


def ask_for_proof(world: World, intent: Doc) -> None:
    intent["status"] = "requires_action"
    intent["next_action"] = {
        "type": "redirect_to_url",
        "redirect_to_url": {
            "url": f"{world.base}/konfirmasi/{intent['id']}",
            "return_url": intent.get("_return_url"),
        },
    }


def charge(world: World, intent: Doc, method: Doc, *, proven: bool = False) -> Doc | None:
    """Charge ``intent`` to a card. The error (Stripe's ``last_payment_error``), or None.

    Leaves the intent succeeded, requiring a payment method, or requiring action.
    """
    card = card_of(method)
    intent["payment_method"] = method["id"]
    if card.proof and not proven and not (card.proof == "once" and method["_proven"]):
        ask_for_proof(world, intent)
        world.save(intent, "payment_intent.requires_action")
        return {
            "type": "card_error",
            "code": "authentication_required",
            "decline_code": "authentication_required",
            "message": "This payment requires additional user action before it can be completed"
            " successfully.",
            "payment_method": world.shown(method),
        }
    made = shapes.charge(world.now(), intent, method)
    intent |= {"latest_charge": made["id"], "next_action": None}
    if card.decline:
        error = dict(refused(card).body["error"], charge=made["id"])
        made |= {
            "failure_code": error["code"],
            "failure_message": error["message"],
            "outcome": {"type": "issuer_declined", "reason": card.decline},
        }
        error["payment_method"] = world.shown(method)
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "last_payment_error": error,
        }
        world.save(made, "charge.failed")
        world.save(intent, "payment_intent.payment_failed")
        return error
    made |= {
        "amount_captured": intent["amount"],
        "captured": True,
        "paid": True,
        "status": "succeeded",
        "outcome": {"type": "authorized", "network_status": "approved_by_network"},
    }
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "status": "succeeded",
    }
    if proven:
        method["_proven"] = True
        world.save(method)
    world.save(made, "charge.succeeded")
    world.save(intent, "payment_intent.succeeded")
    return None


def set_up(world: World, intent: Doc, method: Doc, *, proven: bool = False) -> Doc | None:
    """Confirm a setup intent with a method; attaches it. The error, or None."""
    card = card_of(method)
    intent["payment_method"] = method["id"]
    if card.proof and not proven and not method["_proven"]:
        ask_for_proof(world, intent)
        world.save(intent, "setup_intent.requires_action")
        return None
    if not card.keeps:
        error = refused(card).body["error"]
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "last_setup_error": error,
        }
        world.save(intent, "setup_intent.setup_failed")
        return dict(error)
    method["_proven"] = True
    world.save(method)
    if intent["customer"]:
        attach(world, method["id"], world.customer(intent["customer"]), proven=True)
    intent |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    world.save(intent, "setup_intent.succeeded")
    return None
