"""Invented families with valid NIK and KK numbers, for demo cities, previews and tests.

Nobody here exists: names come from Faker's Indonesian lists, numbers from a seeded generator.
The same seed gives the same people.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from faker import Faker

from kernel.nik import make_nik
from services.residents import codes

TODAY = date(2026, 11, 1)  # ages are computed against a fixed day, so runs are repeatable
STREETS = (
    "Jalan Cumi-cumi", "Jalan Kenanga", "Jalan Ahmad Yani", "Jalan Melati", "Jalan Pattimura",
    "Jalan Diponegoro", "Jalan Mawar", "Jalan Sultan Hasanuddin", "Jalan Kapten Tendean",
    "Jalan Flamboyan", "Jalan Imam Bonjol", "Jalan Selat Karimata",
)  # fmt: skip
WORK_MEN = (5, 9, 11, 13, 14, 15, 19, 65, 81, 84, 88)
WORK_WOMEN = (2, 2, 2, 2, 5, 15, 65, 74, 84, 88)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a family lives: village code (``64.74.01.1001``), RW and RT."""

    village: str
    rw: int
    rt: int

    @property
    def area(self) -> str:
        """The six digits a NIK begins with."""
        return self.village.replace(".", "")[:6]


class Families:
    """Makes families one by one; rows have the columns of ``imports.columns.COLUMNS``."""

    def __init__(self, *, seed: int = 2026) -> None:
        self._random = random.Random(seed)  # noqa: S311 - invented people, not secrets
        self._fake = Faker("id_ID")
        self._fake.seed_instance(seed)
        self._serials: dict[str, Iterator[int]] = {}

    def rows(self, places: Sequence[Place], people: int) -> list[dict[str, str]]:
        """At least ``people`` people in whole families, spread over the places in turn."""
        made: list[dict[str, str]] = []
        for number in count():
            if len(made) >= people:
                return made
            made.extend(self.family(places[number % len(places)]))
        raise AssertionError("unreachable")

    def family(self, place: Place) -> list[dict[str, str]]:
        """One household: usually a couple with children, sometimes one parent, or one alone."""
        kind = self._random.choices(("couple", "mother", "single"), (80, 12, 8))[0]
        head_age = self._random.randint(26, 68)
        card = self._card(place)
        address = f"{self._random.choice(STREETS)} {self._random.randint(1, 120)}"
        family_name = self._fake.last_name_male()
        father, mother = self._name("M", family_name), self._name("F")
        rows = []
        if kind == "single":
            sex = self._random.choice("MF")
            rows.append(self._row(place, card, address, self._name(sex), sex, head_age, 1, 1))
            return rows
        if kind == "couple":
            rows.append(self._row(place, card, address, father, "M", head_age, 1, 2))
            wife_age = max(21, head_age - self._random.randint(-2, 7))
            rows.append(self._row(place, card, address, mother, "F", wife_age, 3, 2))
        else:
            rows.append(self._row(place, card, address, mother, "F", head_age, 1, 4))
        parent_age = min(head_age, 55)
        for _ in range(self._random.choices((0, 1, 2, 3, 4), (8, 22, 38, 24, 8))[0]):
            age = self._random.randint(0, max(1, parent_age - 22))
            if age > 25:
                continue
            sex = self._random.choice("MF")
            name = self._name(sex, family_name)
            rows.append(
                self._row(place, card, address, name, sex, age, 4, 1, father=father, mother=mother)
            )
        return rows

    def _name(self, sex: str, last: str | None = None) -> str:
        fake = self._fake
        first = fake.first_name_male() if sex == "M" else fake.first_name_female()
        return (
            f"{first} {last or (fake.last_name_male() if sex == 'M' else fake.last_name_female())}"
        )

    def official_name(self) -> str:
        """A civil servant's name, with a degree."""
        degree = self._random.choice(("S.Sos.", "S.IP.", "S.E.", "S.AP.", "M.Si."))
        return f"{self._name(self._random.choice('MF'))}, {degree}"

    def _serial(self, prefix: str) -> int:
        return next(self._serials.setdefault(prefix, count(1)))

    def _card(self, place: Place) -> str:
        day = TODAY - timedelta(days=self._random.randint(200, 6000))
        prefix = f"{place.area}{day:%d%m%y}"
        return f"{prefix}{self._serial('kk' + prefix):04d}"

    def _row(
        self, place: Place, card: str, address: str, name: str, sex: str, age: int,
        relation: int, marital: int, father: str = "", mother: str = "",
    ) -> dict[str, str]:  # fmt: skip
        born = TODAY - timedelta(days=round(age * 365.25) + self._random.randint(1, 364))
        area = place.area
        serial = self._serial(make_nik(area=area, born=born, female=sex == "F", serial=1)[:12])
        if age < 6:
            education, work = 1, 1
        elif age < 18:
            education, work = (2 if age < 12 else 3), 3
        else:
            education = self._random.choice((3, 4, 5, 5, 5, 7, 8))
            work = self._random.choice(WORK_MEN if sex == "M" else WORK_WOMEN)
        return {
            "nik": make_nik(area=area, born=born, female=sex == "F", serial=serial),
            "no_kk": card,
            "nama": name,
            "jenis_kelamin": "1" if sex == "M" else "2",
            "tempat_lahir": self._fake.city_name(),
            "tanggal_lahir": born.isoformat(),
            "alamat": address,
            "rt": f"{place.rt:03d}",
            "rw": f"{place.rw:03d}",
            "kelurahan": place.village,
            "dusun": "",
            "agama": str(self._random.choices(range(1, 6), (86, 6, 4, 2, 2))[0]),
            "status_kawin": str(marital),
            "hubungan": str(relation),
            "pendidikan": codes.Education(education).label,
            "pekerjaan": codes.OCCUPATIONS[work],
            "nama_ayah": father,
            "nama_ibu": mother,
            "kewarganegaraan": "WNI",
            "penduduk_sejak": born.isoformat(),
            "status_dasar": "HIDUP",
        }
