"""A mail server that refuses for good is believed at once."""

import smtplib
from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from django.db import transaction

from messaging import mail, outbox
from messaging.models import Outbox


def refusing(error: Exception) -> Callable[..., int]:
    def send(self: EmailMessage, fail_silently: bool = False) -> int:
        if self.to == ["admin@contoh.id"]:
            return 1
        raise error

    return send


def post(**more: str) -> Outbox:
    with transaction.atomic():
        mail.send("tiada@contoh.id", "Undangan", "Isi", key="x", essential=True, **more)
    return Outbox.objects.get(key="mail!:x")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPRecipientsRefused({"tiada@contoh.id": (550, b"no")}), "failed"),
        (smtplib.SMTPRecipientsRefused({"tiada@contoh.id": (451, b"later")}), "due"),
        (smtplib.SMTPDataError(554, b"no"), "failed"),
        (smtplib.SMTPServerDisconnected("away"), "due"),
    ],
)
def test_only_a_refusal_for_good_ends_the_attempts(
    db: None, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str
) -> None:
    row = post()
    monkeypatch.setattr(EmailMessage, "send", refusing(error))
    outbox.run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts) == (state, 1)


def test_whoever_invited_is_told_once(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    row = post(on_behalf_of="admin@contoh.id")
    error = smtplib.SMTPRecipientsRefused({"tiada@contoh.id": (550, b"no")})
    monkeypatch.setattr(EmailMessage, "send", refusing(error))
    outbox.run(row.pk)
    told = Outbox.objects.exclude(pk=row.pk).get()
    assert told.payload["to"] == "admin@contoh.id"
    assert "tiada@contoh.id tidak sampai" in told.payload["subject"]
    assert outbox.run(told.pk)
    assert Outbox.objects.count() == 2
