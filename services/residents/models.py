"""The population register of one city."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper

from services.residents import codes
from services.residents.sealing import unseal
from tenants.office.models import Unit


class Household(models.Model):
    """One Kartu Keluarga."""

    kk_sealed = models.BinaryField()
    kk_print = models.BinaryField(max_length=32, unique=True)
    address = models.CharField(max_length=200)
    # The RT, or the deepest place that is known: an RW, or the kelurahan or desa itself.
    rt = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="households")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"KK {self.pk}"

    @property
    def kk_number(self) -> str:
        return unseal(self.kk_sealed)


class PersonQuerySet(models.QuerySet["Person"]):
    def living_here(self) -> Self:
        """Residents: alive, and neither moved away, missing, gone nor struck off.

        Whoever offers, addresses or admits people asks this; others keep their records only.
        """
        return self.filter(status=codes.Status.ALIVE)


class Person(models.Model):
    """One person of the register. The NIK is only readable through ``nik``.

    NULL is "the register does not know": files often leave columns out.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    nik_sealed = models.BinaryField()
    nik_print = models.BinaryField(max_length=32, unique=True)
    name = models.CharField(max_length=150)
    sex = models.PositiveSmallIntegerField(choices=codes.Sex)
    birth_place = models.CharField(max_length=80)
    birth_date = models.DateField()
    religion = models.PositiveSmallIntegerField(choices=codes.Religion, null=True)
    marital = models.PositiveSmallIntegerField(choices=codes.Marital, null=True)
    relation = models.PositiveSmallIntegerField(choices=codes.Relation, null=True)
    education = models.PositiveSmallIntegerField(choices=codes.Education, null=True)
    occupation = models.PositiveSmallIntegerField(
        choices=list(codes.OCCUPATIONS.items()), null=True
    )
    citizenship = models.PositiveSmallIntegerField(choices=codes.Citizenship, null=True)
    father_name = models.CharField(max_length=150, blank=True)
    mother_name = models.CharField(max_length=150, blank=True)
    status = models.PositiveSmallIntegerField(choices=codes.Status, default=codes.Status.ALIVE)
    resident_since = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(Upper("name"), name="person_name_upper"),
            models.Index(fields=["birth_date"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def nik(self) -> str:
        return unseal(self.nik_sealed)

    @property
    def lives_here(self) -> bool:
        """What ``living_here`` asks, for one person."""
        return self.status == codes.Status.ALIVE


class ResidentAccount(models.Model):
    """Ties the key (a user) to the person in the register."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resident"
    )
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id} = {self.person_id}"


class OfficialIdentity(models.Model):
    """The NIK of somebody who signs in with an e-mail address to work for the city.

    Kept by NIK, not by row of the register: an official may be entered there later, or live
    elsewhere.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="identity"
    )
    nik_sealed = models.BinaryField()
    nik_print = models.BinaryField(max_length=32, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id}"

    @property
    def nik(self) -> str:
        return unseal(self.nik_sealed)


class OneTimeCode(models.Model):
    """A code from the counter by which one account gets a password; only its keyed hash."""

    class Checked(models.TextChoices):
        """How the official made sure who asks."""

        KTP = "ktp", "KTP-nya, dan wajahnya cocok"
        IKD = "ikd", "KTP digital (IKD) yang dibuka di ponselnya, dan wajahnya cocok"
        SUBSTITUTE = "pengganti", "Surat pengganti KTP dari Disdukcapil, dan wajahnya cocok"
        APPOINTED = "ditunjuk", "Kartu diserahkan langsung kepada yang baru ditunjuk"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="one_time_code"
    )
    digest = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()
    checked = models.CharField(max_length=12, choices=Checked)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.user_id}"
