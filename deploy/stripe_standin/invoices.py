"""Invoices until they are final: lines, taxes, totals, pending items."""

from typing import Any

from deploy.stripe_standin import rules, shapes
from deploy.stripe_standin.problems import Doc, Problem
from deploy.stripe_standin.world import World

COLLECTION = ("charge_automatically", "send_invoice")


def rates(world: World, names: Any, param: str) -> list[Doc]:
    return [world.shown(world.named("tax_rate", name, param)) for name in names or []]


def merged(old: Doc, new: Any) -> Doc:
    """Metadata: an empty value takes the key away, an empty string all of them."""
    if new == "":
        return {}
    both = {**old, **(new or {})}
    return {key: value for key, value in both.items() if value != ""}


def line(
    sub: Doc | None,
    item: Doc | None,
    *,
    amount: int,
    description: str,
    period: tuple[int, int],
    pending: Doc | None = None,
) -> Doc:
    """One line of a subscription's item, or of a pending invoice item."""
    source = pending or item or {}
    price = item["price"] if item else None
    if pending and item is None and pending.get("pricing"):
        pricing: Doc | None = pending["pricing"]
    elif price:
        pricing = {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        }
    else:
        pricing = None
    proration = bool(pending and pending["proration"])
    if item and sub:
        parent: Doc = {
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": pending["id"] if pending else None,
                "proration": proration,
                "proration_details": {"credited_items": pending["_credited"]} if pending else None,
                "subscription": sub["id"],
                "subscription_item": item["id"],
            },
        }
    else:
        parent = {
            "type": "invoice_item_details",
            "subscription_item_details": None,
            "invoice_item_details": {
                "invoice_item": source["id"],
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": sub["id"] if sub else None,
            },
        }
    return {
        "id": shapes.new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": source.get("currency") or (sub or {}).get("currency") or "idr",
        "description": description,
        "discount_amounts": [],
        "discountable": not proration,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(source.get("metadata") or (sub or {}).get("metadata") or {}),
        "parent": parent,
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": pricing,
        "quantity": source.get("quantity", 1),
        "quantity_decimal": str(source.get("quantity", 1)),
        "subscription": sub["id"] if sub else None,
        "subtotal": amount,
        "taxes": [],
        "_rates": list(source.get("tax_rates") or []),
    }


def amount_of(item: Doc) -> int:
    return int(item["price"]["unit_amount"]) * int(item["quantity"])


def title(world: World, item: Doc) -> str:
    product = world.store.get("product", item["price"]["product"])
    return str(product["name"]) if product else "?"


def period_line(world: World, sub: Doc, item: Doc, start: int, end: int, *, trial: bool) -> Doc:
    """What one period of an item costs; a trial costs nothing."""
    name = title(world, item)
    price = item["price"]
    text = (
        f"Trial period for {name}"
        if trial
        else (
            f"{item['quantity']} × {name} (at Rp {price['unit_amount'] / 100:,.2f}"
            f" / {price['recurring']['interval']})"
        )
    )
    return line(
        sub,
        item,
        amount=0 if trial else amount_of(item),
        description=text,
        period=(start, end),
    )


def pending_items(world: World, customer: str, sub: str | None) -> list[Doc]:
    """What waits for the customer's next invoice (``sub``: of that subscription only)."""
    waiting = world.store.find("invoiceitem", customer=customer, invoice=None)
    of_sub = [one for one in waiting if one["_subscription"] in {None, sub}]
    return list(reversed(of_sub if sub else [one for one in waiting if not one["_subscription"]]))


def pending_lines(world: World, items: list[Doc], sub: Doc | None) -> list[Doc]:
    lines = []
    for one in items:
        item = one.get("_item")
        made = line(
            sub if item else (world.store.get("subscription", one["_subscription"] or "")),
            item,
            amount=one["amount"],
            description=one["description"] or "",
            period=(one["period"]["start"], one["period"]["end"]),
            pending=one,
        )
        made["_pending"] = one["id"]
        lines.append(made)
    return lines


def draft(
    world: World, customer: Doc, lines: list[Doc], *, sub: Doc | None, reason: str, **more: Any
) -> Doc:
    """A new draft with these lines; pending items on it are taken."""
    now = world.now()
    made = shapes.invoice(now, customer)
    settings = customer["invoice_settings"]
    made |= {
        "billing_reason": reason,
        "custom_fields": settings["custom_fields"],
        "footer": settings["footer"],
        "customer_tax_ids": [
            {"type": one["type"], "value": one["value"]}
            for one in reversed(world.store.find("tax_id", customer=customer["id"]))
        ],
    }
    if sub is not None:
        own = sub["invoice_settings"]
        made |= {
            "collection_method": sub["collection_method"],
            "currency": sub["currency"],
            "custom_fields": own["custom_fields"] or made["custom_fields"],
            "default_payment_method": None,
            "default_tax_rates": sub["default_tax_rates"],
            "description": own["description"] or sub["description"],
            "footer": own["footer"] or made["footer"],
            "parent": {
                "type": "subscription_details",
                "quote_details": None,
                "subscription_details": {
                    "metadata": dict(sub["metadata"]),
                    "subscription": sub["id"],
                },
            },
            "_days_until_due": sub["days_until_due"],
        }
        if sub["collection_method"] == "send_invoice":
            made["due_date"] = now + (sub["days_until_due"] or 30) * rules.DAY
    made |= more
    made["lines"]["data"] = lines
    for one in lines:
        one["invoice"] = made["id"]
        taken = world.store.get("invoiceitem", one.pop("_pending", ""))
        if taken is not None:
            taken["invoice"] = made["id"]
            world.save(taken)
    total_up(made)
    if sub is not None:
        sub["latest_invoice"] = made["id"]
        world.save(sub)
    return world.save(made, "invoice.created")


def total_up(invoice: Doc) -> None:
    """Taxes of every line and all sums. Raises Problem beyond twelve digits."""
    exempt = invoice["customer_tax_exempt"] in {"exempt", "reverse"}
    summed: dict[str, Doc] = {}
    exclusive = inclusive = 0
    for one in invoice["lines"]["data"]:
        one["taxes"] = []
        for rate in one["_rates"] or invoice["default_tax_rates"]:
            tax = rules.tax_of(one["amount"], rate["percentage"], inclusive=rate["inclusive"])
            tax = 0 if exempt else tax
            entry = {
                "amount": tax,
                "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
                "tax_rate_details": {"tax_rate": rate["id"]},
                "taxability_reason": "customer_exempt" if exempt else "standard_rated",
                "taxable_amount": one["amount"] - (tax if rate["inclusive"] else 0),
                "type": "tax_rate_details",
            }
            one["taxes"].append(entry)
            if rate["inclusive"]:
                inclusive += tax
            else:
                exclusive += tax
            if rate["id"] in summed:
                summed[rate["id"]]["amount"] += tax
                summed[rate["id"]]["taxable_amount"] += entry["taxable_amount"]
            else:
                summed[rate["id"]] = dict(entry)
    subtotal = sum(one["amount"] for one in invoice["lines"]["data"])
    total = subtotal + exclusive
    if abs(total) > rules.MOST:
        raise Problem("Amount must be no more than Rp 9,999,999,999.99", code="amount_too_large")
    due = max(0, total + invoice["starting_balance"])
    invoice |= {
        "amount_due": due,
        "amount_remaining": due,
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - inclusive,
        "total": total,
        "total_excluding_tax": total - exclusive - inclusive,
        "total_taxes": list(summed.values()),
    }


def move_balance(world: World, customer: Doc, amount: int, kind: str, invoice: str | None) -> Doc:
    """Change what the customer owes (positive) or has to its credit (negative), in sen."""
    customer["balance"] += amount
    made = shapes.new(
        "cbtxn",
        world.now(),
        {
            "amount": amount,
            **shapes.nothing("checkout_session", "credit_note", "customer_account", "description"),
            "currency": "idr",
            "customer": customer["id"],
            "ending_balance": customer["balance"],
            "invoice": invoice,
            "metadata": {},
            "type": kind,
        },
    )
    world.save(made)
    world.save(customer, "customer.updated")
    return made


def invoice_item(
    world: World,
    customer: Doc,
    *,
    amount: int,
    description: str | None,
    period: tuple[int, int],
    sub: Doc | None = None,
    item: Doc | None = None,
    proration: bool = False,
    **more: Any,
) -> Doc:
    """Something that waits for the next invoice."""
    made = shapes.new("ii", world.now(), {})
    del made["created"]
    made |= {
        "amount": amount,
        "currency": "idr",
        "customer": customer["id"],
        "customer_account": None,
        "date": world.now(),
        "description": description,
        "discountable": not proration,
        "discounts": [],
        "invoice": None,
        "metadata": {},
        "net_amount": amount,
        "parent": {
            "type": "subscription_details",
            "subscription_details": {
                "subscription": sub["id"],
                "subscription_item": item["id"] if item else None,
            },
        }
        if sub
        else None,
        "period": {"start": period[0], "end": period[1]},
        "pricing": None,
        "proration": proration,
        "quantity": item["quantity"] if item else 1,
        "quantity_decimal": str(item["quantity"] if item else 1),
        "tax_rates": list(item["tax_rates"]) if item else [],
        "test_clock": customer["test_clock"],
        "_subscription": sub["id"] if sub else None,
        "_item": item,
        "_credited": None,
    } | more
    return world.save(made, "invoiceitem.created")


def open_for_change(invoice: Doc) -> Doc:
    if invoice["status"] != "draft":
        raise Problem("This invoice is no longer editable.", code="invoice_not_editable")
    return invoice
