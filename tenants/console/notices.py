"""What a city's administrators are told of an operator's deeds."""

from messaging.notices import notice

SUSPENDED = notice(
    "console/suspended", "an operator made a city read-only",
    fields="name city reason link", essential=True,
)  # fmt: skip
RESUMED = notice(
    "console/resumed", "an operator let a city work again",
    fields="name city reason link", essential=True,
)  # fmt: skip
TRIAL_EXTENDED = notice(
    "console/trial-extended", "an operator extended a trial",
    fields="name city reason link until", essential=True,
)  # fmt: skip
LIMITS_CHANGED = notice(
    "console/limits-changed", "an operator changed a city's limits",
    fields="name city reason link by_plan", essential=True,
)  # fmt: skip
