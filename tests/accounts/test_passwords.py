"""What may be a password."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User

RINA = User(name="Rina Wulandari", email="rina.wulandari@contoh.go.id", login="rina.w@contoh.go.id")


@pytest.mark.parametrize(
    "password", ["Rina Wulandari", "rina wulandari1", "rina.wulandari@contoh.go.id"]
)
def test_ones_own_name_or_address_is_none(password: str) -> None:
    with pytest.raises(ValidationError, match="nama atau alamat Anda sendiri"):
        validate_password(password, RINA)


def test_a_sentence_of_the_same_letters_as_a_name_is_one() -> None:
    validate_password("kalimat baru saya", User(name="Kamila Subarsyah", email="a@contoh.go.id"))
