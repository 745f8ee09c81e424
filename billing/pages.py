"""Pages about money on the platform's own host."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from billing import plans
from billing.rules import GRACE, PPN_PERCENT, PPN_WORDS, REMIND_AFTER
from tenants.registry.entitlements import TRIAL, TRIAL_DAYS
from ui.page import Audience, page


@page(Audience.ANYONE)
@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    """What is on offer, for whom, with every limit. Needs neither Stripe nor the database."""
    context = {
        "plans": plans.plans(),
        "trial": TRIAL,
        "trial_days": TRIAL_DAYS,
        "ppn": PPN_PERCENT,
        "ppn_words": PPN_WORDS,
        "reminders": gettext("%(days)s, dan %(last)s")
        % {"days": ", ".join(map(str, REMIND_AFTER[:-1])), "last": REMIND_AFTER[-1]},
        "grace_days": GRACE.days,
    }
    return render(request, "billing/prices.html", context)
