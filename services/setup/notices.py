"""What people are told whom an administrator appoints."""

from messaging.notices import notice

NEIGHBOUR_APPOINTED = notice(
    "setup/neighbour-appointed", "a resident became head of an RT or RW",
    fields="name by post since has_password sign_in code_page register city", essential=True,
)  # fmt: skip
