"""What is never exported although nobody sealed it: ways to sign in."""

from django.contrib.auth.hashers import make_password

from tenants.ownership import columns

# A restored account has no password until its owner chooses one.
columns.computed("accounts_user", "password", lambda _row: make_password(None))
