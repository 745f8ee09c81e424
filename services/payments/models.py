"""Orders of fees and what was paid for them. Rows are written by this app's actions alone; money is
whole rupiah."""

import json
from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from services.residents.models import Person
from services.residents.sealing import seal, unseal
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class Series(models.Model):
    """The last number given out in one scope. Advanced in the transaction that uses the number."""

    scope = models.CharField(max_length=120, unique=True)
    value = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["scope"]

    def __str__(self) -> str:
        return f"{self.scope}={self.value}"


class FeeOrder(models.Model):
    """What somebody has to pay (SKRD): its lines and sum never change. The number has no gap in its
    city and year."""

    class State(models.TextChoices):
        OPEN = "open", "Belum dibayar"
        PAID = "paid", "Lunas"
        VOID = "void", "Dibatalkan"
        PART_REFUNDED = "part", "Dikembalikan sebagian"
        REFUNDED = "refunded", "Dikembalikan"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # who collects
    role = models.CharField(max_length=20)  # of the post that collects there
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=40, unique=True)  # "SKRD/000017/2026"
    subject = models.CharField(max_length=250)  # the service
    reference = models.CharField(max_length=20, blank=True)  # number of the case it is for
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="fee_orders"
    )
    payer_sealed = models.BinaryField()  # their name, as printed
    law = models.CharField(max_length=300)  # what the fee rests on, as printed
    account = models.CharField(max_length=40)  # kode rekening
    lines = models.JSONField()  # label, quantity, price, amount
    amount = models.BigIntegerField()
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    void_reason = models.CharField(max_length=300, blank=True)
    voided_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True)
    # When what it was paid for came to nothing, or was paid twice: somebody decides about a refund.
    open_question_at = models.DateTimeField(null=True)
    # Why money that may have been given back stays.
    kept_reason = models.CharField(max_length=300, blank=True)
    kept_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="fee_order_number_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="fee_order_of_something"),
            models.CheckConstraint(
                condition=~Q(state="void") | Q(voided_at__isnull=False) & ~Q(void_reason=""),
                name="void_fee_order_says_why",
            ),
            models.CheckConstraint(
                condition=Q(kept_reason="") | Q(kept_by__isnull=False),
                name="kept_money_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "due_at", "id"], name="fee_order_list"),
            models.Index(fields=["person", "-id"], name="fee_order_of_person"),
            models.Index(
                fields=["unit", "open_question_at"],
                condition=Q(open_question_at__isnull=False),
                name="fee_order_question",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def payer(self) -> str:
        return unseal(self.payer_sealed)

    def seal_payer(self, name: str) -> None:
        self.payer_sealed = seal(name)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_settled(self) -> bool:
        """Whether it was paid and not given back as a whole."""
        return self.state in (self.State.PAID, self.State.PART_REFUNDED)


class TransferProof(models.Model):
    """A transfer as its payer shows it: a treasurer finds it in the account, or not."""

    class State(models.TextChoices):
        WAITING = "waiting", "Menunggu diperiksa"
        ACCEPTED = "accepted", "Diterima"
        REFUSED = "refused", "Tidak diterima"

    order = models.ForeignKey(FeeOrder, on_delete=models.PROTECT, related_name="proofs")
    paid_on = models.DateField()
    path = models.CharField(max_length=200)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    sent_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    decided_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # of a refusal, read by the payer

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="waiting"), name="proof_waits_once"
            ),
            models.CheckConstraint(condition=~Q(path=""), name="proof_has_file"),
            models.CheckConstraint(
                condition=Q(state="waiting")
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="proof_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="refused_proof_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.state}"


class Payment(models.Model):
    """Money that came for an order, with its receipt: a number without gaps in its unit and year.
    It never changes; what was given back stands in refunds."""

    class Method(models.TextChoices):
        CASH = "cash", "Tunai"
        TRANSFER = "transfer", "Transfer bank"
        PROVIDER = "provider", "QRIS atau virtual account"

    order = models.ForeignKey(FeeOrder, on_delete=models.PROTECT, related_name="payments")
    method = models.CharField(max_length=8, choices=Method)
    amount = models.BigIntegerField()
    paid_at = models.DateTimeField()  # when it was paid
    booked_at = models.DateTimeField()  # when it was noted here: its day in the day book
    day = models.DateField()  # of ``booked_at`` in the city
    received_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120, blank=True)  # the post by which it was received
    proof = models.OneToOneField(
        TransferProof, null=True, on_delete=models.PROTECT, related_name="payment"
    )
    provider = models.CharField(max_length=20, blank=True)
    provider_reference = models.CharField(max_length=80, blank=True)  # its name of the payment
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=80)
    check_code = models.CharField(max_length=32, unique=True)  # what its QR code leads to

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "sequence"], name="fee_receipt_number_once"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_reference"],
                condition=~Q(provider=""),
                name="provider_payment_once",
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(provider=""), name="received_once_by_hand"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="fee_payment_of_something"),
            models.CheckConstraint(
                condition=Q(method="provider") & ~Q(provider="") & ~Q(provider_reference="")
                | ~Q(method="provider") & Q(provider="", received_by__isnull=False),
                name="fee_payment_received",
            ),
            models.CheckConstraint(
                condition=~Q(method="transfer") | Q(proof__isnull=False),
                name="transfer_has_proof",
            ),
        ]
        indexes = [models.Index(fields=["unit", "day", "id"], name="fee_day_book")]

    def __str__(self) -> str:
        return self.number


class Refund(models.Model):
    """Money given back: asked for by one person, agreed to by another, then paid out."""

    class State(models.TextChoices):
        ASKED = "asked", "Menunggu persetujuan"
        APPROVED = "approved", "Disetujui, belum dibayarkan"
        PAID = "paid", "Sudah dikembalikan"
        REFUSED = "refused", "Tidak disetujui"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_reason = models.CharField(max_length=300, blank=True)
    method = models.CharField(max_length=8, choices=Payment.Method, blank=True)
    reference = models.CharField(max_length=80, blank=True)  # of the transfer, or the provider's
    paid_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    paid_at = models.DateTimeField(null=True)
    day = models.DateField(null=True)  # of ``paid_at`` in the city
    # What a treasurer saw at the provider, where its answer never came.
    found_reason = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_of_something"),
            models.CheckConstraint(condition=~Q(reason=""), name="refund_says_why"),
            models.CheckConstraint(
                condition=Q(state="asked") & Q(decided_by=None)
                | ~Q(state="asked") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="refund_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="refund_by_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid")
                | Q(paid_at__isnull=False, day__isnull=False) & ~Q(method=""),
                name="paid_refund_has_moment",
            ),
        ]
        indexes = [models.Index(fields=["state", "day", "id"], name="refund_day")]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.amount}"

    @property
    def is_under_way(self) -> bool:
        """Whether the provider was asked for it, and what came of that is not written yet."""
        return self.state == self.State.APPROVED and self.method == Payment.Method.PROVIDER


class ProviderAccount(models.Model):
    """This city's account at a payment provider. Its keys are shown to nobody again."""

    provider = models.CharField(max_length=20, unique=True)
    is_on = models.BooleanField(default=False)
    environment = models.CharField(max_length=10, default="sandbox")  # or production
    keys_sealed = models.BinaryField()
    changed_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["provider"]

    def __str__(self) -> str:
        return self.provider

    @property
    def keys(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(unseal(self.keys_sealed))
        return found

    def seal_keys(self, keys: Mapping[str, str]) -> None:
        self.keys_sealed = seal(json.dumps(dict(keys)))


class Charge(models.Model):
    """An order that a provider was asked to collect, once for each reference."""

    class State(models.TextChoices):
        ASKED = "asked", "Sedang dibuat"
        PENDING = "pending", "Menunggu pembayaran"
        PAID = "paid", "Dibayar"
        EXPIRED = "expired", "Kedaluwarsa"
        CANCELLED = "cancelled", "Dibatalkan"
        FAILED = "failed", "Gagal"

    LIVE = (State.ASKED, State.PENDING)

    order = models.ForeignKey(FeeOrder, on_delete=models.PROTECT, related_name="charges")
    provider = models.CharField(max_length=20)
    way = models.CharField(max_length=20)  # qris, va:bca
    reference = models.CharField(max_length=50, unique=True)  # our name of it there
    amount = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    provider_id = models.CharField(max_length=80, blank=True)
    qr = models.TextField(blank=True)  # the text of its QR code
    account = models.CharField(max_length=40, blank=True)  # number of its virtual account
    asked_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)  # when the provider was last asked about it

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "provider", "way"],
                condition=Q(state="asked") | Q(state="pending"),
                name="charge_live_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="charge_of_something"),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(state="asked") | Q(state="pending"),
                name="charge_live",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE


class Notification(models.Model):
    """That a provider told something about a charge: which words, once. What is true is asked."""

    charge = models.ForeignKey(Charge, on_delete=models.CASCADE, related_name="notifications")
    digest = models.CharField(max_length=64)  # SHA-256 of its body
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["charge", "digest"], name="notification_once")
        ]

    def __str__(self) -> str:
        return f"{self.charge_id}: {self.digest[:8]}"
