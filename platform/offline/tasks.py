"""What is cleared away again and again."""

from datetime import timedelta

from messaging import work
from messaging.periodic import periodic
from offline.once import forget_old


@periodic("offline.forget", every=timedelta(days=1))
def forget(_payload: work.Payload) -> None:
    forget_old()
