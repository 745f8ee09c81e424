"""What the pages of fees and visits cost in queries, however long their lists are."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from services.payments.models import FeeOrder
from tests.factories import Cast, approve, submitted
from tests.fees import order_of, ordered, treasurer

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def cost(deed: Callable[[], Any], status: int = 200) -> int:
    with CaptureQueriesContext(connection) as seen:
        answer = deed()
    assert answer.status_code == status, answer
    return len(seen)


def test_lists_and_pages_of_a_treasurer(cast: Cast, as_: As) -> None:
    sent, order = ordered(cast)
    for _ in range(3):
        other = submitted(cast)
        approve(other, cast.hasan, cast.rina)
    who = as_(treasurer(cast.village, cast.lurah))
    who.get("/meja/retribusi/")  # warm
    assert FeeOrder.objects.count() == 4
    assert cost(lambda: who.get("/meja/retribusi/")) <= 11
    page = f"/meja/retribusi/{order.pk}/"
    assert cost(lambda: who.get(page)) <= 18
    pay = {"act": "cash", "pk": order.pk, "amount": "25.000"}
    assert cost(lambda: who.post(page, pay), 302) <= 30
    latest = order_of(other)
    who.post(f"/meja/retribusi/{latest.pk}/", {**pay, "pk": latest.pk})
    assert cost(lambda: who.get("/meja/retribusi/buku/")) <= 13
    sari = as_(cast.sari)
    sari.get(f"/permohonan/{sent.pk}/")
    assert cost(lambda: sari.get(f"/permohonan/{sent.pk}/")) <= 22
    assert cost(lambda: sari.get(f"/retribusi/{order.pk}/")) <= 20
