"""Customers and catalogue: the addresses of `/v1` for them."""

from deploy.stripe_standin import cards, collection, invoices, rules, shapes
from deploy.stripe_standin.api import getter, lister, page, route
from deploy.stripe_standin.problems import Doc, Problem, needed, not_modelled
from deploy.stripe_standin.world import World


def put(doc: Doc, given: Doc, *names: str) -> None:
    for name in names:
        if name in given:
            doc[name] = given[name] if given[name] != "" else None


# --- customers ----------------------------------------------------------------------------------

CUSTOMER = (
    "address description email invoice_settings metadata name phone preferred_locales shipping"
    " tax_exempt balance invoice_prefix next_invoice_sequence"
)


def _customer(world: World, doc: Doc, given: Doc) -> Doc:
    put(doc, given, "description", "email", "name", "phone", "preferred_locales", "shipping")
    put(doc, given, "balance", "invoice_prefix", "next_invoice_sequence", "tax_exempt")
    doc["tax_exempt"] = doc["tax_exempt"] or "none"
    if "address" in given:
        doc["address"] = shapes.address(given["address"])
    if "metadata" in given:
        doc["metadata"] = invoices.merged(doc["metadata"], given["metadata"])
    settings = given.get("invoice_settings") or {}
    put(doc["invoice_settings"], settings, "custom_fields", "footer", "rendering_options")
    name = settings.get("default_payment_method")
    if name:
        param = "invoice_settings[default_payment_method]"
        doc["invoice_settings"]["default_payment_method"] = cards.kept_by(world, doc, name, param)[
            "id"
        ]
    return doc


@route(
    "POST", "customers", "CustomerCreateParams", CUSTOMER + " payment_method tax_id_data test_clock"
)
def create_customer(world: World, given: Doc) -> Doc:
    clock = given.get("test_clock")
    if clock:
        world.follow(
            {"test_clock": world.named("test_helpers.test_clock", clock, "test_clock")["id"]}
        )
    doc = world.save(shapes.customer(world.now()) | {"test_clock": clock})
    if "payment_method" in given:
        method = cards.attach(world, given["payment_method"], doc)
        settings = given.setdefault("invoice_settings", {})
        if settings.get("default_payment_method") == given["payment_method"]:
            settings["default_payment_method"] = method["id"]
    _customer(world, doc, given)
    world.save(doc, "customer.created")
    for one in given.get("tax_id_data") or []:
        _tax_id(world, doc, one)
    return doc


@route("POST", "customers/{}", "CustomerUpdateParams", CUSTOMER)
def update_customer(world: World, given: Doc, name: str) -> Doc:
    doc = world.follow(world.need("customer", name))
    return world.save(_customer(world, doc, given), "customer.updated")


@route("GET", "customers/{}")
def get_customer(world: World, given: Doc, name: str) -> Doc:
    gone = world.store.get("customer", name)
    if gone is not None and gone.get("deleted"):
        return {"id": name, "object": "customer", "deleted": True}
    return world.need("customer", name)


@route("DELETE", "customers/{}")
def delete_customer(world: World, given: Doc, name: str) -> Doc:
    doc = world.follow(world.need("customer", name))
    for sub in world.store.find("subscription", customer=name):
        if sub["status"] not in {"canceled", "incomplete_expired"}:
            collection.end(world, sub, "cancellation_requested")
    doc["deleted"] = True
    world.save(doc, "customer.deleted")
    return {"id": name, "object": "customer", "deleted": True}


lister("customer", "customers", "CustomerListParams", email="email", test_clock="test_clock")


def _tax_id(world: World, customer: Doc, given: Doc) -> Doc:
    made = shapes.new("txi", world.now(), {"type": given["type"], "value": given["value"]})
    made |= {
        "country": given["type"][:2].upper(),
        "customer": customer["id"],
        "customer_account": None,
        "owner": {"type": "customer", "customer": customer["id"]},
        "verification": {
            "status": "unavailable",
            **shapes.nothing("verified_address", "verified_name"),
        },
    }
    return world.save(made, "customer.tax_id.created")


@route("POST", "customers/{}/tax_ids", "CustomerTaxIdCreateParams", "type value")
def create_tax_id(world: World, given: Doc, name: str) -> Doc:
    return _tax_id(world, world.follow(world.need("customer", name)), given)


@route(
    "GET", "customers/{}/tax_ids", "CustomerTaxIdListParams", "limit starting_after ending_before"
)
def list_tax_ids(world: World, given: Doc, name: str) -> Doc:
    world.need("customer", name)
    found = world.store.find("tax_id", customer=name)
    return page(world, f"/v1/customers/{name}/tax_ids", found, given)


@route("GET", "customers/{}/tax_ids/{}")
def get_tax_id(world: World, given: Doc, customer: str, name: str) -> Doc:
    return world.need("tax_id", name)


@route("DELETE", "customers/{}/tax_ids/{}")
def delete_tax_id(world: World, given: Doc, customer: str, name: str) -> Doc:
    doc = world.need("tax_id", name)
    world.tell("customer.tax_id.deleted", doc)
    world.store.delete(name)
    return {"id": name, "object": "tax_id", "deleted": True}


@route(
    "POST",
    "customers/{}/balance_transactions",
    "CustomerBalanceTransactionCreateParams",
    "amount currency description metadata",
)
def create_balance_transaction(world: World, given: Doc, name: str) -> Doc:
    customer = world.follow(world.need("customer", name))
    made = invoices.move_balance(world, customer, given["amount"], "adjustment", None)
    put(made, given, "description", "metadata")
    return world.save(made)


@route(
    "GET",
    "customers/{}/balance_transactions",
    "CustomerBalanceTransactionListParams",
    "limit starting_after ending_before",
)
def list_balance_transactions(world: World, given: Doc, name: str) -> Doc:
    found = world.store.find("customer_balance_transaction", customer=name)
    return page(world, f"/v1/customers/{name}/balance_transactions", found, given)


# --- catalogue ----------------------------------------------------------------------------------

PRODUCT = "active description metadata name statement_descriptor unit_label url tax_code"


def _product(doc: Doc, given: Doc) -> Doc:
    put(doc, given, "active", "description", "name", "statement_descriptor", "unit_label", "url")
    put(doc, given, "tax_code", "default_price")
    if "metadata" in given:
        doc["metadata"] = invoices.merged(doc["metadata"], given["metadata"])
    return doc


@route("POST", "products", "ProductCreateParams", PRODUCT + " id type")
def create_product(world: World, given: Doc) -> Doc:
    doc = shapes.new(
        "prod",
        world.now(),
        shapes.nothing(
            "default_price", "description", "package_dimensions", "shippable",
            "statement_descriptor", "tax_code", "tax_details", "unit_label", "url",
        ),
    )  # fmt: skip
    doc |= {
        "id": given.get("id", doc["id"]),
        "active": True,
        "images": [],
        "marketing_features": [],
        "metadata": {},
        "type": given.get("type", "service"),
        "updated": world.now(),
    }
    if world.store.any(doc["id"]) is not None:
        raise Problem("Product already exists.", code="resource_already_exists", param="id")
    return world.save(_product(doc, given), "product.created")


@route("POST", "products/{}", "ProductUpdateParams", PRODUCT + " default_price")
def update_product(world: World, given: Doc, name: str) -> Doc:
    if given.get("default_price"):
        world.named("price", given["default_price"], "default_price")
    doc = _product(world.need("product", name), given)
    return world.save(doc | {"updated": world.now()}, "product.updated")


getter("product", "products")
lister("product", "products", "ProductListParams", active="active", type="type")


@route(
    "POST",
    "prices",
    "PriceCreateParams",
    "active billing_scheme currency lookup_key metadata nickname product recurring tax_behavior"
    " transfer_lookup_key unit_amount unit_amount_decimal",
)
def create_price(world: World, given: Doc) -> Doc:
    if "product" not in given:
        raise needed("product")
    world.named("product", given["product"], "product")
    if given.get("billing_scheme", "per_unit") != "per_unit":
        raise not_modelled("billing_scheme=tiered")
    if "unit_amount" not in given:
        raise needed("unit_amount")
    amount = given["unit_amount"]
    if amount < 0:
        raise Problem("Invalid non-negative integer", param="unit_amount")
    if amount > rules.MOST:
        raise Problem(
            "unit_amount must be no more than 999999999999.",
            code="amount_too_large",
            param="unit_amount",
        )
    recurring = given.get("recurring")
    if recurring is not None:
        if recurring.get("usage_type", "licensed") != "licensed" or "meter" in recurring:
            raise not_modelled("recurring[usage_type]=metered")
        recurring = {
            "interval": recurring["interval"],
            "interval_count": recurring.get("interval_count", 1),
            **shapes.nothing("meter", "trial_period_days"),
            "usage_type": "licensed",
        }
    doc = shapes.new(
        "price",
        world.now(),
        {
            "active": given.get("active", True),
            "billing_scheme": "per_unit",
            "currency": given["currency"].lower(),
            "custom_unit_amount": None,
            "lookup_key": None,
            "metadata": given.get("metadata") or {},
            "nickname": given.get("nickname"),
            "product": given["product"],
            "recurring": recurring,
            "tax_behavior": given.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "recurring" if recurring else "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        },
    )
    _lookup_key(world, doc, given)
    return world.save(doc, "price.created")


def _lookup_key(world: World, doc: Doc, given: Doc) -> None:
    if "lookup_key" not in given:
        return
    key = given["lookup_key"] or None
    for other in world.store.find("price", lookup_key=key) if key else []:
        if other["id"] == doc["id"]:
            continue
        if not given.get("transfer_lookup_key"):
            raise Problem(
                f"A price (`{other['id']}`) already uses that lookup key.", param="lookup_key"
            )
        other["lookup_key"] = None
        world.save(other, "price.updated")
    doc["lookup_key"] = key


@route(
    "POST",
    "prices/{}",
    "PriceUpdateParams",
    "active lookup_key metadata nickname tax_behavior transfer_lookup_key",
)
def update_price(world: World, given: Doc, name: str) -> Doc:
    doc = world.need("price", name)
    put(doc, given, "active", "nickname", "tax_behavior")
    if "metadata" in given:
        doc["metadata"] = invoices.merged(doc["metadata"], given["metadata"])
    _lookup_key(world, doc, given)
    return world.save(doc, "price.updated")


@route(
    "GET",
    "prices",
    "PriceListParams",
    "active currency product type lookup_keys recurring limit starting_after ending_before",
)
def list_prices(world: World, given: Doc) -> Doc:
    names = ("active", "currency", "product", "type")
    equal: Doc = {name: given[name] for name in names if name in given}
    if "interval" in given.get("recurring", {}):
        equal["recurring__interval"] = given["recurring"]["interval"]
    found = world.store.find("price", **equal)
    if "lookup_keys" in given:
        found = [one for one in found if one["lookup_key"] in given["lookup_keys"]]
    return page(world, "/v1/prices", found, given)


getter("price", "prices")

TAX = "active country description display_name jurisdiction metadata state tax_type"


@route("POST", "tax_rates", "TaxRateCreateParams", TAX + " inclusive percentage")
def create_tax_rate(world: World, given: Doc) -> Doc:
    doc = shapes.new(
        "txr",
        world.now(),
        shapes.nothing(
            "country", "description", "effective_percentage", "flat_amount", "jurisdiction",
            "jurisdiction_level", "state", "tax_type",
        ),
    )  # fmt: skip
    doc |= {"active": True, "metadata": {}, "rate_type": "percentage"}
    return world.save(doc | given, "tax_rate.created")


@route("POST", "tax_rates/{}", "TaxRateUpdateParams", TAX)
def update_tax_rate(world: World, given: Doc, name: str) -> Doc:
    doc = world.need("tax_rate", name)
    if "metadata" in given:
        given["metadata"] = invoices.merged(doc["metadata"], given["metadata"])
    return world.save(doc | given, "tax_rate.updated")


getter("tax_rate", "tax_rates")
lister("tax_rate", "tax_rates", "TaxRateListParams", active="active", inclusive="inclusive")
