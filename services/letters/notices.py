"""What people are told of letters. No personal data stands in a notice."""

from messaging.notices import notice

TAKEN_BACK = notice(
    "letters/taken-back", "a letter was revoked or replaced, to whoever checked it and asked",
    fields="number where link city", english=True,
)  # fmt: skip
