"""What the stand-in refuses, in Stripe's words; and its arithmetic."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from deploy.stripe_standin import rules
from tests.billing.standin import KEY, ROOT, Standin


def refused(call: Any, *words: Any) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as found:
        call(*words)
    return found.value


def test_unknown_parameters_are_refused_at_every_depth(standin: Standin) -> None:
    customers, prices = standin.client.customers, standin.client.prices
    for wrong, param in [
        ({"nama": "x"}, "nama"),
        ({"address": {"kota": "x"}}, "address[kota]"),
        ({"invoice_settings": {"custom_fields": [{"name": "a", "value": "b", "x": "c"}]}},
         "invoice_settings[custom_fields][0][x]"),
    ]:  # fmt: skip
        error = refused(customers.create, wrong)
        assert (error.code, error.param) == ("parameter_unknown", param)
        assert error.http_status == 400
    error = refused(prices.create, {"unit_amount": 1, "product": "p"})
    assert (error.code, error.param) == ("parameter_missing", "currency")
    error = refused(standin.client.subscriptions.create, {"customer": "cus_x"})
    assert (error.code, error.param) == ("parameter_missing", "items")
    error = refused(customers.create, {"balance": "banyak"})
    assert error.code == "parameter_invalid_integer"
    error = refused(customers.create, {"tax_exempt": "sedikit"})
    assert "must be one of exempt, none, reverse" in str(error)
    # The library knows it, the stand-in does not: said, not ignored.
    error = refused(customers.create, {"shipping": "", "source": "src_x"})
    assert (error.code, error.param) == ("standin_not_modelled", "source")


def test_what_was_basil_is_no_longer_taken(standin: Standin) -> None:
    """The API of the pinned library, not of the tutorials."""
    error = refused(standin.client.subscriptions.update, "sub_x", {"billing_cycle_anchor": "now"})
    assert error.param == "billing_cycle_anchor"
    error = refused(standin.client.invoice_items.create, {"customer": "cus_x", "price": "p"})
    assert (error.code, error.param) == ("parameter_unknown", "price")
    error = refused(standin.client.checkout.sessions.create, {"mode": "setup", "ui_mode": "hosted"})
    assert error.param == "ui_mode"


def test_unknown_ids_keys_and_versions(standin: Standin) -> None:
    error = refused(standin.client.customers.retrieve, "cus_tidak_ada")
    assert (error.code, error.http_status) == ("resource_missing", 404)
    error = refused(standin.client.prices.create, {"product": "prod_x", "currency": "idr"})
    assert (error.code, error.http_status, error.param) == ("resource_missing", 400, "product")
    address: Any = {"api": standin.base}
    with pytest.raises(stripe.AuthenticationError):
        stripe.StripeClient("sk_test_lain", base_addresses=address).v1.customers.list()
    old = stripe.StripeClient(KEY, base_addresses=address, stripe_version="2017-01-27")
    assert "speaks" in str(refused(old.v1.customers.list))


def test_the_same_key_does_the_same_thing_once(standin: Standin) -> None:
    customers = standin.client.customers
    options: Any = {"idempotency_key": "kunci-1"}
    first = customers.create({"name": "Kota"}, options)
    assert customers.create({"name": "Kota"}, options).id == first.id
    with pytest.raises(stripe.IdempotencyError) as found:
        customers.create({"name": "Lain"}, options)
    assert found.value.http_status == 400
    # What was refused before it began may be put right under the same key.
    options = {"idempotency_key": "kunci-2"}
    refused(customers.create, {"nama": "Kota"}, options)
    assert customers.create({"name": "Kota"}, options).name == "Kota"


def test_lists_have_pages(standin: Standin) -> None:
    customers = standin.client.customers
    made = [customers.create({"email": "banyak@example"}).id for _ in range(5)][::-1]
    page = customers.list({"email": "banyak@example", "limit": 2})
    assert ([one.id for one in page.data], page.has_more) == (made[:2], True)
    page = customers.list({"email": "banyak@example", "limit": 3, "starting_after": made[1]})
    assert ([one.id for one in page.data], page.has_more) == (made[2:], False)
    page = customers.list({"email": "banyak@example", "limit": 2, "ending_before": made[4]})
    assert [one.id for one in page.data] == made[2:4]
    every = customers.list({"email": "banyak@example", "limit": 2}).auto_paging_iter()
    assert [one.id for one in every] == made


def test_expansion(standin: Standin) -> None:
    api = standin.client
    product = api.products.create({"name": "Madya"})
    price = api.prices.create({"product": product.id, "currency": "idr", "unit_amount": 100})
    found = api.prices.retrieve(price.id, {"expand": ["product"]})
    assert isinstance(found.product, stripe.Product)
    page = api.prices.list({"product": product.id, "expand": ["data.product"]})
    assert page.data[0].product.name == "Madya"  # type: ignore[union-attr]
    assert "cannot be expanded" in str(
        refused(api.prices.retrieve, price.id, {"expand": ["unit_amount"]})
    )
    assert "cannot be expanded" in str(refused(api.prices.retrieve, price.id, {"expand": ["kota"]}))


def test_lookup_keys_move_only_when_asked(standin: Standin) -> None:
    api = standin.client
    product = api.products.create({"name": "Madya"}).id
    make: Any = {"product": product, "currency": "idr", "unit_amount": 1, "lookup_key": "madya"}
    first = api.prices.create(make)
    refused(api.prices.create, make)
    second = api.prices.create({**make, "transfer_lookup_key": True})
    assert api.prices.retrieve(first.id).lookup_key is None
    assert [one.id for one in api.prices.list({"lookup_keys": ["madya"]})] == [second.id]


def test_more_than_twelve_digits_are_refused(standin: Standin) -> None:
    product = standin.client.products.create({"name": "Madya"}).id
    make: Any = {"product": product, "currency": "idr", "unit_amount": 1_000_000_000_000}
    assert refused(standin.client.prices.create, make).code == "amount_too_large"
    make["unit_amount"] -= 1
    assert standin.client.prices.create(make).unit_amount == 999_999_999_999


def test_objects_have_no_field_the_library_does_not_know(standin: Standin) -> None:
    """Its typed classes are the list of what an object of today's API shows."""
    api = standin.client
    customer = api.customers.create(
        {
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
            "tax_id_data": [{"type": "id_npwp", "value": "1"}],
        }
    )
    product = api.products.create({"name": "Madya"})
    price = api.prices.create(
        {
            "product": product.id,
            "currency": "idr",
            "unit_amount": 1000,
            "recurring": {"interval": "month"},
        }
    )
    rate = api.tax_rates.create({"display_name": "PPN", "inclusive": True, "percentage": 11})
    sub = api.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price.id, "tax_rates": [rate.id]}],
            "expand": ["latest_invoice.payments.data.payment.payment_intent"],
        }
    )
    session = api.checkout.sessions.create(
        {
            "mode": "setup",
            "currency": "idr",
            "customer": customer.id,
            "success_url": "https://x.example",
            "expand": ["setup_intent"],
        }
    )
    charge = api.charges.list({"customer": customer.id}).data[0]
    every = [
        customer, product, price, rate, sub, session, charge,
        api.billing_portal.sessions.create({"customer": customer.id, "expand": ["configuration"]}),
        api.refunds.create({"charge": charge.id}),
        api.customers.tax_ids.list(customer.id).data[0],
        api.payment_methods.list({"customer": customer.id}).data[0],
        api.events.list().data[0],
        api.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["*"]}),
        api.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000}),
        api.customers.balance_transactions.create(customer.id, {"amount": -5, "currency": "idr"}),
        api.invoice_items.create({"customer": customer.id, "amount": 5, "currency": "idr"}),
    ]  # fmt: skip
    unknown: list[str] = []
    seen: set[str] = set()

    def check(value: Any, where: str) -> None:
        if isinstance(value, list):
            for one in value:
                check(one, where)
        elif isinstance(value, stripe.StripeObject):
            kind = type(value)
            known = {name for base in kind.__mro__ for name in getattr(base, "__annotations__", {})}
            if "object" in value:
                seen.add(str(value["object"]))
            for name in value._data:
                if "id" in value and kind is not stripe.StripeObject and name not in known:
                    unknown.append(f"{where}.{name}")
                check(value._data[name], f"{where}.{name}")

    for one in every:
        check(one, one["object"])
    assert unknown == []
    assert {"invoice", "line_item", "invoice_payment", "payment_intent", "charge"} <= seen


def test_it_lives_in_embedded_and_test_mode_alone(tmp_path: Any) -> None:
    production = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "BALAI_MODE": "production",
        "BALAI_SECRET_KEY": "x",
        "BALAI_MASTER_KEY": "x",
        "STRIPE_API_KEY": "sk_live_x",
    }
    command = [sys.executable, "-m", "deploy.stripe_standin", "--port", "1", "--state"]
    command.append(str(tmp_path / "state"))

    def run(**more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=production | more, cwd=ROOT, capture_output=True, text=True, timeout=60
        )

    done = run()
    assert done.returncode == 1 and "hanya untuk pemasangan embedded" in done.stderr
    done = run(STRIPE_API_KEY="sk_test_standin_x")  # its key is no key for production either
    assert done.returncode != 0 and "STRIPE_API_KEY" in done.stderr
    done = run(BALAI_MODE="embedded")
    assert done.returncode == 1 and "sk_test_standin" in done.stderr


def test_pages_of_other_sites_press_no_buttons(standin: Standin) -> None:
    for headers in ({"Origin": "https://jahat.example"}, {"Host": "jahat.example"}):
        asked = urllib.request.Request(standin.base + "/maju", data=b"hari=1", headers=headers)
        with pytest.raises(urllib.error.HTTPError) as found:
            urllib.request.urlopen(asked)
        assert found.value.code == 403


# --- arithmetic ---------------------------------------------------------------------------------

AMOUNTS = st.integers(0, rules.MOST)
SECONDS = st.integers(1, 366 * rules.DAY)


@given(AMOUNTS, SECONDS, st.data())
def test_two_parts_of_a_period_cost_the_whole(amount: int, whole: int, data: Any) -> None:
    part = data.draw(st.integers(0, whole))
    parts = rules.prorated(amount, part, whole) + rules.prorated(amount, whole - part, whole)
    assert abs(parts - amount) <= 1
    assert rules.prorated(-amount, part, whole) == -rules.prorated(amount, part, whole)


@given(st.integers(0, 4_000_000_000), st.sampled_from(["day", "week", "month", "year"]),
       st.integers(1, 6), st.integers(0, 400 * rules.DAY))  # fmt: skip
def test_the_next_boundary_is_the_first_one_after(
    anchor: int, interval: str, count: int, later: int
) -> None:
    after = anchor + later
    end = rules.next_boundary(anchor, interval, count, after)
    every = [rules.boundary(anchor, interval, count, number) for number in range(402)]
    assert end == next(one for one in every if one > after)


@pytest.mark.parametrize(
    ("amount", "inclusive", "tax"),
    [
        (150_000_000, False, 16_500_000),
        (166_500_000, True, 16_500_000),
        (50, False, 6),
        (0, True, 0),
    ],
)
def test_tax_rounds_half_up(amount: int, inclusive: bool, tax: int) -> None:
    assert rules.tax_of(amount, 11, inclusive=inclusive) == tax


def test_months_are_clamped_and_come_back() -> None:
    january = 1_801_353_600  # 31 January 2027
    ends = [rules.boundary(january, "month", 1, number) for number in range(3)]
    assert [(end - january) // rules.DAY for end in ends] == [0, 28, 59]
