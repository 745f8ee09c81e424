"""Pages that send a person back accept a path of their own host and nothing else."""

import pytest
from django.test import Client

from accounts.models import User
from tenants.backend.scope import in_public
from tests.operators import enter
from ui.paths import own_path

FOREIGN = ["evil", "next", "setup", "landing", "//evil.example/", "https://evil.example/",
           "/\\evil.example", "javascript:alert(1)", "\t//evil.example", ""]  # fmt: skip


@pytest.mark.parametrize("asked", FOREIGN)
def test_only_a_path_of_this_host_is_accepted(asked: str) -> None:
    assert own_path(asked) == ""


def test_a_path_keeps_its_query() -> None:
    assert own_path("/akun/?part=sandi#kontak") == "/akun/?part=sandi#kontak"


@pytest.mark.parametrize("asked", ["evil", "setup", "//evil.example/"])
def test_language_and_sign_in_go_home_for_a_foreign_address(
    public_client: Client, asked: str
) -> None:
    answer = public_client.post("/bahasa/", {"language": "id", "back": asked})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    with in_public():
        user = User.objects.create_user("rina@bontangkota.go.id", "sandi-panjang", name="Rina")
    enter(public_client, user)
    answer = public_client.get("/masuk/", {"next": asked})
    assert (answer.status_code, answer["Location"]) == (302, "/")
