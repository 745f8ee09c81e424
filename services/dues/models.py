"""Dues of a neighbourhood and its cash book. Rows are written by this app's actions alone."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from services.residents.models import Household
from services.residents.sealing import unseal
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class DuesKind(models.Model):
    """What households of a unit pay. Another amount is another row, from its month on."""

    class Per(models.TextChoices):
        HOUSEHOLD = "household", "Setiap keluarga"
        PERSON = "person", "Setiap orang dalam keluarga"

    class Every(models.TextChoices):
        MONTH = "month", "Setiap bulan"
        YEAR = "year", "Setiap tahun"
        ONCE = "once", "Sekali saja"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    amount = models.PositiveIntegerField()  # rupiah
    per = models.CharField(max_length=10, choices=Per)
    every = models.CharField(max_length=5, choices=Every)
    since = models.DateField()  # the first day of its first month
    ends = models.DateField(null=True)  # the first day of its last month
    made_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["unit", "name"], name="dues_kind_list")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="dues_cost_something"),
            models.CheckConstraint(
                condition=Q(since__day=1) & (Q(ends=None) | Q(ends__day=1)),
                name="dues_of_whole_months",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Exemption(models.Model):
    """A household that does not pay one kind of dues, from a month on, and why."""

    kind = models.ForeignKey(DuesKind, on_delete=models.PROTECT, related_name="exemptions")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    reason_sealed = models.BinaryField()  # about somebody's poverty or health
    since = models.DateField()  # the first day of its first month
    until = models.DateField(null=True)  # the first day of its last month
    made_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "household"], condition=Q(until=None), name="exempt_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_id}: {self.kind_id}"

    @property
    def reason(self) -> str:
        return unseal(self.reason_sealed)


class Receipt(models.Model):
    """Dues that were paid: a number without gaps in its unit and year. One that is wrong is voided
    with a reason and stays."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    kind = models.ForeignKey(DuesKind, on_delete=models.PROTECT, related_name="receipts")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    payer = models.CharField(max_length=150)  # the head of the household, as printed
    amount = models.PositiveIntegerField()
    paid_on = models.DateField()
    made_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)  # the post by which it was given
    made_at = models.DateTimeField()
    voided_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)
    # What its QR code leads to; null on receipts from before there was one.
    check_code = models.CharField(max_length=32, null=True, unique=True)  # noqa: DJ001

    class Meta:
        ordering = ["-year", "-number", "-pk"]
        indexes = [models.Index(fields=["household", "unit"], name="receipt_household")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "number"], name="receipt_number_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_of_something"),
            models.CheckConstraint(
                condition=Q(voided_at=None) | ~Q(void_reason=""), name="voided_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The number as it is printed: ``2026/0017``."""
        return f"{self.year}/{self.number:04d}"


class Payment(models.Model):
    """How much of a receipt is for which month."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="payments")
    month = models.DateField()  # its first day
    amount = models.PositiveIntegerField()

    class Meta:
        ordering = ["month", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "month"], name="payment_month_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, month__day=1), name="payment_of_a_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.month:%Y-%m}"


class Entry(models.Model):
    """A line of the cash book. It never changes: what was wrong is countered by another line."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    category = models.CharField(max_length=12)  # see ``services.dues.categories``
    amount = models.IntegerField()  # rupiah; what was spent is below zero
    words = models.CharField(max_length=200)
    receipt = models.ForeignKey(
        Receipt, null=True, on_delete=models.PROTECT, related_name="entries"
    )
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    path = models.CharField(max_length=200, blank=True)  # the photo of a bill
    media_type = models.CharField(max_length=40, blank=True)
    made_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["unit", "-on", "-id"], name="cash_book")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(category="opening", corrects=None),
                name="cash_opened_once",
            ),
            models.CheckConstraint(
                condition=~Q(amount=0) | Q(category="opening"), name="entry_of_something"
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(corrects=F("pk")), name="corrects_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.amount}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("a line of the cash book never changes")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("a line of the cash book is never deleted")


class ClosedMonth(models.Model):
    """A month of the cash book that is closed, with its statement: numbers alone, no names."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    figures = models.JSONField()  # see ``services.dues.statement``
    closed_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    closed_at = models.DateTimeField()

    class Meta:
        ordering = ["-month", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "month"], name="closed_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="closed_whole_month"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month:%Y-%m}"
