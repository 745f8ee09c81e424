"""What applicants are told of visits. No personal data stands in a notice."""

from messaging.notices import notice

CANCELLED = notice(
    "visits/cancelled", "nobody comes to the applicant's home on the day told, to the applicant",
    fields="number where service when link city", english=True,
)  # fmt: skip
PLANNED = notice(
    "visits/planned", "an official comes to the applicant's home, to the applicant",
    fields="number where service when link city", english=True,
)  # fmt: skip
