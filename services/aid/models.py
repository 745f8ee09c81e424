"""Programmes of aid and who is proposed for them. Rows are written by this app's actions alone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from services.residents.models import Person
from services.residents.sealing import unseal
from tenants.office.models import Unit

_USER = settings.AUTH_USER_MODEL


class Programme(models.Model):
    """Aid for which neighbourhoods propose people: opened by a kelurahan or by an RT."""

    class Kind(models.TextChoices):
        FOOD = "food", "Sembako"
        CASH = "cash", "Uang tunai"
        HEALTH = "health", "Kesehatan"
        SCHOOL = "school", "Pendidikan"
        HOUSE = "house", "Perbaikan rumah"
        OTHER = "other", "Bantuan lain"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=Kind)
    period = models.CharField(max_length=60)  # in words: "Desember 2026"
    quota = models.PositiveIntegerField()
    criteria = models.TextField(max_length=1000)
    opened_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)  # the post by which it was opened
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["unit", "-id"], name="aid_programme_list")]
        constraints = [
            models.CheckConstraint(condition=Q(quota__gt=0), name="aid_for_somebody"),
        ]

    def __str__(self) -> str:
        return self.name


class Candidate(models.Model):
    """Somebody a neighbourhood proposes, with the reason, and the kelurahan's answer."""

    class Reason(models.TextChoices):
        OLD = "old", gettext_lazy("Lansia yang tinggal sendiri")
        DISABLED = "disabled", gettext_lazy("Penyandang disabilitas")
        SICK = "sick", gettext_lazy("Sakit menahun")
        JOBLESS = "jobless", gettext_lazy("Kehilangan pekerjaan")
        ORPHAN = "orphan", gettext_lazy("Anak yatim atau piatu")
        ALONE = "alone", gettext_lazy("Kepala keluarga tunggal")
        HOUSE = "house", gettext_lazy("Rumah tidak layak huni")
        DISASTER = "disaster", gettext_lazy("Terkena bencana")
        OTHER = "other", gettext_lazy("Sebab lain")

    class State(models.TextChoices):
        DRAFT = "draft", gettext_lazy("belum dikirim")
        SENT = "sent", gettext_lazy("diperiksa kelurahan")
        ASKED = "asked", gettext_lazy("ditanyakan kembali")
        ACCEPTED = "accepted", gettext_lazy("diterima")
        REFUSED = "refused", gettext_lazy("tidak diterima")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="candidates")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="aid")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=8, choices=Reason)
    words_sealed = models.BinaryField()
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    proposed_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)  # the post by which somebody proposed
    proposed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answer_sealed = models.BinaryField(null=True)  # why not, or what is asked
    answered_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    objection_sealed = models.BinaryField(null=True)  # the person's own words, once
    objected_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["unit", "pk"]
        indexes = [
            models.Index(fields=["programme", "unit", "id"], name="aid_candidate_list"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["programme", "person"], name="proposed_once"),
            models.CheckConstraint(
                condition=Q(objected_at=None) | Q(answered_at__isnull=False),
                name="objected_to_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id}: {self.person_id}"

    @property
    def words(self) -> str:
        return unseal(self.words_sealed)

    @property
    def answer(self) -> str:
        return unseal(self.answer_sealed) if self.answer_sealed else ""

    @property
    def objection(self) -> str:
        return unseal(self.objection_sealed) if self.objection_sealed else ""

    @property
    def objects_to_the_answer(self) -> bool:
        """Whether the person objected to the last answer."""
        return (
            self.objected_at is not None
            and self.answered_at is not None
            and self.objected_at > self.answered_at
        )
