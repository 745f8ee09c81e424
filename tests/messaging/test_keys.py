"""Keys of the outbox are logged and shown: none may open anything."""

import pytest
from django.db import transaction

from kernel.ids import secret_code
from kernel.logs import looks_secret
from messaging import mail, outbox


@pytest.mark.parametrize(
    "key",
    ["invite:/sandi/MTI/cxk1yz-3f1c2a9b8d7e6f5a4b3c2d1e0f9a8b7c/",
     "cxk1yz-3f1c2a9b8d7e6f5a4b3c2d1e0f9a8b7c", "x:yqS5uT0_yT9sY0sJ3nJ8b2l-1vXqv1aB",
     f"import:{secret_code()}"],
    ids=["link", "token", "session", "code"],
)  # fmt: skip
def test_a_key_that_holds_a_link_or_a_token_is_refused(db: None, key: str) -> None:
    with transaction.atomic():
        for order in (
            lambda: outbox.enqueue("mail.send", {}, key=key),
            lambda: mail.send("a@contoh.id", "x", "y", key=key, essential=True),
        ):
            with pytest.raises(ValueError, match="may hold a secret"):
                order()


@pytest.mark.parametrize(
    "key",
    ["stripe:evt_1NG8Du2eZvKYlo2CUI79vXWy:0", "billing:late:in_1NG8Du2eZvKYlo2CUI79vXWy:1",
     "password-link:17:3f1c2a9b8d7e6f5a",
     "mfa-reset:3:2026-11-28T20:58:20.123456+00:00", "periodic:applications.remind_late:1234567",
     "late:17:petugas_dinas:2026-11-28", "deletion:operators:3:1", "backup:2026-11-28:12"],
)  # fmt: skip
def test_keys_that_name_work_are_taken(key: str) -> None:
    assert not looks_secret(key)
