"""Subscriptions and invoices: the addresses of `/v1` for them."""

from deploy.stripe_standin import (
    cards,
    collection,
    endings,
    invoices,
    periods,
    previews,
    rules,
    subscriptions,
)
from deploy.stripe_standin.api import getter, lister, page, route, within
from deploy.stripe_standin.problems import Doc, Problem, needed
from deploy.stripe_standin.resources import put
from deploy.stripe_standin.world import World

SUBSCRIPTION = (
    "automatic_tax cancel_at cancel_at_period_end collection_method days_until_due"
    " default_payment_method default_tax_rates description invoice_settings items metadata"
    " off_session payment_behavior payment_settings proration_behavior trial_end trial_settings"
)


@route(
    "POST",
    "subscriptions",
    "SubscriptionCreateParams",
    SUBSCRIPTION + " billing_cycle_anchor billing_mode currency customer trial_period_days",
)
def create_subscription(world: World, given: Doc) -> Doc:
    return subscriptions.create(world, given)


@route(
    "POST",
    "subscriptions/{}",
    "SubscriptionUpdateParams",
    SUBSCRIPTION + " billing_cycle_anchor cancellation_details pause_collection proration_date",
)
def update_subscription(world: World, given: Doc, name: str) -> Doc:
    return subscriptions.update(world, world.need("subscription", name), given)


@route(
    "DELETE",
    "subscriptions/{}",
    "SubscriptionCancelParams",
    "cancellation_details invoice_now prorate",
)
def cancel_subscription(world: World, given: Doc, name: str) -> Doc:
    return endings.cancel(world, world.need("subscription", name), given)


@route("POST", "subscriptions/{}/pause", "SubscriptionPauseParams", "type")
def pause_subscription(world: World, given: Doc, name: str) -> Doc:
    return endings.pause(world, world.need("subscription", name))


@route(
    "POST",
    "subscriptions/{}/resume",
    "SubscriptionResumeParams",
    "billing_cycle_anchor proration_behavior payment_behavior",
)
def resume_subscription(world: World, given: Doc, name: str) -> Doc:
    return endings.resume(world, world.need("subscription", name), given)


getter("subscription", "subscriptions")


@route(
    "GET",
    "subscriptions",
    "SubscriptionListParams",
    "collection_method created customer price status test_clock limit starting_after ending_before",
)
def list_subscriptions(world: World, given: Doc) -> Doc:
    names = ("collection_method", "customer", "test_clock")
    found = world.store.find("subscription", **{n: given[n] for n in names if n in given})
    status = given.get("status")
    if status is None:
        found = [one for one in found if one["status"] != "canceled"]
    elif status == "ended":
        found = [one for one in found if one["status"] in periods.OVER]
    elif status != "all":
        found = [one for one in found if one["status"] == status]
    if "price" in given:
        found = [
            one
            for one in found
            if any(item["price"]["id"] == given["price"] for item in one["items"]["data"])
        ]
    if "created" in given:
        found = [one for one in found if within(one["created"], given["created"])]
    return page(world, "/v1/subscriptions", found, given)


@route(
    "GET",
    "subscription_items",
    "SubscriptionItemListParams",
    "subscription limit starting_after ending_before",
)
def list_subscription_items(world: World, given: Doc) -> Doc:
    sub = world.shown(world.named("subscription", given["subscription"], "subscription"))
    return page(world, "/v1/subscription_items", sub["items"]["data"], given)


# --- invoices -----------------------------------------------------------------------------------

INVOICE = (
    "auto_advance collection_method custom_fields days_until_due default_payment_method"
    " default_tax_rates description due_date footer metadata payment_settings rendering"
)


def _invoice(world: World, doc: Doc, given: Doc) -> Doc:
    put(doc, given, "auto_advance", "collection_method", "custom_fields", "description", "footer")
    put(doc, given, "due_date", "rendering")
    if "metadata" in given:
        doc["metadata"] = invoices.merged(doc["metadata"], given["metadata"])
    if "default_tax_rates" in given:
        doc["default_tax_rates"] = invoices.rates(
            world, given["default_tax_rates"], "default_tax_rates"
        )
    if "default_payment_method" in given:
        customer = world.customer(doc["customer"])
        name = given["default_payment_method"]
        doc["default_payment_method"] = cards.kept_by(
            world, customer, name, "default_payment_method"
        )["id"]
    if "days_until_due" in given:
        doc["_days_until_due"] = given["days_until_due"]
        doc["due_date"] = doc["created"] + given["days_until_due"] * rules.DAY
    elif "due_date" in given:
        doc["_days_until_due"] = None
    if doc["collection_method"] == "send_invoice" and not doc["due_date"]:
        raise Problem(
            "For invoices with collection_method=send_invoice, you must provide days_until_due or"
            " due_date.",
            code="parameter_missing",
            param="days_until_due",
        )
    if doc["auto_advance"] and doc["status"] == "draft":
        doc["automatically_finalizes_at"] = doc["created"] + rules.HOUR
    invoices.total_up(doc)
    return doc


@route(
    "POST",
    "invoices",
    "InvoiceCreateParams",
    INVOICE + " customer currency pending_invoice_items_behavior subscription",
)
def create_invoice(world: World, given: Doc) -> Doc:
    sub = None
    if "subscription" in given:
        sub = world.named("subscription", given["subscription"], "subscription")
        given.setdefault("customer", sub["customer"])
    if "customer" not in given:
        raise needed("customer")
    customer = world.customer(given["customer"])
    lines: list[Doc] = []
    default = "include" if sub else "exclude"
    if given.get("pending_invoice_items_behavior", default) == "include" or sub:
        waiting = invoices.pending_items(world, customer["id"], sub["id"] if sub else None)
        lines = invoices.pending_lines(world, waiting, sub)
    if sub is not None and not lines:
        raise Problem(
            "Nothing to invoice for subscription", code="invoice_no_subscription_line_items"
        )
    doc = invoices.draft(world, customer, lines, sub=sub, reason="manual")
    return world.save(_invoice(world, doc, given))


@route("POST", "invoices/create_preview", "InvoiceCreatePreviewParams",
       "customer subscription subscription_details preview_mode")  # fmt: skip
def create_preview(world: World, given: Doc) -> Doc:
    return previews.preview(world, given)


@route("POST", "invoices/{}", "InvoiceUpdateParams", INVOICE)
def update_invoice(world: World, given: Doc, name: str) -> Doc:
    doc = world.follow(world.need("invoice", name))
    if set(given) - {"metadata", "auto_advance", "default_payment_method", "description"}:
        invoices.open_for_change(doc)
    if doc["status"] == "draft":
        return world.save(_invoice(world, doc, given), "invoice.updated")
    put(doc, given, "auto_advance", "description")
    if "metadata" in given:
        doc["metadata"] = invoices.merged(doc["metadata"], given["metadata"])
    if "default_payment_method" in given:
        doc["default_payment_method"] = given["default_payment_method"]
    return world.save(doc, "invoice.updated")


@route("POST", "invoices/{}/finalize", "InvoiceFinalizeInvoiceParams", "auto_advance")
def finalize_invoice(world: World, given: Doc, name: str) -> Doc:
    doc = world.follow(world.need("invoice", name))
    if doc["status"] != "draft":
        raise Problem("This invoice is already finalized.", code="invoice_not_editable")
    doc["auto_advance"] = given.get("auto_advance", doc["auto_advance"])
    automatic = doc["auto_advance"] and doc["collection_method"] == "charge_automatically"
    return collection.finalize(world, doc, collects=automatic)


@route("POST", "invoices/{}/pay", "InvoicePayParams", "off_session paid_out_of_band payment_method")
def pay_invoice(world: World, given: Doc, name: str) -> Doc:
    doc = world.follow(world.need("invoice", name))
    if doc["status"] == "draft":
        collection.finalize(world, doc, collects=False)
    if doc["status"] == "paid":
        raise Problem("Invoice is already paid")
    if given.get("paid_out_of_band"):
        if doc["status"] not in {"open", "uncollectible"}:
            raise Problem("This invoice can't be paid in its current state.")
        return collection.paid(world, doc, out_of_band=True)
    method = None
    if "payment_method" in given:
        customer = world.customer(doc["customer"])
        wanted = given["payment_method"]
        method = (
            cards.attach(world, wanted, customer)
            if wanted in cards.BY_NAME
            else cards.kept_by(world, customer, wanted, "payment_method")
        )
    error = collection.collect(world, doc, method, asked=True)
    if error is not None:
        raise subscriptions.card_problem(error, keep=True)
    return doc


@route("POST", "invoices/{}/send", "InvoiceSendInvoiceParams")
def send_invoice(world: World, given: Doc, name: str) -> Doc:
    doc = world.follow(world.need("invoice", name))
    if doc["collection_method"] != "send_invoice":
        raise Problem(
            "You can only manually send an invoice if its collection method is 'send_invoice'."
        )
    if doc["status"] == "draft":
        return collection.finalize(world, doc, collects=True)
    return world.save(doc, "invoice.sent")


@route("POST", "invoices/{}/void", "InvoiceVoidInvoiceParams")
def void_invoice(world: World, given: Doc, name: str) -> Doc:
    return collection.put_away(world, world.follow(world.need("invoice", name)), "void")


@route("POST", "invoices/{}/mark_uncollectible", "InvoiceMarkUncollectibleParams")
def give_up_invoice(world: World, given: Doc, name: str) -> Doc:
    return collection.put_away(world, world.follow(world.need("invoice", name)), "uncollectible")


@route("DELETE", "invoices/{}")
def delete_invoice(world: World, given: Doc, name: str) -> Doc:
    doc = invoices.open_for_change(world.need("invoice", name))
    if doc["parent"]:
        raise Problem("You can't delete invoices created by subscriptions.")
    for item in world.store.find("invoiceitem", invoice=name):
        world.store.delete(item["id"])
    world.tell("invoice.deleted", doc)
    world.store.delete(name)
    return {"id": name, "object": "invoice", "deleted": True}


@route("GET", "invoices/{}/lines", "InvoiceListLinesParams", "limit starting_after ending_before")
def list_lines(world: World, given: Doc, name: str) -> Doc:
    found = world.need("invoice", name)["lines"]["data"]
    seen = world.shown({"object": "", "data": found})["data"]
    return page(world, f"/v1/invoices/{name}/lines", seen, given)


getter("invoice", "invoices")
lister(
    "invoice",
    "invoices",
    "InvoiceListParams",
    collection_method="collection_method",
    customer="customer",
    status="status",
    subscription="parent__subscription_details__subscription",
)
getter("invoice_payment", "invoice_payments")


@route(
    "GET",
    "invoice_payments",
    "InvoicePaymentListParams",
    "invoice payment status limit starting_after ending_before",
)
def list_payments(world: World, given: Doc) -> Doc:
    equal: Doc = {name: given[name] for name in ("invoice", "status") if name in given}
    if "payment_intent" in given.get("payment", {}):
        equal["payment__payment_intent"] = given["payment"]["payment_intent"]
    found = world.store.find("invoice_payment", **equal)
    return page(world, "/v1/invoice_payments", found, given)


@route(
    "POST",
    "invoiceitems",
    "InvoiceItemCreateParams",
    "amount currency customer description invoice metadata period pricing quantity subscription"
    " tax_rates",
)
def create_item(world: World, given: Doc) -> Doc:
    if "customer" not in given:
        raise needed("customer")
    customer = world.customer(given["customer"])
    amount, quantity, pricing = given.get("amount"), given.get("quantity", 1), None
    if "price" in given.get("pricing", {}):
        price = world.named("price", given["pricing"]["price"], "pricing[price]")
        amount = price["unit_amount"] * quantity
        pricing = {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        }
    if amount is None:
        raise needed("amount")
    if abs(amount) > rules.MOST:
        raise Problem(
            "amount must be no more than 999999999999.", code="amount_too_large", param="amount"
        )
    if "amount" in given and "currency" not in given:
        raise needed("currency")
    period = given.get("period") or {"start": world.now(), "end": world.now()}
    sub = None
    if "subscription" in given:
        sub = world.named("subscription", given["subscription"], "subscription")
    doc = invoices.invoice_item(
        world,
        customer,
        amount=amount,
        description=given.get("description"),
        period=(period["start"], period["end"]),
        sub=sub,
        metadata=given.get("metadata") or {},
        pricing=pricing,
        quantity=quantity,
        quantity_decimal=str(quantity),
        tax_rates=invoices.rates(world, given.get("tax_rates"), "tax_rates"),
    )
    if "invoice" in given:
        target = invoices.open_for_change(world.named("invoice", given["invoice"], "invoice"))
        (made,) = invoices.pending_lines(world, [doc], None)
        made.pop("_pending")
        made["invoice"] = doc["invoice"] = target["id"]
        target["lines"]["data"].append(made)
        invoices.total_up(target)
        world.save(doc)
        world.save(target, "invoice.updated")
    return doc


@route("DELETE", "invoiceitems/{}")
def delete_item(world: World, given: Doc, name: str) -> Doc:
    doc = world.need("invoiceitem", name)
    if doc["invoice"]:
        raise Problem("This invoice item is on an invoice already.", code="invoice_not_editable")
    world.tell("invoiceitem.deleted", doc)
    world.store.delete(name)
    return {"id": name, "object": "invoiceitem", "deleted": True}


getter("invoiceitem", "invoiceitems")


@route(
    "GET",
    "invoiceitems",
    "InvoiceItemListParams",
    "customer invoice pending limit starting_after ending_before",
)
def list_items(world: World, given: Doc) -> Doc:
    equal = {name: given[name] for name in ("customer", "invoice") if name in given}
    found = world.store.find("invoiceitem", **equal)
    if "pending" in given:
        found = [one for one in found if (one["invoice"] is None) == given["pending"]]
    return page(world, "/v1/invoiceitems", found, given)
