"""What residents are told of their accounts at the counter."""

from messaging.notices import notice

CODE_MADE = notice(
    "residents/code-made", "an official made a one-time code for an account",
    fields="name by", essential=True, english=True,
)  # fmt: skip
