"""What applicants are told of results. No number, no name and no address stands in a notice."""

from messaging.notices import notice

READY = notice(
    "results/ready", "a result is ready to be fetched or downloaded, to the applicant",
    fields="number label office link city", english=True,
)  # fmt: skip
HANDED_OVER = notice(
    "results/handed-over", "a result was handed over, to the applicant",
    fields="number label office link city", english=True,
)  # fmt: skip
NOT_DELIVERED = notice(
    "results/not-delivered", "a delivery did not arrive, to the applicant",
    fields="number label office link city", english=True,
)  # fmt: skip
