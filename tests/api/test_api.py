"""The open API: what a city offers, and whether a letter is genuine."""

from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from services.applications import issuing, replacing
from services.catalogue.shipped import shipped
from services.letters.models import Letter
from tenants.backend.scope import in_city
from tenants.registry import stored_files
from tests.factories import MONDAY, approve, make_cast, submitted

pytestmark = pytest.mark.django_db


def test_services_are_listed_in_few_queries(bontang, client_for, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        answer = client_for(bontang).get("/api/v1/layanan/")
    slugs = {entry["slug"] for entry in answer.json()}
    assert slugs == {
        blueprint.slug for blueprint in shipped() if blueprint.offered and not blueprint.filed_by
    }


def test_a_genuine_letter_is_confirmed(bontang, blitar, client_for) -> None:
    with in_city(bontang):
        cast = make_cast()
        application = submitted(cast)
        approve(application, cast.hasan, cast.rina, cast.lurah)
        issuing.finish_letters(application_id=application.pk, at=MONDAY)
        letter = Letter.objects.get()
        name, nik = cast.sari_person.name, cast.sari_person.nik
    answer = client_for(bontang).get(f"/api/v1/verifikasi/{letter.code}/")
    assert answer.status_code == 200
    assert answer.json()["number"] == letter.number
    assert name not in answer.content.decode()
    assert nik not in answer.content.decode()
    assert client_for(blitar).get(f"/api/v1/verifikasi/{letter.code}/").status_code == 404


def test_an_unknown_code_is_a_problem_document(bontang, client_for) -> None:
    answer = client_for(bontang).get("/api/v1/verifikasi/TIDAKADA/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "Tidak ada surat dengan kode ini."


def test_the_schema_describes_both(bontang, client_for) -> None:
    text = client_for(bontang).get("/api/v1/skema/").content.decode()
    assert "/api/v1/verifikasi/{code}/" in text


def test_a_wrong_method_is_refused_in_indonesian(bontang, client_for) -> None:
    answer = client_for(bontang).post("/api/v1/layanan/")
    assert answer.status_code == 405
    assert "tidak menerima metode" in answer.json()["detail"]


def test_the_api_explains_itself_to_people(in_bontang, client_for) -> None:
    page = client_for(in_bontang).get("/api/")
    assert page.status_code == 200
    text = page.content.decode()
    for address in ("/api/v1/layanan/", "/api/v1/skema/", "/api/v1/verifikasi/KODE/"):
        assert address in text


def test_an_answer_is_as_the_schema_says(bontang, client_for) -> None:
    """Every verdict's answer against the published schema: no key more, none missing."""
    with in_city(bontang):
        cast = make_cast()
        application = submitted(cast)
        approve(application, cast.hasan, cast.rina, cast.lurah)
        waiting = Letter.objects.get()
    client = client_for(bontang)
    schemas = yaml.safe_load(client.get("/api/v1/skema/").content)["components"]["schemas"]

    def said(code: str, verdict: str) -> None:
        answer = client.get(f"/api/v1/verifikasi/{code}/").json()
        assert answer["verdict"] == verdict
        _matches(answer, {"$ref": "#/components/schemas/Check"}, schemas)

    said(waiting.code, "not_final")
    with in_city(bontang):
        issuing.finish_letters(application_id=application.pk, at=MONDAY)
        Letter.objects.update(valid_until="2099-01-01")
    said(waiting.code, "genuine")
    with in_city(bontang):
        Letter.objects.update(valid_until="2020-01-01")
    said(waiting.code, "expired")
    with in_city(bontang):
        right = replacing.replace_letter(
            letter_id=waiting.pk, typed={"keperluan": "Keringanan biaya"}, by=cast.lurah,
            reason="Keperluannya tertulis salah.", at=MONDAY,
        )  # fmt: skip
    said(waiting.code, "expired")
    said(right.code, "not_final")
    with in_city(bontang):
        issuing.finish_letters(application_id=application.pk, at=MONDAY)
    said(waiting.code, "replaced")
    said(right.code, "genuine")


def test_a_file_is_compared(bontang, client_for) -> None:
    with in_city(bontang):
        cast = make_cast()
        application = submitted(cast)
        approve(application, cast.hasan, cast.rina, cast.lurah)
        issuing.finish_letters(application_id=application.pk, at=MONDAY)
        letter = Letter.objects.get()
        pdf = stored_files.read(letter.file)
    client = client_for(bontang)
    schemas = yaml.safe_load(client.get("/api/v1/skema/").content)["components"]["schemas"]

    def said(content: bytes) -> dict[str, Any]:
        file = SimpleUploadedFile("surat.pdf", content)
        answer = client.post("/api/v1/verifikasi/", {"file": file})
        assert answer.status_code == 200
        _matches(answer.json(), {"$ref": "#/components/schemas/Compared"}, schemas)
        found: dict[str, Any] = answer.json()
        return found

    same = said(pdf)
    assert same["same"] == "same" and same["letter"]["number"] == letter.number
    altered = said(pdf.replace(b"%%EOF", b"%%EOG"))
    assert altered["same"] == "altered" and altered["letter"]["number"] == letter.number
    assert said(b"%PDF-1.7 x") == {"same": "foreign", "signatures": [], "letter": None}
    answer = client.post("/api/v1/verifikasi/", {"file": "teks"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def _matches(value: object, schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if value is None:
        assert schema.get("nullable") or "null" in schema.get("type", ""), schema
        return
    if "enum" in schema:
        assert value in schema["enum"]
    if schema.get("type") == "array":
        assert isinstance(value, list)
        for one in value:
            _matches(one, schema["items"], schemas)
    elif "properties" in schema:
        assert isinstance(value, dict)
        assert set(value) == set(schema["properties"]) == set(schema["required"])
        for key, one in value.items():
            _matches(one, schema["properties"][key], schemas)
    elif schema.get("type") in ("string", "boolean", "integer"):
        kinds = {"string": str, "boolean": bool, "integer": int}
        assert isinstance(value, kinds[schema["type"]])
