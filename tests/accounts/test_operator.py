import io

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from accounts.models import User

pytestmark = pytest.mark.django_db


def create(monkeypatch, password: str, email: str = "Op@Contoh.id") -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    call_command("create_operator", email, "Operator Satu", stdout=io.StringIO())


def test_an_operator_signs_in_with_the_password_given(monkeypatch, rf) -> None:
    create(monkeypatch, "melati-di-tepi-laut")
    user = authenticate(rf.post("/"), username="op@contoh.id", password="melati-di-tepi-laut")
    assert isinstance(user, User)
    assert user.is_operator


@pytest.mark.parametrize(
    ("password", "email"), [("123", "a@contoh.id"), ("melati-di-tepi-laut", "bukan-alamat")]
)
def test_what_is_wrong_is_said_and_nothing_written(monkeypatch, password, email) -> None:
    with pytest.raises(CommandError, match=r"e-mail|[Kk]ata sandi|[Ss]andi"):
        create(monkeypatch, password, email)
    assert not User.objects.filter(is_operator=True).exists()


def test_an_operator_goes_on_in_the_console(monkeypatch, public_client) -> None:
    create(monkeypatch, "melati-di-tepi-laut")
    answer = public_client.post(
        "/masuk/", {"username": "op@contoh.id", "password": "melati-di-tepi-laut"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/konsol/"
