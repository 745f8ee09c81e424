"""Lists cost the same number of queries however long they are."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from services.applications import actions
from services.cases import decisions
from services.catalogue.queries import service
from services.residents.models import Person
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, account, family, official, photo

ANSWERS = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}


def _ask(person: Person, by: User) -> int:
    """One more SKTM of a neighbour in RT 001, sent."""
    draft = actions.begin(service=service("sktm"), applicant=person, by=by)
    wrong = actions.save_answers(
        application_id=draft.pk,
        typed=ANSWERS,
        files={"pernyataan": photo()},
        names={"pernyataan": "foto.jpg"},
        by=by,
    )
    assert wrong == {}
    actions.submit(application_id=draft.pk, by=by, at=MONDAY)
    return draft.pk


def _queries(client: Client, path: str) -> int:
    """Queries of a warm page; the lower of two counts, since a cache of the process or a session's
    time may be renewed during one of them."""
    assert client.get(path).status_code == 200  # warm: content types, session
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        counts.append(len(seen))
    return min(counts)


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("hasan", "/rt/", 20),
        ("rina", "/meja/", 20),
        ("rina", "/meja/?tab=selesai", 20),
        ("sari", "/permohonan/", 20),
        ("sari", "/", 20),
    ],
)
def test_a_longer_list_asks_no_more(
    cast: Cast,
    in_bontang: City,
    client_for: Callable[[City], Client],
    who: str,
    path: str,
    most: int,
) -> None:
    client = client_for(in_bontang)
    client.force_login(getattr(cast, who), "accounts.backends.LoginBackend")

    def more() -> None:
        if who == "sari":
            _ask(cast.sari_person, cast.sari)
            return
        person, *_ = family(cast.village)
        application = actions.Application.objects.get(pk=_ask(person, account(person)))
        for user in {"hasan": [], "rina": [cast.hasan]}[who]:
            step = application.steps.get(state="open")
            decisions.approve(step_id=step.pk, by=user, at=MONDAY)
        if "selesai" in path:
            step = application.steps.get(state="open")
            decisions.approve(step_id=step.pk, by=cast.rina, at=MONDAY)

    more()
    one = _queries(client, path)
    for _ in range(4):
        more()
    assert _queries(client, path) == one <= most


def test_the_administration_lists_ask_no_more_per_row(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    admin = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    client = client_for(in_bontang)
    client.force_login(admin, "accounts.backends.LoginBackend")
    for path in ("kesiapan/", "pejabat/", "wilayah/", "rt/", "layanan/", ""):
        assert _queries(client, f"/kelola/{path}") <= 25, path
