"""What administrators and operators are told of a city's copies and its deletion."""

from messaging.notices import notice

ASKED = notice(
    "ownership/deletion-asked", "somebody asked for a city's deletion",
    fields="city by reason link", essential=True,
)  # fmt: skip
FOR_OPERATORS = notice(
    "ownership/deletion-for-operators", "a deletion needs an operator as the second person",
    fields="city by link",
)  # fmt: skip
CONFIRMED = notice(
    "ownership/deletion-confirmed", "the second person agreed to a deletion",
    fields="city by confirmed_by starts link", essential=True,
)  # fmt: skip
CANCELLED = notice(
    "ownership/deletion-cancelled", "a deletion was called off", fields="city by", essential=True
)
TOMORROW = notice(
    "ownership/deletion-tomorrow", "a city is deleted tomorrow",
    fields="city starts changes copies link", essential=True,
)  # fmt: skip
DONE = notice("ownership/deletion-done", "a city was deleted", fields="city link", essential=True)
COPY_READY = notice(
    "ownership/copy-ready", "a city's copy is ready to download",
    fields="city name link until seal manifest", essential=True,
)  # fmt: skip
