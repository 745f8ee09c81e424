"""What those who found a city are told."""

from messaging.notices import notice

CONFIRM_SIGNUP = notice(
    "registry/confirm-signup", "the link that confirms a sign-up", fields="area link"
)
SIGNUP_FOR_OPERATORS = notice(
    "registry/signup-for-operators", "a city signed up", fields="is_waiting area who link"
)
SIGNUP_REJECTED = notice(
    "registry/signup-rejected", "an operator rejected a sign-up", fields="area name reason link"
)
CITY_READY = notice(
    "registry/city-ready", "a new city is ready", fields="city name link trial_ends plans"
)
