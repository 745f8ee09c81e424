"""What people are told whom an administrator appoints in their neighbourhood."""

from messaging.notices import notice

NEIGHBOUR_APPOINTED = notice(
    "heads/neighbour-appointed",
    "a resident became head, deputy or treasurer of an RT, RW or dusun",
    fields="name by post vouches since has_password sign_in code_page register city",
    essential=True,
)  # fmt: skip
