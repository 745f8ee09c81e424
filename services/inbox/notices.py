"""What officials are told of the work they share. No personal data stands in a notice."""

from messaging.notices import notice

GIVEN = notice(
    "inbox/given", "a colleague handed a case over, to who gets it",
    fields="number service who link city",
)  # fmt: skip
TAKEN_OVER = notice(
    "inbox/taken-over", "a colleague took a case over, to who had it",
    fields="number service who link city",
)  # fmt: skip
ADVICE_ASKED = notice(
    "inbox/advice-asked", "another office asks for advice on a case",
    fields="number service where until link city",
)  # fmt: skip
ADVICE_ANSWERED = notice(
    "inbox/advice-answered", "the office that was asked for advice has answered, to who asked",
    fields="number service where link city",
)  # fmt: skip
ADVICE_LATE = notice(
    "inbox/advice-late", "advice on a case is late, to the office that was asked",
    fields="number service where until link city",
)  # fmt: skip
