"""What payers are told. No personal data stands in a notice."""

from messaging.notices import notice

_FIELDS = "number amount service where link city"

ORDERED = notice(
    "payments/ordered", "a fee is to be paid, to who pays it", fields=f"{_FIELDS} due",
    english=True,
)  # fmt: skip
PAID = notice("payments/paid", "a payment was received, to who paid", fields=_FIELDS, english=True)
PROOF_REFUSED = notice(
    "payments/proof-refused", "a transfer was not found, to who showed it", fields=_FIELDS,
    english=True,
)  # fmt: skip
REFUND_REFUSED = notice(
    "payments/refund-refused", "money is not given back, to who paid it", fields=_FIELDS,
    english=True,
)  # fmt: skip
REFUND_APPROVED = notice(
    "payments/refund-approved", "money will be given back, to who paid it", fields=_FIELDS,
    english=True,
)  # fmt: skip
REFUNDED = notice(
    "payments/refunded", "money was given back, to who paid it", fields=_FIELDS, english=True
)
LATE = notice(
    "payments/late", "a fee was not paid in time, to who pays it", fields=_FIELDS, english=True
)
