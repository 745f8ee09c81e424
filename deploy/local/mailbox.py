"""Mail without a mail server: messages land in a table that a page shows."""

from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from deploy.local.models import Mail
from tenants.backend.scope import in_public


class MailboxBackend(BaseEmailBackend):
    """Django's e-mail backend of the embedded installation; refuses to exist anywhere else."""

    def __init__(self, fail_silently: bool = False, **kwargs: object) -> None:
        if not settings.EMBEDDED:
            raise ImproperlyConfigured(
                "The mailbox shows everybody's mail: it is for ./balai up alone. Set EMAIL_BACKEND."
            )
        super().__init__(fail_silently=fail_silently)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with in_public():
            for message in email_messages:
                Mail.objects.create(
                    sender=message.from_email,
                    to=", ".join(message.recipients()),
                    subject=str(message.subject),
                    body=str(message.body),
                )
        return len(email_messages)
