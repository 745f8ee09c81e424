"""What residents and desks are told of applications. No personal data stands in a notice."""

from messaging.notices import notice

SUBMITTED = notice(
    "applications/submitted", "an application was received, to the applicant",
    fields="number where step service link city", english=True,
)  # fmt: skip
RETURNED = notice(
    "applications/returned", "an application was sent back, to the applicant",
    fields="number where service link city", english=True,
)  # fmt: skip
REFUSED = notice(
    "applications/refused", "an application was refused, to the applicant",
    fields="number where service link city", english=True,
)  # fmt: skip
DONE = notice(
    "applications/done", "an application is finished, to the applicant",
    fields="number has_letter service link city", english=True,
)  # fmt: skip
LETTER_REVOKED = notice(
    "applications/letter-revoked", "an issued letter was revoked or replaced, to its holder",
    fields="number where service link city replaced", english=True,
)  # fmt: skip
APPLICANT_GONE = notice(
    "applications/applicant-gone",
    "an applicant died, moved away or is missing, to the desks where the application lies",
    fields="number what service link city",
)  # fmt: skip
CONSENT_CODE = notice(
    "applications/consent-code",
    "a code by which somebody agrees to what a head typed for them, to them or a relative",
    fields="code service by title minutes city", essential=True, english=True,
)  # fmt: skip
