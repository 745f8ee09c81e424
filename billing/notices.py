"""What a city's administrators and the billing contact are told about money."""

from messaging.notices import notice

REMINDER = notice(
    "billing/reminder", "a payment is overdue",
    fields="city link what stops_on number amount due pay",
)  # fmt: skip
TRIAL_ENDS = notice("billing/trial-ends", "a trial ends soon", fields="city link days ends")
ISSUED = notice(
    "billing/issued", "an invoice with a due date was issued",
    fields="city link number amount due pay reference paper",
)  # fmt: skip
STOPS = notice("billing/stops", "a subscription stops at its end", fields="city link day")
GOES_ON = notice("billing/goes-on", "a stop was taken back", fields="city link day")
SUSPENDED = notice("billing/suspended", "an unpaid city is read-only", fields="city link reason")
RESUMED = notice("billing/resumed", "a city works again", fields="city link by_hand")
STARTED = notice("billing/started", "a subscription began", fields="city link")
CHANGE_FAILED = notice(
    "billing/change-failed", "Stripe refused what an administrator asked for",
    fields="city link what problem",
)  # fmt: skip
