"""What administrators and operators tell each other through Balai."""

from messaging.notices import notice

QUESTION = notice("support/question", "a city asks, to the operators", fields="city about")
ANSWER = notice("support/answer", "an operator answered, to the city", fields="about name link")
VISIT_ASKED = notice(
    "support/visit-asked", "an operator asks to look into a city",
    fields="name by city hours reason link", essential=True,
)  # fmt: skip
VISIT_DECIDED = notice(
    "support/visit-decided", "a city decided on a look, to the operator", fields="city what by"
)
