"""Who may ask for something in a relative's name."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from services.residents.models.people import Person


class Representation(models.Model):
    """An adult lets a relative ask for things in their name, until they withdraw it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="representatives")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="represents")
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "by"], condition=Q(withdrawn_at=None), name="represents_once"
            ),
            models.CheckConstraint(condition=~Q(person=F("by")), name="represents_another"),
        ]

    def __str__(self) -> str:
        return f"{self.by_id} for {self.person_id}"
