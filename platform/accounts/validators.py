"""What may be a password, beside Django's own rules."""

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.utils.translation import gettext


class NotOneself(UserAttributeSimilarityValidator):
    """Django's comparison, told in words people use instead of a column's name."""

    def get_error_message(self) -> str:
        return gettext(
            "Kata sandi ini terlalu mirip dengan nama atau alamat Anda sendiri. Pakai kalimat lain."
        )
