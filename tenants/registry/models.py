"""Public schema: which cities there are, where they answer, and how they came to be."""

from django.db import models
from django_tenants.models import DomainMixin, TenantMixin


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
    data_key = models.BinaryField(default=bytes)  # wrapped by settings.MASTER_KEY
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "cities"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Domain(DomainMixin):
    """A host name a city answers on; the primary one is what links are built from."""

    def __str__(self) -> str:
        return self.domain
