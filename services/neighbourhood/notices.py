"""What heads are told of their reports, and residents of announcements.

No personal data stands in a notice.
"""

from messaging.notices import notice

RETURNED = notice(
    "neighbourhood/returned", "the kelurahan gave a report back, to the head who filed it",
    fields="number where service link city",
)  # fmt: skip
ANSWERED = notice(
    "neighbourhood/answered", "the kelurahan took or refused a report, to the head who filed it",
    fields="number is_taken service link city",
)  # fmt: skip
MONTHLY = notice(
    "neighbourhood/monthly", "the monthly report was not sent yet, to the head of the unit",
    fields="where month link city",
)  # fmt: skip
ANNOUNCED = notice(
    "neighbourhood/announced", "a unit published an announcement, to residents with an account",
    fields="title office link city", english=True,
)  # fmt: skip
SWAP_ASKED = notice(
    "neighbourhood/swap-asked", "a neighbour asks to exchange nights of the watch, to who is asked",
    fields="link city", english=True,
)  # fmt: skip
SWAP_ANSWERED = notice(
    "neighbourhood/swap-answered", "a request to exchange nights was answered, to who asked",
    fields="is_agreed link city", english=True,
)  # fmt: skip
