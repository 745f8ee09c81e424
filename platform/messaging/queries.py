"""Reads of the outbox."""

from datetime import datetime

from django.db.models import Q, QuerySet

from messaging.mail import COUNTED
from messaging.models import Outbox


def mails_since(moment: datetime) -> int:
    """Mails of the current schema that count towards its quota: sent since, or about to be."""
    sent = Q(state=Outbox.State.DONE, done_at__gte=moment) | Q(state__in=Outbox.OPEN)
    return Outbox.objects.filter(sent, kind="mail.send", key__startswith=COUNTED).count()


def held(kind: str) -> QuerySet[Outbox]:
    """Effects of a kind of which nobody knows whether they happened."""
    return Outbox.objects.filter(kind=kind, state=Outbox.State.HELD)


def failed_mails() -> QuerySet[Outbox]:
    """Mails of the current schema that could not be delivered, newest first."""
    failed = Outbox.objects.filter(kind="mail.send", state=Outbox.State.FAILED)
    return failed.order_by("-created_at", "-pk")
