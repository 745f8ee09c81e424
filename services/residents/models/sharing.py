"""Rules by which facts of residents are shared with units and other systems."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tenants.office.models import Unit


class SharingRule(models.Model):
    """Who may read which facts of which people, for what, and until when.

    A rule is never changed: it is ended, and another one made.
    """

    name = models.CharField(max_length=120)  # "Data pasien RSUD"
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="sharing_rules"
    )
    system = models.CharField(max_length=60, blank=True, default="")  # of another system, its name
    fields = ArrayField(models.CharField(max_length=40))  # names of ``residents.fields``
    area = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # people of
    purpose = models.CharField(max_length=200)
    basis = models.CharField(max_length=200)  # agreement or regulation
    since = models.DateField()
    until = models.DateField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, system="") | Q(unit__isnull=True) & ~Q(system=""),
                name="shared_with_unit_or_system",
            ),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="sharing_ends_later"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def recipient(self) -> str:
        """Who reads, as people call it."""
        return self.unit.name if self.unit is not None else self.system
