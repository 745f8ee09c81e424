"""What residents are told of their accounts, and offices of people in the register."""

from messaging.notices import notice

CODE_MADE = notice(
    "residents/code-made", "an official made a one-time code for an account",
    fields="name by", essential=True, english=True,
)  # fmt: skip
HOLDER_GONE = notice(
    "residents/holder-gone",
    "somebody who holds a post died, moved away or is missing, to administrators and the village",
    fields="post what link city",
)  # fmt: skip
