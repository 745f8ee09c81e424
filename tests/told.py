"""Bring events to their subscribers, as a worker would; mails stay in the outbox to be read."""

from messaging import outbox
from messaging.models import Outbox


def tell_subscribers() -> None:
    """Until no event is on its way any more. A subscriber that fails, fails the test."""
    while waiting := list(
        Outbox.objects.filter(kind="events.tell", state=Outbox.State.DUE).order_by("pk")
    ):
        for row in waiting:
            assert outbox.run(row.pk), Outbox.objects.get(pk=row.pk).error
    failed = Outbox.objects.filter(kind="events.tell_one").values_list("key", flat=True)
    assert not failed, list(failed)
