"""A KK that is ready to be delivered, and the office that delivers it."""

from tests.results.conftest import cast, kk, nothing_counted, signed_in

__all__ = ["cast", "kk", "nothing_counted", "signed_in"]
