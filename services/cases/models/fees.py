"""The orders of fees that steps have asked for."""

from django.db import models

from services.cases.models.cases import Step
from services.payments.models import FeeOrder


class StepOrder(models.Model):
    """The order of a fee that a step asked for. A later one for the same step asks for what the
    changed answers cost more."""

    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="fee")
    order = models.OneToOneField(FeeOrder, on_delete=models.PROTECT, related_name="asked_at")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.step_id}: {self.order_id}"
