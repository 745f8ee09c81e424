"""Public schema: which cities there are, where they answer, and how they came to be."""

from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.urls import reverse
from django_tenants.models import DomainMixin, TenantMixin

from accounts.fields import EmailAddressField
from tenants.backend.place import Place
from tenants.backend.scope import in_public


class City(TenantMixin):
    """One kabupaten or kota: a customer, a schema, a subdomain."""

    class Status(models.TextChoices):
        PROVISIONING = "provisioning", "Sedang disiapkan"
        TRIAL = "trial", "Masa coba"
        ACTIVE = "active", "Aktif"
        PAST_DUE = "past_due", "Menunggu pembayaran"
        SUSPENDED = "suspended", "Hanya baca"
        CLOSED = "closed", "Ditutup"

    auto_create_schema = False
    auto_drop_schema = False

    code = models.CharField("kode Kemendagri", max_length=5, unique=True)  # "64.74"
    name = models.CharField(max_length=100)  # "Kota Bontang"
    province = models.CharField(max_length=60)
    subdomain = models.SlugField(max_length=40, unique=True)
    timezone = models.CharField(max_length=40)
    status = models.CharField(max_length=16, choices=Status, default=Status.PROVISIONING)
    is_demo = models.BooleanField(default=False)
    done_stages = models.JSONField(default=list)  # of provisioning, by name
    data_key = models.BinaryField(default=bytes)  # wrapped by settings.MASTER_KEY
    # The key before, while everything sealed with it is sealed anew; else null.
    previous_key = models.BinaryField(null=True)
    key_changed_at = models.DateTimeField(null=True)
    # What the city may use (null: no limit); written by tenants.registry.entitlements alone.
    trial_ends_at = models.DateTimeField(null=True, blank=True)  # null: paid, or no end known
    letters_per_month = models.PositiveIntegerField(null=True, blank=True)
    staff_seats = models.PositiveIntegerField(null=True, blank=True)
    storage_mb = models.PositiveIntegerField(null=True, blank=True)
    messages_per_month = models.PositiveIntegerField(null=True, blank=True)
    # Why the operator set the limits by hand; then no plan changes them. Empty: the plan's.
    limits_note = models.CharField(max_length=200, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "cities"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Place:
        """Where this city's statements run; made once per object."""
        known: Place | None = self.__dict__.get("_place")
        if known is None or known.name != self.schema_name:
            known = self.__dict__["_place"] = Place(self)
        return known

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def host(self) -> str:
        """The host name links are built from, without a port."""
        if "_host" not in self.__dict__:
            with in_public():
                primary = self.domains.filter(is_primary=True).first()
            usual = f"{self.subdomain}.{settings.BASE_DOMAIN}"
            self.__dict__["_host"] = primary.domain if primary else usual
        return str(self.__dict__["_host"])

    def url(self, path: str = "/") -> str:
        """An absolute address in this city, with the installation's scheme and port."""
        public = urlsplit(settings.PUBLIC_URL)
        netloc = f"{self.host}:{public.port}" if public.port else self.host
        return urlunsplit((public.scheme, netloc, "", "", "")) + path

    def page(self, name: str, *args: object, query: str = "") -> str:
        """The absolute address of one of this city's pages, by the name in its URLs."""
        path = reverse(name, urlconf=settings.ROOT_URLCONF, args=args)
        return self.url(f"{path}?{query}" if query else path)

    @property
    def is_live(self) -> bool:
        """Whether the city has a schema in which work is done."""
        return self.status not in {self.Status.PROVISIONING, self.Status.CLOSED}

    @property
    def is_read_only(self) -> bool:
        return self.status == self.Status.SUSPENDED


class Domain(DomainMixin):
    """A host name a city answers on; the primary one is what links are built from."""

    def __str__(self) -> str:
        return str(self.domain)


class Signup(models.Model):
    """An official's request to bring a kabupaten or kota onto the platform.

    Several may ask for the same city; the first whose request is *accepted* (address under
    ``.go.id`` confirmed, or the operator's approval) holds code and subdomain from then on.
    """

    class State(models.TextChoices):
        EMAIL_SENT = "email_sent", "Menunggu konfirmasi e-mail"
        WAITING_APPROVAL = "waiting_approval", "Menunggu persetujuan pengelola"
        APPROVED = "approved", "Disetujui"
        PROVISIONING = "provisioning", "Sedang disiapkan"
        DONE = "done", "Selesai"
        REJECTED = "rejected", "Ditolak"
        FAILED = "failed", "Gagal"

    HOLDING = (State.APPROVED, State.PROVISIONING, State.DONE, State.FAILED)

    code = models.CharField("kode Kemendagri", max_length=5)
    subdomain = models.CharField(max_length=40)
    name = models.CharField("nama pejabat", max_length=150)
    post = models.CharField("jabatan", max_length=120)
    email = EmailAddressField()
    password = models.CharField(max_length=200, blank=True)  # hash; emptied once it is used
    terms_accepted_at = models.DateTimeField()
    confirm_digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the link's token
    confirm_expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    status_token = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.EMAIL_SENT)
    reason = models.TextField(blank=True)  # why rejected or failed, fit to show
    city = models.OneToOneField(
        City, null=True, blank=True, on_delete=models.SET_NULL, related_name="signup"
    )
    decided_by = models.CharField(max_length=254, blank=True)  # the operator's login
    decided_at = models.DateTimeField(null=True, blank=True)
    # Of the one-time sign-in on the city's host: SHA-256 of its token; emptied when it is used.
    handover_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    handover_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(state__in=["approved", "provisioning", "done", "failed"]),
                name="signup_holds_code",
            ),
            models.UniqueConstraint(
                fields=["subdomain"],
                condition=models.Q(state__in=["approved", "provisioning", "done", "failed"]),
                name="signup_holds_subdomain",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"])]

    def __str__(self) -> str:
        return f"{self.code} {self.email}"

    @property
    def domain(self) -> str:
        """Of the e-mail address, in small letters."""
        return str(self.email).lower().rpartition("@")[2]


class Tombstone(models.Model):
    """What remains of a deleted city: that it was, and when its schema was dropped."""

    code = models.CharField(max_length=5)
    name = models.CharField(max_length=100)
    schema_name = models.CharField(max_length=63)
    reason = models.CharField(max_length=200)
    deleted_by = models.CharField(max_length=254)
    decided_at = models.DateTimeField(auto_now_add=True)
    schema_dropped_at = models.DateTimeField(null=True, blank=True)
    files_deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-decided_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Backup(models.Model):
    """That a city was written into one file (tenants.registry.backups), and which file that is; or
    why it was not (``problem``)."""

    city = models.ForeignKey(
        City, null=True, blank=True, on_delete=models.SET_NULL, related_name="backups"
    )
    city_code = models.CharField(max_length=5)
    made_at = models.DateTimeField()  # the moment its rows show
    took = models.FloatField()  # seconds
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)  # of the file
    rows = models.PositiveBigIntegerField()
    file_name = models.CharField(max_length=200)  # without its folder
    problem = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["city", "-made_at"])]

    def __str__(self) -> str:
        return f"{self.city_code} {self.made_at:%Y-%m-%d}"


class Health(models.Model):
    """How a city was when it was last counted (tenants.registry.health)."""

    city = models.OneToOneField(City, on_delete=models.CASCADE, related_name="health")
    taken_at = models.DateTimeField()
    letters = models.PositiveBigIntegerField(default=0)  # of this month
    seats = models.PositiveBigIntegerField(default=0)
    storage = models.PositiveBigIntegerField(default=0)  # bytes
    messages = models.PositiveBigIntegerField(default=0)  # of this month
    fullest = models.PositiveSmallIntegerField(default=0)  # percent of the limit nearest its end
    outbox_failed = models.PositiveIntegerField(default=0)
    outbox_due = models.PositiveIntegerField(default=0)
    oldest_due_at = models.DateTimeField(null=True, blank=True)
    migrations_missing = models.PositiveSmallIntegerField(default=0)
    probes = models.JSONField(default=dict)  # what other apps count: {"overdue": 3}
    troubles = models.PositiveIntegerField(default=0)  # all of the above that should be zero

    class Meta:
        verbose_name_plural = "health"

    def __str__(self) -> str:
        return f"{self.city_id} {self.taken_at:%Y-%m-%d %H:%M}"
