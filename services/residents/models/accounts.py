"""Accounts: which user is which person, and codes from the counter."""

from django.conf import settings
from django.db import models

from services.residents.models.people import Person
from services.residents.sealing import unseal


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
