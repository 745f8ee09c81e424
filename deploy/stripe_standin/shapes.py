"""Newborn objects, with every field today's API shows. Names beginning with ``_`` stay inside."""

import secrets
import string
from typing import Any

from deploy.stripe_standin.problems import Doc

LETTERS = string.ascii_letters + string.digits
PREFIXES = {
    "cus": "customer", "prod": "product", "price": "price", "txr": "tax_rate", "txi": "tax_id",
    "pm": "payment_method", "seti": "setup_intent", "pi": "payment_intent", "ch": "charge",
    "re": "refund", "sub": "subscription", "si": "subscription_item", "in": "invoice",
    "ii": "invoiceitem", "inpay": "invoice_payment", "evt": "event", "we": "webhook_endpoint",
    "cs": "checkout.session", "bps": "billing_portal.session",
    "bpc": "billing_portal.configuration", "clock": "test_helpers.test_clock",
    "cbtxn": "customer_balance_transaction",
}  # fmt: skip


def new_id(prefix: str) -> str:
    return f"{prefix}_{''.join(secrets.choice(LETTERS) for _ in range(24))}"


def kind_of(name: str) -> str | None:
    return PREFIXES.get(name.split("_", 1)[0]) if "_" in name else None


def new(prefix: str, created: int, fields: Doc, more: Doc | None = None) -> Doc:
    doc: Doc = {"id": new_id(prefix), "object": PREFIXES[prefix], "created": created}
    doc["livemode"] = False
    return doc | fields | (more or {})


def nothing(*names: str) -> Doc:
    return dict.fromkeys(names)


def list_of(url: str, data: list[Doc], has_more: bool = False) -> Doc:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def address(given: Any) -> Doc | None:
    if not given:
        return None
    names = ("city", "country", "line1", "line2", "postal_code", "state")
    return {name: given.get(name) or None for name in names}


def customer(created: int) -> Doc:
    doc = new(
        "cus",
        created,
        nothing(
            "address", "currency", "default_source", "description", "discount", "email", "name",
            "phone", "shipping", "test_clock",
        ),
    )  # fmt: skip
    return doc | {
        "balance": 0,
        "delinquent": False,
        "invoice_prefix": "".join(secrets.choice(string.ascii_uppercase) for _ in range(8)),
        "invoice_settings": {
            **nothing("custom_fields", "default_payment_method", "footer", "rendering_options")
        },
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    }


def plan_of(price: Doc) -> Doc:
    """The same price the way old clients know it."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        **nothing("meter", "tiers_mode", "transform_usage", "trial_period_days"),
        "usage_type": "licensed",
        **{
            name: price[name]
            for name in (
                "billing_scheme", "created", "currency", "livemode", "metadata", "nickname",
                "product",
            )
        },
    }  # fmt: skip


def subscription(created: int, customer: Doc) -> Doc:
    doc = new(
        "sub",
        created,
        nothing(
            "application", "application_fee_percent", "billing_cycle_anchor_config",
            "billing_thresholds", "cancel_at", "canceled_at", "customer_account", "days_until_due",
            "default_payment_method", "default_source", "description", "ended_at",
            "latest_invoice", "managed_payments", "next_pending_invoice_item_invoice",
            "on_behalf_of", "pause_collection", "pending_invoice_item_interval",
            "pending_setup_intent", "pending_update", "schedule", "status_details",
            "transfer_data", "trial_end", "trial_start",
        ),
    )  # fmt: skip
    return doc | {
        "automatic_tax": {"enabled": False, "liability": None, "disabled_reason": None},
        "billing_cycle_anchor": created,
        "billing_mode": {
            "type": "flexible",
            "flexible": {"proration_discounts": "included"},
            "updated_at": None,
        },
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": nothing("comment", "feedback", "reason"),
        "collection_method": "charge_automatically",
        "currency": "idr",
        "customer": customer["id"],
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {
            **nothing("account_tax_ids", "custom_fields", "description", "footer"),
            "issuer": {"type": "self"},
        },
        "items": list_of(f"/v1/subscription_items?subscription={doc['id']}", []),
        "metadata": {},
        "payment_settings": {
            **nothing("payment_method_options", "payment_method_types"),
            "save_default_payment_method": "off",
        },
        "start_date": created,
        "status": "active",
        "test_clock": customer["test_clock"],
        "trial_settings": {
            "end_behavior": {
                "billing_cycle_anchor": None,
                "missing_payment_method": "create_invoice",
            }
        },
    }


def subscription_item(created: int, sub: str, price: Doc, quantity: int) -> Doc:
    return {
        "id": new_id("si"),
        "object": "subscription_item",
        "billed_until": None,
        "billing_thresholds": None,
        "created": created,
        "current_period_end": created,
        "current_period_start": created,
        "current_trial": None,
        "discounts": [],
        "metadata": {},
        "plan": plan_of(price),
        "price": price,
        "quantity": quantity,
        "subscription": sub,
        "tax_rates": [],
    }


def invoice(created: int, customer: Doc) -> Doc:
    doc = new(
        "in",
        created,
        nothing(
            "account_name", "account_tax_ids", "amount_paid_off_stripe", "application",
            "automatically_finalizes_at", "confirmation_secret", "custom_fields",
            "customer_account", "customer_shipping", "default_payment_method", "default_source",
            "description", "due_date", "effective_at", "ending_balance", "footer", "from_invoice",
            "hosted_invoice_url", "invoice_pdf", "last_finalization_error", "latest_revision",
            "next_payment_attempt", "number", "on_behalf_of", "parent", "receipt_number",
            "rendering", "shipping_cost", "shipping_details", "statement_descriptor",
            "status_details", "threshold_reason", "webhooks_delivered_at",
        ),
    )  # fmt: skip
    zeros = (
        "amount_due", "amount_overpaid", "amount_paid", "amount_remaining", "amount_shipping",
        "attempt_count", "post_payment_credit_notes_amount", "pre_payment_credit_notes_amount",
        "starting_balance", "subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax",
    )  # fmt: skip
    return (
        doc
        | dict.fromkeys(zeros, 0)
        | {
            "account_country": "ID",
            "attempted": False,
            "auto_advance": False,
            "automatic_tax": {
                "enabled": False,
                **nothing("disabled_reason", "liability", "provider", "status"),
            },
            "billing_reason": "manual",
            "collection_method": "charge_automatically",
            "currency": "idr",
            "customer": customer["id"],
            "customer_address": customer["address"],
            "customer_email": customer["email"],
            "customer_name": customer["name"],
            "customer_phone": customer["phone"],
            "customer_tax_exempt": customer["tax_exempt"],
            "customer_tax_ids": [],
            "default_tax_rates": [],
            "discounts": [],
            "issuer": {"type": "self"},
            "lines": list_of(f"/v1/invoices/{doc['id']}/lines", []),
            "metadata": {},
            "payment_settings": nothing(
                "default_mandate", "payment_method_options", "payment_method_types"
            ),
            "period_end": created,
            "period_start": created,
            "starting_balance": customer["balance"],
            "status": "draft",
            "status_transitions": nothing(
                "finalized_at", "marked_uncollectible_at", "paid_at", "voided_at"
            ),
            "test_clock": customer["test_clock"],
            "total_discount_amounts": [],
            "total_pretax_credit_amounts": [],
            "total_taxes": [],
        }
    )


def payment_intent(created: int, customer: str | None, amount: int, currency: str) -> Doc:
    doc = new(
        "pi",
        created,
        nothing(
            "allowed_payment_method_types", "amount_details", "application",
            "application_fee_amount", "automatic_payment_methods", "canceled_at",
            "cancellation_reason", "customer_account", "description",
            "excluded_payment_method_types", "hooks", "last_payment_error", "latest_charge",
            "managed_payments", "next_action", "on_behalf_of", "payment_details",
            "payment_method", "payment_method_configuration_details", "payment_record",
            "processing", "receipt_email", "review", "setup_future_usage", "shipping", "source",
            "statement_descriptor", "statement_descriptor_suffix", "transfer_data",
            "transfer_group",
        ),
    )  # fmt: skip
    return doc | {
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": "automatic",
        "client_secret": f"{doc['id']}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "currency": currency,
        "customer": customer,
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }


def setup_intent(created: int) -> Doc:
    doc = new(
        "seti",
        created,
        nothing(
            "allowed_payment_method_types", "application", "attach_to_self",
            "automatic_payment_methods", "cancellation_reason", "customer", "customer_account",
            "description", "excluded_payment_method_types", "flow_directions", "last_setup_error",
            "latest_attempt", "managed_payments", "mandate", "next_action", "on_behalf_of",
            "payment_method", "payment_method_configuration_details", "single_use_mandate",
        ),
    )  # fmt: skip
    return doc | {
        "client_secret": f"{doc['id']}_secret_{secrets.token_hex(12)}",
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
    }


def charge(created: int, intent: Doc, method: Doc) -> Doc:
    doc = new(
        "ch",
        created,
        nothing(
            "application", "application_fee", "application_fee_amount", "authorization_code",
            "balance_transaction", "calculated_statement_descriptor", "description",
            "failure_balance_transaction", "failure_code", "failure_message", "level3",
            "on_behalf_of", "outcome", "radar_options", "receipt_email", "receipt_number",
            "receipt_url", "review", "shipping", "source", "source_transfer",
            "statement_descriptor", "statement_descriptor_suffix", "transfer_data",
            "transfer_group",
        ),
    )  # fmt: skip
    return doc | {
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "captured": False,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "disputed": False,
        "fraud_details": {},
        "metadata": {},
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": "card", "card": dict(method["card"])},
        "refunded": False,
        "status": "failed",
    }


def checkout_session(created: int) -> Doc:
    doc = new(
        "cs",
        created,
        nothing(
            "adaptive_pricing", "after_expiration", "allow_promotion_codes", "amount_subtotal",
            "amount_total", "billing_address_collection", "cancel_url", "client_reference_id",
            "client_secret", "collected_information", "consent", "consent_collection", "currency",
            "currency_conversion", "customer", "customer_account", "customer_creation",
            "customer_details", "customer_email", "discounts", "integration_identifier", "invoice",
            "invoice_creation", "locale", "managed_payments", "mode", "origin_context",
            "payment_intent", "payment_link", "payment_method_configuration_details",
            "permissions", "phone_number_collection", "recovered_from",
            "saved_payment_method_options", "setup_intent", "shipping_address_collection",
            "shipping_cost", "submit_type", "subscription", "success_url", "total_details", "url",
            "wallet_options",
        ),
    )  # fmt: skip
    doc["id"] = doc["id"].replace("cs_", "cs_test_", 1)
    return doc | {
        "automatic_tax": {"enabled": False, **nothing("liability", "provider", "status")},
        "custom_fields": [],
        "custom_text": nothing(
            "after_submit", "shipping_address", "submit", "terms_of_service_acceptance"
        ),
        "expires_at": created + 86_400,
        "metadata": {},
        "payment_method_collection": "always",
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "ui_mode": "hosted_page",
    }
