"""The price page: every plan with its prices and limits, without Stripe."""

from django.test import Client

from billing import plans
from kernel.rupiah import format_rupiah


def test_every_price_and_limit_is_public(public_client: Client) -> None:
    answer = public_client.get("/harga/")
    assert answer.status_code == 200
    text = answer.content.decode()
    for plan in plans.plans():
        assert plan.name in text
        for rupiah in (plan.monthly, plan.yearly, plan.monthly_with_tax, plan.yearly_with_tax):
            assert format_rupiah(rupiah) in text
        for limit in (plan.limits.letters, plan.limits.seats, plan.limits.messages):
            assert f"{limit:,}".replace(",", ".") in text


def test_the_landing_page_leads_to_the_prices(public_client: Client) -> None:
    assert 'href="/harga/"' in public_client.get("/").content.decode()
