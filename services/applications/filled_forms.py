"""Forms of the ministry, filled in as PDF from the answers of a case and the register.

What is not known stays blank: nothing is guessed, and health is never printed from the register.
"""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere
from kernel.tanggal import MONTHS, long_date
from kernel.text import digits
from services.applications import queries
from services.applications.concerning import concerned
from services.applications.models import Application
from services.catalogue.blueprint import Blueprint
from services.catalogue.official_forms import FormSpec
from services.questions.conditions import Answer, Answers, all_hold
from services.questions.kind import FieldSpec, kind_of
from services.residents.models import Person
from services.residents.queries import facts_of
from tenants.office.naming import bare_name
from tenants.office.queries import village_code
from tenants.registry.current import city
from typeset import pdf

LAYOUTS = Path(__file__).parent / "layouts" / "formulir"
NOT_FOUND = "Formulir ini tidak ada di permohonan ini."


def wanted(application: Application) -> list[FormSpec]:
    """The forms that this case needs, by its answers; none of one that was not sent."""
    if application.number is None:
        return []
    given = application.answers
    return [spec for spec in application.blueprint.forms if all_hold(spec.when, given)]


def for_reader(user: User, application_id: int, key: str, *, today: date) -> Application:
    """A case of which this user may print a form: their own, at a desk that has it, or typed at
    their counter; its reading is recorded. Raises NotThere."""
    try:
        found = queries.get_for(user, application_id, today=today, with_papers=True)
    except NotThere:
        found = queries.in_hand(user, application_id, today=today)
    if all(spec.key != key for spec in wanted(found)):
        raise NotThere(NOT_FOUND)
    if not queries.is_applicant(user, found):
        audit.record_read(actor=user, person_id=concerned(found).pk, purpose="formulir")
    audit.record(
        "form.printed", actor=user, subject="application", subject_id=found.pk,
        detail={"form": key},
    )  # fmt: skip
    return found


def as_pdf(application: Application, key: str, *, at: datetime) -> bytes:
    """One form of a case."""
    spec = next((one for one in wanted(application) if one.key == key), None)
    if spec is None:
        raise NotThere(NOT_FOUND)
    return fill(
        application.blueprint, application.answers, spec, person=concerned(application),
        number=str(application.number), at=at,
    )  # fmt: skip


def fill(
    blueprint: Blueprint, answers: Answers, spec: FormSpec, *, person: Person, number: str,
    at: datetime,
) -> bytes:  # fmt: skip
    """A form with what these answers and the register say of a person."""
    here, facts = city(), facts_of(person)
    fields = {field.key: field for field in blueprint.fields}
    village = village_code(person.household.rt)
    data = {
        "code": spec.form.code, "title": spec.form.title, "number": number,
        "city": here.name, "province": here.province, "district": facts["kecamatan"],
        "village": facts["kelurahan"], "region": digits(village)[:10],
        "place": bare_name(here.name), "date": long_date(at.astimezone(here.tz).date()),
        "is_demo": here.is_demo,
        "applicant": _person(facts) | {
            "address": person.household.address, "postal_code": person.household.postal_code,
            "phone": person.phone, "email": "",
        },
        "people": {
            place: _person(answers.get(question)) for place, question in spec.people.items()
        },
        "values": {
            place: _value(fields[question], answers.get(question))
            for place, question in spec.values.items()
        },
        "rows": _rows(answers.get(spec.rows)) if spec.rows else [],
        "ticks": [tick.box for tick in spec.ticks if all_hold(tick.when, answers)],
    }  # fmt: skip
    return pdf.compile(LAYOUTS / f"{spec.key}.typ", data, at=at.replace(microsecond=0))


def _value(field: FieldSpec, answer: Answer) -> str:
    return "" if answer is None else kind_of(field).on_form(field, answer)


_FACTS = (
    "nama", "nik", "no_kk", "tempat_lahir", "jenis_kelamin", "agama", "status_kawin", "pekerjaan",
    "pendidikan", "kewarganegaraan", "hubungan_keluarga", "hubungan", "nama_ayah", "nama_ibu",
    "ayah", "ibu", "alamat", "rt", "rw", "umur", "kepala_keluarga",
)  # fmt: skip


def _person(facts: Any) -> dict[str, str]:
    """What is known of somebody; "" for the rest."""
    known: Mapping[str, Any] = facts if isinstance(facts, Mapping) else {}
    found = {name: str(known.get(name) or "") for name in _FACTS}
    born = str(known.get("_lahir") or known.get("tanggal_lahir") or "")
    return found | {"lahir": eight_digits(born)}


def _rows(answer: Answer) -> list[dict[str, str]]:
    rows: list[Any] = answer if isinstance(answer, list) else []
    ids = [int(row["_id"]) for row in rows if isinstance(row, Mapping) and row.get("_id")]
    known = {person.pk: person for person in Person.objects.filter(pk__in=ids)}
    return [_person(row) | _papers(known.get(int(row.get("_id") or 0))) for row in rows]


def _papers(person: Person | None) -> dict[str, str]:
    """Numbers of certificates as the register has them."""
    if person is None:
        return {}
    return {
        "akta_lahir": person.birth_certificate,
        "akta_kawin": person.marriage_certificate,
        "tanggal_kawin": long_date(person.married_on) if person.married_on else "",
        "akta_cerai": person.divorce_certificate,
        "tanggal_cerai": long_date(person.divorced_on) if person.divorced_on else "",
        "paspor": person.passport,
    }


def eight_digits(text: str) -> str:
    """``17081990`` of ``1990-08-17`` or of ``17 Agustus 1990``; "" of anything else."""
    try:
        return f"{date.fromisoformat(text):%d%m%Y}"
    except ValueError:
        pass
    parts = text.split()
    if len(parts) == 3 and parts[1] in MONTHS and parts[0].isdigit() and parts[2].isdigit():
        return f"{int(parts[0]):02}{MONTHS.index(parts[1]) + 1:02}{parts[2]}"
    return ""
