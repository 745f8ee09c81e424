"""Reads of the register. Whoever shows a person to somebody also records the reading."""

from datetime import date

from django.db.models import F, Func, IntegerChoices, Q, TextField
from django.db.models.functions import Collate
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from accounts.models import User
from kernel.clock import now
from kernel.nik import parse_nik
from kernel.tanggal import age_on, long_date
from kernel.text import fold
from services.residents import codes
from services.residents.models import Person, PersonQuerySet
from services.residents.sealing import prints
from tenants.backend.scope import once_here
from tenants.office.models import Unit
from tenants.office.queries import lineage
from tenants.office.readiness import Task
from tenants.registry.current import city


class SqueezedName(Func):
    """A name in the database as ``kernel.text.squeeze`` gives it: search for folded words."""

    template = "regexp_replace(lower(normalize(%(expressions)s, NFKD)), '[^a-z0-9]', '', 'g')"
    output_field = TextField()


def people() -> PersonQuerySet:
    """Everyone in the register, also the dead and those who moved, with household and RT."""
    return Person.objects.select_related("household__rt")


def person_of(user: object) -> Person | None:
    """The resident behind a signed-in user, or None for staff and strangers. One query."""
    if not isinstance(user, User):
        return None
    return people().filter(account__user=user).first()


def person_by_nik(nik: str) -> Person | None:
    """The resident with this NIK, or None; raises RuleBroken for a malformed NIK."""
    return people().living_here().filter(nik_print__in=prints(parse_nik(nik).digits)).first()


def record_by_nik(nik: str) -> Person | None:
    """``person_by_nik`` that also finds the dead and those who moved away; by the number of a
    double, the row it was merged into."""
    found = people().filter(nik_print__in=prints(parse_nik(nik).digits)).first()
    if found is not None and found.merged_into_id is not None:
        return people().get(pk=found.merged_into_id)
    return found


def living_with(person: Person) -> list[Person]:
    """Everyone of a resident's household who lives here, the resident too."""
    household = person.household_id
    found = Person.objects.living_here().filter(household=household).select_related("household")
    return once_here(("residents.household", household), lambda: list(found))


def lives_in(person: Person, unit_code: str) -> bool:
    """Whether a resident's RT lies in the unit with this code."""
    return lies_in(person.place, unit_code)


def lies_in(place: str, unit_code: str) -> bool:
    """Whether the place with the first code is the unit with the second, or lies in it."""
    return place == unit_code or place.startswith((f"{unit_code}.", f"{unit_code}/"))


def within(path: str, unit_code: str) -> Q:
    """``lies_in`` as a condition: ``path`` leads to the code of a place.

    After the code of a unit only "." and "/" follow, and the sign after those is "0": what lies in
    it is one range of an index.
    """
    place = Collate(F(path), "C")
    return Q(GreaterThanOrEqual(place, unit_code)) & Q(LessThan(place, f"{unit_code}0"))


def area_names(rt: Unit) -> dict[str, str]:
    """The names of the units around an RT: rt, rw, dusun, kelurahan, kecamatan. One query.

    ``rt`` may also be the deepest place that is known (an RW, a village): the rest is "".
    """
    names = {"rt": "", "rw": "", "dusun": "", "kelurahan": "", "kecamatan": ""}
    names["dusun_own"] = ""  # without the word for its kind
    for unit in lineage(rt.code):
        if unit.kind in (Unit.Kind.RT, Unit.Kind.RW):
            names[unit.kind] = unit.code.rpartition("/")[2]
        elif unit.kind == Unit.Kind.DUSUN:
            names["dusun"], names["dusun_own"] = unit.name, unit.own_name
        elif unit.kind in (Unit.Kind.KELURAHAN, Unit.Kind.DESA):
            names["kelurahan"] = unit.name
        elif unit.kind == Unit.Kind.KECAMATAN:
            names["kecamatan"] = unit.name
    return names


def person_facts(person: Person, area: dict[str, str], today: date) -> dict[str, str]:
    """What the register knows of one person, as text; "" for the rest. Holds the full NIK."""
    return {
        "nama": person.name,
        "nik": person.nik,
        "tempat_lahir": person.birth_place,
        "tanggal_lahir": long_date(person.birth_date),
        "ttl": f"{person.birth_place}, {long_date(person.birth_date)}",
        "umur": f"{age_on(person.birth_date, today)} tahun",
        "jenis_kelamin": codes.Sex(person.sex).label,
        "agama": _label(codes.Religion, person.religion),
        "status_kawin": _label(codes.Marital, person.marital),
        "pekerjaan": codes.OCCUPATIONS[person.occupation] if person.occupation else "",
        "pendidikan": _label(codes.Education, person.education),
        "kewarganegaraan": _label(codes.Citizenship, person.citizenship),
        "hubungan_keluarga": _label(codes.Relation, person.relation),
        "nama_ayah": person.father_name,
        "nama_ibu": person.mother_name,
        "alamat": f"{_address(person, area)}, {area['kelurahan']}",
    }


def _label(choices: type[IntegerChoices], value: int | None) -> str:
    """The words for a code; "" for what the register does not know."""
    return "" if value is None else str(choices(value).label)


def _address(person: Person, area: dict[str, str]) -> str:
    numbers = [f"{word} {area[key]}" for key, word in (("rt", "RT"), ("rw", "RW")) if area[key]]
    dusun = area["dusun"]
    if dusun and fold(area["dusun_own"]) in fold(person.household.address):
        dusun = ""  # the address names it
    return ", ".join(filter(None, [person.household.address, " / ".join(numbers), dusun]))


def facts_of(person: Person, *, today: date | None = None) -> dict[str, str]:
    """What a form or a letter may prefill for an applicant, as text, by binding name.

    Holds the full NIK and KK number: for letters and for the resident; mask before listing.
    """
    today = today or now().astimezone(city().tz).date()
    return dict(once_here(("residents.facts", person.pk, today), lambda: _facts(person, today)))


def _facts(person: Person, today: date) -> dict[str, str]:
    here = city()
    area = area_names(person.household.rt)
    family = living_with(person)
    head = next((one.name for one in family if one.relation == codes.Relation.HEAD), "")
    return {
        **person_facts(person, area, today),
        "alamat": _address(person, area),
        "no_kk": person.household.kk_number,
        "kepala_keluarga": head,
        "rt": area["rt"],
        "rw": area["rw"],
        "kelurahan": area["kelurahan"],
        "kecamatan": area["kecamatan"],
        "kota": here.name,
        "provinsi": here.province,
    }


def people_task(_on: date) -> Task:
    """A line of a new city's checklist."""
    hint = "Impor data penduduk agar warga bisa mendaftar dengan NIK."
    return Task("Data penduduk", hint, Person.objects.exists(), "setup-residents")
