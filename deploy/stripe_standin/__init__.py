"""A stand-in for Stripe: a process of its own that the unmodified `stripe` library talks to.

For embedded installations and tests only; no money moves. What it knows and what it does not
stands in README.md.
"""
