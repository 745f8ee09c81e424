"""What a plan costs a city, for the pages where it chooses."""

from billing import gateway, plans, queries
from billing.plans import WORDS, Interval, Plan
from billing.queries import PlanOption
from billing.rules import PPN_PERCENT, PPN_WORDS, tax_of
from kernel.clock import now
from tenants.registry import regions
from tenants.registry.models import City


def priced(here: City, option: PlanOption, interval: Interval) -> dict[str, object]:
    price = option.plan.price(interval)
    villages = len(regions.villages(here.code))
    return {
        "villages": villages,
        "is_too_small": option.plan.is_too_small_for(villages),
        "is_recommended": option.plan == plans.fitting(villages),
        "option": option,
        "plan": option.plan,
        "price": price,
        "tax": tax_of(price),
        "total": price + tax_of(price),
    }


def about_plan(here: City, plan: Plan, interval: Interval) -> dict[str, object]:
    options = queries.plan_options(here, interval, now())
    option = next(one for one in options if one.plan.code == plan.code)
    return {
        **priced(here, option, interval),
        "interval": interval,
        "interval_words": WORDS[interval],
        "can_pay": gateway.is_configured(),
        "ppn": PPN_PERCENT,
        "ppn_words": PPN_WORDS,
    }
