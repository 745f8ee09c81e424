"""The workers' side of the outbox."""

import hashlib
import logging
import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from celery import Task, shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection

from kernel.clock import now
from messaging import outbox, sweeping, work
from messaging import periodic as periodic_work
from messaging.notices import NOT_DELIVERED, write_to
from messaging.periodic import periodic

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


def platform_task(run: Callable[P, R]) -> "Task[P, R]":
    """A task that may also run in public (config.celery refuses all others there)."""
    declare: Any = shared_task
    task: Task[P, R] = declare(runs_in_public=True)(run)
    return task


@platform_task
def deliver(row_id: int) -> None:
    """Do one outbox row of the schema the message names."""
    outbox.run(row_id)


def _tell_a_worker(row_id: int, queue: str) -> None:
    deliver.apply_async(args=(row_id,), queue=queue, retry=False)


outbox.deliverer.fill("messaging.tasks", _tell_a_worker)


@platform_task
def dispatch() -> None:
    """Beat's only entry: send what is due in every schema, and begin what is periodic."""
    periodic_work.plan(now())
    sweeping.sweep()


@periodic("messaging.tidy", every=timedelta(days=1))
def tidy(_payload: work.Payload) -> None:
    """Forget work done long ago."""
    sweeping.forget_done(before=now() - sweeping.KEEP_DONE)


@periodic("messaging.tidy_public", every=timedelta(days=1), in_cities=False)
def tidy_public(_payload: work.Payload) -> None:
    """The same for the platform's own schema."""
    sweeping.forget_done(before=now() - sweeping.KEEP_DONE)


@worker_ready.connect
def sweep_at_start(**_kwargs: Any) -> None:
    """What a dead worker left behind is taken up as soon as a new one is there."""
    try:
        sweeping.sweep(everything=True)
    except Exception:
        log.exception("sweep at worker start failed; beat's next one takes over")


def _not_delivered(payload: work.Payload, _error: str) -> None:
    """Tell whoever waits for this mail to arrive."""
    if not payload.get("on_behalf_of"):
        return
    about = hashlib.sha256(repr(sorted(payload.items())).encode()).hexdigest()[:16]
    write_to(
        payload["on_behalf_of"], NOT_DELIVERED, key=f"not-delivered:{about}",
        receiver=payload["to"], about=payload["subject"],
    )  # fmt: skip


@work.effect("mail.send", on_failed=_not_delivered, repeatable=True, queue="mail")
def send_mail(payload: work.Payload, key: str) -> None:
    """Hand a mail to the mail server.

    Its Message-ID is made of the outbox key, so that a mail whose outcome was not known can be
    handed over again: mailboxes recognise it. Raises Hopeless when the server refuses receiver or
    text for good (5xx, RFC 5321), NotDone when it refuses for now or cannot be reached.
    """
    here: Any = connection  # ours knows its schema
    name = hashlib.sha256(f"{here.schema_name}:{key}".encode()).hexdigest()[:32]
    server = get_connection()
    message = EmailMessage(
        payload["subject"],
        payload["body"],
        to=[payload["to"]],
        headers={"Message-ID": f"<{name}@{settings.BASE_DOMAIN}>"},
        connection=server,
    )
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        raise work.NotDone(f"no connection to the mail server: {error}") from error
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        raise _refused(error, all(code >= 500 for code in codes)) from error
    except smtplib.SMTPResponseException as error:  # also of the sender, or of the text
        raise _refused(error, error.smtp_code >= 500) from error
    finally:
        server.close()


def _refused(error: smtplib.SMTPException, for_good: bool) -> Exception:
    return work.Hopeless(str(error)) if for_good else work.NotDone(str(error))
