"""Public schema: mails of an installation that has no mail server."""

from django.db import models


class Mail(models.Model):
    """One mail as it would have left, kept for `/kotak-surat/`."""

    sent_at = models.DateTimeField(auto_now_add=True)
    sender = models.CharField(max_length=320)
    to = models.CharField(max_length=1000)
    subject = models.CharField(max_length=998)
    body = models.TextField()

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.subject
