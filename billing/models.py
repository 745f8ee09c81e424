"""Public schema: who pays for which city, what Stripe said last, and what we have done about it.

Rows of ``Subscription`` and ``Invoice`` mirror Stripe: they are only ever written from an object
just fetched there (billing.mirror). Money is whole rupiah.
"""

from django.db import models
from django.db.models import Q

from accounts.fields import EmailAddressField
from tenants.registry.models import City

LIVE = ("active", "trialing", "past_due", "unpaid", "paused")
OWED = ("open", "uncollectible")


class Account(models.Model):
    """Who pays for a city. Stays when the city is deleted: invoices are tax documents."""

    city = models.OneToOneField(
        City, null=True, blank=True, on_delete=models.SET_NULL, related_name="account"
    )
    city_code = models.CharField(max_length=5)
    city_name = models.CharField(max_length=100)
    # null until Stripe knows the account
    stripe_customer_id = models.CharField(max_length=64, null=True, blank=True, unique=True)
    name = models.CharField("nama instansi", max_length=150)  # "Pemerintah Kota Bontang"
    official_name = models.CharField("nama pejabat", max_length=100, blank=True)
    official_post = models.CharField("jabatan", max_length=100, blank=True)
    email = EmailAddressField("e-mail tagihan", blank=True)
    phone = models.CharField("telepon", max_length=30, blank=True)
    address = models.CharField("alamat", max_length=200, blank=True)
    npwp = models.CharField("NPWP", max_length=16, blank=True)  # digits alone
    purchase_reference = models.CharField("nomor pesanan", max_length=80, blank=True)
    held_reason = models.CharField(max_length=200, blank=True)  # the operator stopped the city
    version = models.PositiveIntegerField(default=0)  # of what Stripe is told about the account
    synced_version = models.PositiveIntegerField(default=0)
    # Counts what was written of Stripe: who fetched before another wrote fetches again.
    mirror_version = models.PositiveIntegerField(default=0, db_default=0)
    # Until then somebody is making a payment page, and nobody makes a second one.
    paying_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["city_name"]

    def __str__(self) -> str:
        return self.city_name


class PlanPrice(models.Model):
    """A price as Stripe has it. A changed one is a new row; old subscribers keep theirs."""

    plan = models.CharField(max_length=20)
    interval = models.CharField(max_length=5)  # month, year
    rupiah = models.PositiveBigIntegerField()
    stripe_product_id = models.CharField(max_length=64)
    stripe_price_id = models.CharField(max_length=64, unique=True)
    is_current = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "interval"],
                condition=Q(is_current=True),
                name="one_current_price",
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan}/{self.interval} {self.rupiah}"


class RemoteObject(models.Model):
    """Something of ours that Stripe keeps one of: the tax rate, the portal's configuration."""

    name = models.CharField(max_length=40, unique=True)
    stripe_id = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.name}={self.stripe_id}"


class Subscription(models.Model):
    """A subscription as Stripe last described it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="subscriptions")
    stripe_id = models.CharField(max_length=64, unique=True)
    item_id = models.CharField(max_length=64)  # what a plan change changes
    plan = models.CharField(max_length=20, blank=True)  # "" for a price that is not ours
    interval = models.CharField(max_length=5)
    rupiah = models.BigIntegerField()  # per period, PPN not included
    stripe_price_id = models.CharField(max_length=64)
    status = models.CharField(max_length=20)  # Stripe's word
    collection_method = models.CharField(max_length=20)  # charge_automatically, send_invoice
    days_until_due = models.PositiveSmallIntegerField(null=True, blank=True)
    period_start = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    cancel_at_period_end = models.BooleanField(default=False)
    cancel_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # when it was fetched

    class Meta:
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.stripe_id} {self.status}"

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_by_invoice(self) -> bool:
        return self.collection_method == "send_invoice"


class Invoice(models.Model):
    """An invoice as Stripe last described it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="invoices")
    subscription = models.ForeignKey(
        Subscription, null=True, blank=True, on_delete=models.PROTECT, related_name="invoices"
    )
    stripe_id = models.CharField(max_length=64, unique=True)
    number = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16)  # draft, open, paid, void, uncollectible
    reason = models.CharField(max_length=40, blank=True)  # Stripe's billing_reason
    collection_method = models.CharField(max_length=20)
    subtotal = models.BigIntegerField()  # rupiah, PPN not included
    tax = models.BigIntegerField()
    total = models.BigIntegerField()
    paid = models.BigIntegerField()
    remaining = models.BigIntegerField()
    refunded = models.BigIntegerField(default=0)
    lines = models.JSONField(default=list)  # [{"text", "rupiah", "from", "until"}]
    payment_intent = models.CharField(max_length=64, blank=True)  # what a refund gives back
    was_attempted = models.BooleanField(default=False)
    period_start = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    hosted_url = models.CharField(max_length=600, blank=True)
    pdf_url = models.CharField(max_length=600, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        indexes = [models.Index(fields=["status", "due_at"])]

    def __str__(self) -> str:
        return self.number or self.stripe_id


class StripeEvent(models.Model):
    """A webhook that reached us: stored first, worked off later, told apart by Stripe's id.

    Its content is not kept: handlers fetch the object itself, so neither order nor age matters.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Diterima"
        DONE = "done", "Selesai"
        IGNORED = "ignored", "Diabaikan"
        FAILED = "failed", "Gagal"

    stripe_id = models.CharField(max_length=64, unique=True)
    type = models.CharField(max_length=80)
    object_type = models.CharField(max_length=40)  # "invoice"
    object_id = models.CharField(max_length=64)
    customer_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()  # in Stripe
    received_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    done_at = models.DateTimeField(null=True, blank=True)
    times_done = models.PositiveSmallIntegerField(default=0)
    replays = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(blank=True)  # why ignored or failed

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "-id"])]

    def __str__(self) -> str:
        return f"{self.type} {self.object_id}"


class Change(models.Model):
    """Something a person wants done in Stripe: kept with who wanted it, done by the outbox."""

    class Kind(models.TextChoices):
        START_INVOICE = "start_invoice", "Langganan dengan tagihan"
        CHANGE_PLAN = "change_plan", "Ganti paket"
        CANCEL = "cancel", "Berhenti di akhir masa"
        RESUME = "resume", "Lanjutkan langganan"
        REFUND = "refund", "Pengembalian uang"

    class State(models.TextChoices):
        WAITING = "waiting", "Sedang diproses"
        DONE = "done", "Selesai"
        FAILED = "failed", "Gagal"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=16, choices=Kind)
    wants = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    problem = models.TextField(blank=True)  # fit to show
    by_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state="waiting"), name="one_change_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account_id} {self.state}"


class Reminder(models.Model):
    """A mail about money that went out, or was passed over: each kind once per cause."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="reminders")
    invoice = models.ForeignKey(
        Invoice, null=True, blank=True, on_delete=models.PROTECT, related_name="reminders"
    )
    about = models.CharField(max_length=80)  # an invoice's Stripe id, "trial:2026-12-21", …
    kind = models.SmallIntegerField()  # days after it was due; negative: before it ends; 0: issued
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["sent_at"]
        constraints = [
            models.UniqueConstraint(fields=["account", "about", "kind"], name="reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.kind:+d}"


class UsageDay(models.Model):
    """What a city had used on one day: of the month's letters and messages, seats, bytes."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    letters = models.PositiveIntegerField()
    seats = models.PositiveIntegerField()
    storage = models.PositiveBigIntegerField()  # bytes
    messages = models.PositiveIntegerField()

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="usage_once_a_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class Reconciliation(models.Model):
    """One comparison of Stripe with our rows, and where they differed."""

    at = models.DateTimeField()
    subscriptions = models.PositiveIntegerField()  # compared
    invoices = models.PositiveIntegerField()
    differences = models.JSONField(default=list)  # [{"object", "field", "ours", "theirs"}]
    was_repaired = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {len(self.differences)}"
