"""A thousand services of a hundred questions each."""

import hashlib
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.catalogue import blueprint as format_
from services.catalogue.actions import card_of
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service, ServiceVersion
from services.catalogue.shipped import shipped

MOST_QUERIES = 5
SKTM = next(b for b in shipped() if b.slug == "sktm")


@pytest.fixture
def many(in_bontang) -> None:
    """A thousand more services, each with a hundred questions and a version of its own."""
    asked = [
        {"key": f"tanya_{n}", "type": "text", "label": f"Pertanyaan {n}?", "required": False}
        for n in range(97)
    ]
    whole = SKTM.canonical()
    blueprint = Blueprint.model_validate({**whole, "fields": [*whole["fields"], *asked]})
    assert len(blueprint.fields) == 100
    definition, card = blueprint.canonical(), card_of(blueprint)
    services = Service.objects.bulk_create(
        Service(slug=f"banyak-{n}", title=f"Layanan banyak {n}", category="umum", card=card)
        for n in range(1000)
    )
    versions = ServiceVersion.objects.bulk_create(
        (
            ServiceVersion(
                service=service,
                digest=hashlib.sha256(service.slug.encode()).hexdigest(),
                release=1,
                definition={**definition, "slug": service.slug, "title": service.title},
            )
            for service in services
        ),
        batch_size=100,
    )
    for service, version in zip(services, versions, strict=True):
        service.current = version
    Service.objects.bulk_update(services, ["current"], batch_size=500)


@pytest.mark.parametrize("page", ["/", "/?q=banyak 777", "/kebutuhan/umum/"])
def test_the_catalogue_asks_little(many, in_bontang, client_for, page: str) -> None:
    client = client_for(in_bontang)
    client.get(page)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(page)
    assert answer.status_code == 200
    assert "Layanan banyak 777" in answer.content.decode()
    assert len(seen) <= MOST_QUERIES, [q["sql"][:120] for q in seen.captured_queries]
    assert not any('"definition"' in q["sql"] for q in seen.captured_queries)


def test_a_definition_is_parsed_once_for_its_hash(
    many, in_bontang, client_for, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    real = Blueprint.model_validate

    def counted(definition: Any, **more: Any) -> Blueprint:
        parsed.append(definition["slug"])
        return real(definition, **more)

    format_._parsed.cache_clear()
    monkeypatch.setattr(Blueprint, "model_validate", counted)
    client = client_for(in_bontang)
    for _ in range(3):
        assert client.get("/layanan/banyak-7/").status_code == 200
    assert parsed == ["banyak-7"]
    # Another row with the same hash is the same content: nothing to parse.
    same = ServiceVersion.objects.get(service__slug="banyak-7")
    again = ServiceVersion(digest=same.digest, definition=same.definition, release=1)
    assert again.blueprint is same.blueprint
    assert parsed == ["banyak-7"]
    same.read_in("en"), again.read_in("en")
    assert len(parsed) == 2, "and its English once"
