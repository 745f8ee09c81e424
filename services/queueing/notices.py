"""What is told of appointments. Nothing says what they are about, and nobody is named."""

from messaging.notices import notice

TOMORROW = notice(
    "queueing/tomorrow", "an appointment is tomorrow, to whoever booked it and whose it is",
    fields="when line office link city", english=True,
)  # fmt: skip
WITHDRAWN = notice(
    "queueing/withdrawn",
    "the office took an appointment back, to whoever booked it and whose it is",
    fields="when line office reason link city", english=True,
)  # fmt: skip
