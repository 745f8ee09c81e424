"""What officials are told of signatures. No personal data stands in a notice."""

from messaging.notices import notice

ASKED = notice(
    "signing/asked", "a letter waits for a second signature, to who gives it",
    fields="number link city",
)  # fmt: skip
HANDED_ON = notice(
    "signing/handed-on", "a letter is to be signed by another official, to them",
    fields="number link city",
)  # fmt: skip
UNKNOWN = notice(
    "signing/unknown", "nobody knows whether a letter was signed, to its signer and to admins",
    fields="number link city",
)  # fmt: skip
REFUSED = notice(
    "signing/refused", "an official does not sign a letter, to who worked on its case",
    fields="number where link city",
)  # fmt: skip
GATEWAY_CHANGED = notice(
    "signing/gateway-changed",
    "passphrases go to another server from now on, to signatories and other admins",
    fields="server link city",
)  # fmt: skip
OVERDUE = notice(
    "signing/overdue", "letters wait for a signature past the clock of their step, to their signer",
    fields="count link city",
)  # fmt: skip
CERTIFICATE_MADE = notice(
    "signing/certificate-made", "a certificate was made in an official's name, to them",
    fields="link city",
)  # fmt: skip
CERTIFICATE_REVOKED = notice(
    "signing/certificate-revoked", "a certificate was revoked, to its owner",
    fields="by reason link city",
)  # fmt: skip
CERTIFICATE_ENDS = notice(
    "signing/certificate-ends", "a certificate ends soon, to its owner", fields="day link city"
)
