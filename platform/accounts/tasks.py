"""What the clock brings to accounts."""

from datetime import timedelta

from accounts import mfa
from messaging import work
from messaging.periodic import periodic


@periodic("mfa.seal", every=timedelta(days=1))
def seal(_payload: work.Payload) -> None:
    """Secrets of the second step into today's form, in each city."""
    mfa.seal_all()


@periodic("mfa.seal_public", every=timedelta(days=1), in_cities=False)
def seal_public(_payload: work.Payload) -> None:
    """The same for the operators."""
    mfa.seal_all()
