"""City schema: acts that devices sent, so that none is done twice."""

from django.conf import settings
from django.db import models


class SentAct(models.Model):
    """One form that a device sent under a key of its own, in the transaction that did it.

    A device that does not know whether its form arrived sends it again under the same key, and gets
    the first answer.
    """

    key = models.UUIDField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=200)
    location = models.CharField(max_length=500, blank=True)  # where the answer led
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="act_sent_once")]
        indexes = [models.Index(fields=["received_at"], name="act_sent_at")]

    def __str__(self) -> str:
        return f"{self.key}: {self.path}"
