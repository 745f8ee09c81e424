"""Payment methods, intents, hosted pages, events, clocks: the addresses of `/v1` for them."""

import secrets

from deploy.stripe_standin import cards, checkout, collection, invoices, shapes, timeline
from deploy.stripe_standin.api import getter, lister, page, route, within
from deploy.stripe_standin.problems import Doc, Problem, needed, not_modelled
from deploy.stripe_standin.resources import put
from deploy.stripe_standin.world import VERSION, World

# --- ways to pay --------------------------------------------------------------------------------


@route("POST", "payment_methods", "PaymentMethodCreateParams", "type card billing_details metadata")
def create_method(world: World, given: Doc) -> Doc:
    return cards.create(world, given)


@route("POST", "payment_methods/{}/attach", "PaymentMethodAttachParams", "customer")
def attach_method(world: World, given: Doc, name: str) -> Doc:
    if "customer" not in given:
        raise needed("customer")
    return cards.attach(world, name, world.customer(given["customer"]))


@route("POST", "payment_methods/{}/detach", "PaymentMethodDetachParams")
def detach_method(world: World, given: Doc, name: str) -> Doc:
    return cards.detach(world, world.need("payment_method", name))


@route("POST", "payment_methods/{}", "PaymentMethodUpdateParams", "billing_details metadata")
def update_method(world: World, given: Doc, name: str) -> Doc:
    doc = world.need("payment_method", name)
    for field, value in (given.get("billing_details") or {}).items():
        doc["billing_details"][field] = (
            shapes.address(value) if field == "address" else value or None
        )
    if "metadata" in given:
        doc["metadata"] = invoices.merged(doc["metadata"], given["metadata"])
    return world.save(doc, "payment_method.updated")


getter("payment_method", "payment_methods")


@route(
    "GET",
    "payment_methods",
    "PaymentMethodListParams",
    "customer type limit starting_after ending_before",
)
def list_methods(world: World, given: Doc) -> Doc:
    found = world.store.find("payment_method", customer=given.get("customer", ""))
    return page(world, "/v1/payment_methods", found, given)


@route(
    "GET",
    "customers/{}/payment_methods",
    "CustomerPaymentMethodListParams",
    "type limit starting_after ending_before",
)
def list_methods_of(world: World, given: Doc, name: str) -> Doc:
    world.need("customer", name)
    found = world.store.find("payment_method", customer=name)
    return page(world, f"/v1/customers/{name}/payment_methods", found, given)


@route(
    "POST",
    "setup_intents",
    "SetupIntentCreateParams",
    "automatic_payment_methods confirm customer description metadata payment_method"
    " payment_method_types return_url usage",
)
def create_setup(world: World, given: Doc) -> Doc:
    if "customer" in given:
        world.customer(given["customer"])
    doc = shapes.setup_intent(world.now())
    put(doc, given, "customer", "description", "usage")
    doc["metadata"] = given.get("metadata") or {}
    world.save(doc, "setup_intent.created")
    if given.get("payment_method"):
        doc["payment_method"] = _method(world, given["payment_method"])["id"]
        doc["status"] = "requires_confirmation"
        world.save(doc)
    return confirm_setup(world, given, doc["id"]) if given.get("confirm") else doc


def _method(world: World, name: str) -> Doc:
    if name in cards.BY_NAME:
        return cards.new_method(world, cards.BY_NAME[name])
    return world.named("payment_method", name, "payment_method")


@route("POST", "setup_intents/{}/confirm", "SetupIntentConfirmParams", "payment_method return_url")
def confirm_setup(world: World, given: Doc, name: str) -> Doc:
    doc = world.need("setup_intent", name)
    if doc["customer"]:
        world.customer(doc["customer"])
    if doc["status"] in {"succeeded", "canceled"}:
        raise Problem(
            f"You cannot confirm this SetupIntent: its status is {doc['status']}.",
            code="setup_intent_unexpected_state",
        )
    wanted = given.get("payment_method") or doc["payment_method"]
    if not wanted:
        raise needed("payment_method")
    if "return_url" in given:
        doc["_return_url"] = given["return_url"]
    method = world.store.get("payment_method", wanted) or _method(world, wanted)
    error = cards.set_up(world, doc, method)
    if error is not None:
        raise cards.refused(cards.card_of(method), setup_intent=world.shown(doc))
    return doc


@route("POST", "setup_intents/{}/cancel", "SetupIntentCancelParams", "cancellation_reason")
def cancel_setup(world: World, given: Doc, name: str) -> Doc:
    doc = world.need("setup_intent", name)
    if doc["status"] in {"succeeded", "canceled"}:
        raise Problem(
            f"You cannot cancel this SetupIntent: its status is {doc['status']}.",
            code="setup_intent_unexpected_state",
        )
    doc |= {"status": "canceled", "cancellation_reason": given.get("cancellation_reason")}
    return world.save(doc, "setup_intent.canceled")


getter("setup_intent", "setup_intents")
lister("setup_intent", "setup_intents", "SetupIntentListParams", customer="customer")


@route("POST", "payment_intents/{}/confirm", "PaymentIntentConfirmParams",
       "payment_method return_url off_session")  # fmt: skip
def confirm_payment(world: World, given: Doc, name: str) -> Doc:
    doc = world.need("payment_intent", name)
    invoice = world.store.get("invoice", doc.get("_invoice") or "")
    if invoice is None:
        raise not_modelled("payment intents without an invoice")
    customer = world.customer(doc["customer"])
    if "return_url" in given:
        doc["_return_url"] = given["return_url"]
    wanted = given.get("payment_method")
    if wanted:
        method = cards.attach(world, wanted, customer)
    else:
        found = collection.method_for(world, invoice)
        if found is None:
            raise needed("payment_method")
        method = found
    error = collection.collect(world, invoice, method, asked=True)
    if error is not None and doc["status"] != "requires_action":
        raise cards.refused(cards.card_of(method), payment_intent=world.shown(doc))
    return doc


@route("POST", "payment_intents/{}/cancel", "PaymentIntentCancelParams", "cancellation_reason")
def cancel_payment(world: World, given: Doc, name: str) -> Doc:
    reason = given.get("cancellation_reason", "requested_by_customer")
    return collection.cancel_intent(world, world.need("payment_intent", name), reason)


getter("payment_intent", "payment_intents")
lister("payment_intent", "payment_intents", "PaymentIntentListParams", customer="customer")
getter("charge", "charges")
lister(
    "charge", "charges", "ChargeListParams", customer="customer", payment_intent="payment_intent"
)


@route("POST", "refunds", "RefundCreateParams", "amount charge payment_intent metadata reason")
def create_refund(world: World, given: Doc) -> Doc:
    return collection.refund(world, given)


getter("refund", "refunds")
lister("refund", "refunds", "RefundListParams", charge="charge", payment_intent="payment_intent")


# --- hosted pages -------------------------------------------------------------------------------


@route(
    "POST",
    "checkout/sessions",
    "checkout.SessionCreateParams",
    "mode customer customer_email customer_update line_items subscription_data setup_intent_data"
    " success_url cancel_url client_reference_id metadata locale currency payment_method_types"
    " expires_at billing_address_collection tax_id_collection payment_method_collection ui_mode"
    " submit_type origin_context phone_number_collection saved_payment_method_options",
)
def create_session(world: World, given: Doc) -> Doc:
    return checkout.create(world, given)


@route("POST", "checkout/sessions/{}/expire", "checkout.SessionExpireParams")
def expire_session(world: World, given: Doc, name: str) -> Doc:
    return checkout.expire(world, world.need("checkout.session", name))


@route("GET", "checkout/sessions/{}/line_items", "checkout.SessionListLineItemsParams",
       "limit starting_after ending_before")  # fmt: skip
def list_line_items(world: World, given: Doc, name: str) -> Doc:
    found = world.need("checkout.session", name).get("_lines", [])
    return page(world, f"/v1/checkout/sessions/{name}/line_items", found, given)


getter("checkout.session", "checkout/sessions")
lister(
    "checkout.session",
    "checkout/sessions",
    "checkout.SessionListParams",
    customer="customer",
    subscription="subscription",
    status="status",
)

PORTAL = "active business_profile default_return_url features metadata name"


@route("POST", "billing_portal/configurations", "billing_portal.ConfigurationCreateParams", PORTAL)
def create_configuration(world: World, given: Doc) -> Doc:
    return checkout.configuration(world, given)


@route(
    "POST", "billing_portal/configurations/{}", "billing_portal.ConfigurationUpdateParams", PORTAL
)
def update_configuration(world: World, given: Doc, name: str) -> Doc:
    return checkout.configure(world, world.need("billing_portal.configuration", name), given)


getter("billing_portal.configuration", "billing_portal/configurations")
lister(
    "billing_portal.configuration",
    "billing_portal/configurations",
    "billing_portal.ConfigurationListParams",
    active="active",
    is_default="is_default",
)


@route(
    "POST",
    "billing_portal/sessions",
    "billing_portal.SessionCreateParams",
    "customer return_url configuration flow_data locale",
)
def create_portal(world: World, given: Doc) -> Doc:
    return checkout.portal(world, given)


# --- events, endpoints, clocks ------------------------------------------------------------------


@route(
    "GET",
    "events",
    "EventListParams",
    "created type types delivery_success limit starting_after ending_before",
)
def list_events(world: World, given: Doc) -> Doc:
    found = world.store.find("event")
    wanted = given.get("types") or ([given["type"]] if "type" in given else None)
    if wanted is not None:
        found = [one for one in found if _matches(one["type"], wanted)]
    if "created" in given:
        found = [one for one in found if within(one["created"], given["created"])]
    if "delivery_success" in given:
        done = given["delivery_success"]
        found = [one for one in found if (world.shown(one)["pending_webhooks"] == 0) == done]
    return page(world, "/v1/events", found, given)


def _matches(kind: str, wanted: list[str]) -> bool:
    return any(kind == one or (one.endswith("*") and kind.startswith(one[:-1])) for one in wanted)


getter("event", "events")
ENDPOINT = "description enabled_events metadata url"


def new_endpoint(world: World, given: Doc, secret: str | None = None) -> Doc:
    doc = shapes.new("we", world.now(), {"api_version": VERSION, "application": None})
    doc |= {
        "description": given.get("description") or None,
        "enabled_events": given["enabled_events"],
        "metadata": given.get("metadata") or {},
        "status": "enabled",
        "url": given["url"],
        "_secret": secret or f"whsec_{secrets.token_hex(24)}",
    }
    return world.save(doc)


@route("POST", "webhook_endpoints", "WebhookEndpointCreateParams", ENDPOINT + " api_version")
def create_endpoint(world: World, given: Doc) -> Doc:
    if given.get("api_version", VERSION) != VERSION:
        raise not_modelled(f"api_version={given['api_version']}")
    if not given["url"].startswith(("http://", "https://")):
        raise Problem("Invalid URL: An explicit scheme must be provided.", param="url")
    doc = new_endpoint(world, given)
    # Only this once, as Stripe does; not kept among what is shown.
    return {**doc, "secret": doc["_secret"]}


@route("POST", "webhook_endpoints/{}", "WebhookEndpointUpdateParams", ENDPOINT + " disabled")
def update_endpoint(world: World, given: Doc, name: str) -> Doc:
    doc = world.need("webhook_endpoint", name)
    put(doc, given, "description", "enabled_events", "url")
    if "disabled" in given:
        doc["status"] = "disabled" if given["disabled"] else "enabled"
    if "metadata" in given:
        doc["metadata"] = invoices.merged(doc["metadata"], given["metadata"])
    return world.save(doc)


@route("DELETE", "webhook_endpoints/{}")
def delete_endpoint(world: World, given: Doc, name: str) -> Doc:
    world.need("webhook_endpoint", name)
    world.store.delete(name)
    return {"id": name, "object": "webhook_endpoint", "deleted": True}


getter("webhook_endpoint", "webhook_endpoints")
lister("webhook_endpoint", "webhook_endpoints", "WebhookEndpointListParams")


@route("POST", "test_helpers/test_clocks", "test_helpers.TestClockCreateParams", "frozen_time name")
def create_clock(world: World, given: Doc) -> Doc:
    return timeline.new_clock(world, given)


@route(
    "POST",
    "test_helpers/test_clocks/{}/advance",
    "test_helpers.TestClockAdvanceParams",
    "frozen_time",
)
def advance_clock(world: World, given: Doc, name: str) -> Doc:
    return timeline.advance_clock(world, name, given)


@route("DELETE", "test_helpers/test_clocks/{}")
def delete_clock(world: World, given: Doc, name: str) -> Doc:
    return timeline.delete_clock(world, name)


getter("test_helpers.test_clock", "test_helpers/test_clocks")
lister("test_helpers.test_clock", "test_helpers/test_clocks", "test_helpers.TestClockListParams")
