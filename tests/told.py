"""Bring events to their subscribers, as a worker would; mails stay in the outbox to be read."""

from messaging import outbox
from messaging.models import Outbox


def tell_subscribers() -> None:
    """Until no event is on its way any more."""
    while (
        waiting := Outbox.objects.filter(
            kind__startswith="events.", state=Outbox.State.DUE, attempts=0
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    ):
        for pk in list(waiting):
            outbox.run(pk)
