"""What heads are told of the people they proposed for aid. Nobody is named."""

from messaging.notices import notice

ANSWERED = notice(
    "aid/answered", "the kelurahan began to answer an aid list, to who proposed the people",
    fields="programme link city",
)  # fmt: skip
ASKED = notice(
    "aid/asked", "the kelurahan asks something about a proposal of aid, to who proposed",
    fields="programme link city",
)  # fmt: skip
