"""What is handed in with a case, and what is known of it in clear."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q

from services.cases.models.cases import Case
from tenants.office.models import Unit


class Photo(models.Model):
    """A photo that somebody took at a visit; each kind adds what it shows."""

    path = models.CharField(max_length=200)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["pk"]


class Document(models.Model):
    """How a requirement is met: by a file, which lies under an unguessable name and is served
    only to who may see the case, or without one, by what the register or another city says."""

    class Origin(models.TextChoices):
        """In the order in which a requirement is met."""

        REGISTER = "register", "dari data penduduk"
        WALLET = "wallet", "dari dompet dokumen"
        LETTER = "letter", "surat yang sudah diterbitkan di sini"
        ELSEWHERE = "elsewhere", "surat daerah lain, dicek dengan kodenya"
        UPLOAD = "upload", "diunggah"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    key = models.CharField(max_length=40)  # which document of the service it is
    # As whoever handed it in called it, for people; without a file, what is known in its place.
    name = models.CharField(max_length=120)
    origin = models.CharField(
        max_length=10, choices=Origin, default=Origin.UPLOAD, db_default=Origin.UPLOAD
    )
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()  # bytes, as stored
    pages = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200, blank=True)  # "" where there is no file
    # Its file went with the archive of the case.
    is_destroyed = models.BooleanField(default=False, db_default=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="one_file_per_document"),
            models.CheckConstraint(
                condition=~Q(path="")
                | Q(origin="register")
                | Q(origin="elsewhere")
                | Q(is_destroyed=True),
                name="document_has_file",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_file(self) -> bool:
        return bool(self.path)


VALUES = ("number", "text", "date", "unit", "latitude")


def _only(name: str) -> Q:
    return Q(**{f"{other}__isnull": other != name for other in VALUES})


class CaseFact(models.Model):
    """One thing known of a case in clear, to be counted, filtered, ranked and mapped: an answer
    that its service marks as reportable. One of the values is set; a point is two."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="facts")
    key = models.CharField(max_length=40)
    # Room for every number that may be typed (``kernel.numbers.MOST_DIGITS``), and its decimals.
    number = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    text = models.CharField(max_length=250, null=True)  # noqa: DJ001 - null: it is another value
    date = models.DateField(null=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="fact_once"),
            models.CheckConstraint(
                condition=reduce(or_, map(_only, VALUES)), name="fact_has_one_value"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="fact_has_whole_point",
            ),
        ]
        indexes = [
            models.Index(fields=["key", "number"], name="fact_number"),
            models.Index(fields=["key", "text"], name="fact_text"),
            models.Index(fields=["key", "date"], name="fact_date"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.key}"
