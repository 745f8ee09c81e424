"""What applicants are told of visits. No personal data stands in a notice."""

from messaging.notices import notice

SCHEDULED = notice(
    "inspections/scheduled", "an official comes to look, to the applicant",
    fields="number where service when link city", english=True,
)  # fmt: skip
