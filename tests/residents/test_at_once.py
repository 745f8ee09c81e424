"""Acts on the same people at the same moment."""

import threading
import time
from datetime import date

from django.db import connection, connections, transaction

from services.residents import happenings, register
from services.residents.happenings import Basis
from services.residents.models import Household, Person, PersonEvent, Source
from tenants.backend.scope import in_city
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import make_cast

ON = date(2026, 11, 20)


def origin() -> Source:
    return register.source(kind=Source.Kind.ENTRY, label="Akta", by=None)


def test_undo_that_meets_another_act_on_the_card_waits_and_blocks_nobody(
    committed: object, bontang: City
) -> None:
    with in_city(bontang):
        cast = make_cast()
        card = cast.sari_person.household_id
        rt = Unit.objects.get(code=f"{cast.village.code}/001/002")
        moved = happenings.move_card(
            household_id=card,
            address="Jalan Lain 5",
            rt=rt,
            basis=Basis(origin=origin(), by=None, on=ON),
        )
    undone: list[PersonEvent] = []

    def run() -> None:
        try:
            with in_city(bontang):
                undone.append(register.undo(event_id=moved[0].pk, origin=origin(), by=None))
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    with in_city(bontang), transaction.atomic():
        Household.objects.select_for_update().get(pk=card)
        thread.start()
        wait_until_somebody_waits()
        assert Person.objects.select_for_update(nowait=True).filter(household=card).first()
    thread.join()
    assert len(undone) == 1


def wait_until_somebody_waits() -> None:
    """Until another connection waits for a lock."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits for a lock")
