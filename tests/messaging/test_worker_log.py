"""What a real worker writes about a mail that holds a one-time link."""

from pathlib import Path

import pytest

from accounts import passwords
from accounts.models import User
from messaging.models import Outbox
from tenants.backend.scope import in_city
from tenants.registry.models import City
from tests.worker import Worker, wait_until

pytestmark = [pytest.mark.processes]


def test_no_worker_log_holds_the_link_of_a_reset(
    bontang: City, committed: None, tmp_path: Path, settings: object
) -> None:
    with in_city(bontang):
        user = User.objects.create_user("siti@contoh.id", None, name="Siti", email="siti@contoh.id")
        passwords.send_reset(email="siti@contoh.id", host_url="http://x.localhost", remote="")
        row = Outbox.objects.get(kind="mail.send")
        link = passwords.set_password_path(user)
        assert link.split("/")[2] in row.payload["body"]  # the mail does hold it
        token = row.payload["body"].split("/sandi/")[1].split("/")[1]
    log = tmp_path / "worker.log"
    worker = Worker(log)
    try:
        with in_city(bontang):
            wait_until(lambda: Outbox.objects.get(pk=row.pk).attempts > 0)
            wait_until(lambda: "password-link" in log.read_text())
    finally:
        worker.kill()
    written = log.read_text()
    assert "mail.send" in written and token not in written and "siti@contoh" not in written
