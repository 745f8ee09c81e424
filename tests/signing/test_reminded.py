"""Who signs is told of what waits too long, once a day and in one notice."""

from datetime import timedelta

import pytest

from messaging.models import Outbox
from services.signing import reminding
from services.signing.models import Signature
from tests.factories import MONDAY
from tests.signing.conftest import Desk
from tests.signing.test_who_may_sign import leaves, successor

pytestmark = pytest.mark.django_db
MORNING = MONDAY.replace(hour=0, minute=30) + timedelta(days=7)  # Monday, 08.30 WITA


def mails() -> list[str]:
    found = Outbox.objects.filter(kind="mail.send", key__contains="sign-overdue")
    return [one.payload["subject"] for one in found.order_by("pk")]


def test_the_signatory_is_told_once_a_day(local: Desk) -> None:
    for _ in range(3):
        local.letter()
    assert all(row.due_at is not None for row in Signature.objects.all())
    assert reminding.remind(at=MONDAY.replace(hour=0)) == 0  # not late yet
    assert reminding.remind(at=MORNING.replace(hour=5)) == 0  # not the hour
    assert reminding.remind(at=MORNING + timedelta(days=6)) == 0  # a Sunday
    assert reminding.remind(at=MORNING) == 1
    reminding.remind(at=MORNING + timedelta(minutes=20))
    assert mails() == ["3 surat belum Anda tanda tangani melewati batas waktu"]
    reminding.remind(at=MORNING + timedelta(days=1))
    assert len(mails()) == 2


def test_who_holds_the_post_now_is_told_instead(local: Desk) -> None:
    local.letter()
    leaves(local.lurah)
    heir = successor("lurah-baru", local.cast.village, "lurah")
    assert reminding.remind(at=MORNING) == 1
    [told] = Outbox.objects.filter(kind="mail.send", key__contains="sign-overdue")
    assert str(heir.pk) in told.key
