"""An invented applicant and invented answers to any service: for previews and walks."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import count

from services.catalogue.answers import House
from services.catalogue.blueprint import Blueprint, Column, Condition, FieldSpec
from services.catalogue.choices import options
from services.catalogue.rules import Answer, Answers, all_hold

_PEOPLE: tuple[tuple[str, str, str, str, str], ...] = (
    ("Sari Anggraini", "6474015403890003", "{town}, 14 Maret 1989", "Perempuan", "Pedagang"),
    ("Budi Santoso", "6474010207850001", "Samarinda, 2 Juli 1985", "Laki-laki", "Karyawan swasta"),
    ("Dimas Santoso", "6474011905110002", "{town}, 19 Mei 2011", "Laki-laki", "Pelajar"),
    ("Laras Santoso", "6474014411150001", "{town}, 4 November 2015", "Perempuan", "Pelajar"),
    ("Rahmat Hidayat", "6474011001700004", "Berau, 10 Januari 1970", "Laki-laki", "Nelayan"),
    ("Siti Maryam", "6474014208720002", "Kutai, 2 Agustus 1972", "Perempuan", "Ibu rumah tangga"),
)  # fmt: skip


TOWN = "Sukamaju"  # where nothing else is said: no such city, so that none is named by mistake


def person(number: int, town: str = TOWN) -> dict[str, str]:
    """The n-th invented person, with every fact the register knows."""
    name, nik, ttl, sex, work = _PEOPLE[number % len(_PEOPLE)]
    ttl = ttl.format(town=town)
    place, _, born = ttl.partition(", ")
    return {
        "_id": str(number),
        "nama": name,
        "nik": nik,
        "tempat_lahir": place,
        "tanggal_lahir": born,
        "ttl": ttl,
        "umur": f"{2026 - int(born[-4:])} tahun",
        "jenis_kelamin": sex,
        "agama": "Islam",
        "status_kawin": "Belum kawin" if int(born[-4:]) > 2005 else "Kawin",
        "pekerjaan": work,
        "pendidikan": "SLTA/sederajat",
        "kewarganegaraan": "WNI",
        "alamat": "Jalan Cumi-cumi 12, RT 005 / RW 002",
        "nama_ayah": "Rahmat Hidayat",
        "nama_ibu": "Siti Maryam",
        "hubungan_keluarga": ("Kepala keluarga", "Suami", "Anak", "Anak")[number % 4],
        "terdaftar": "ya",
    }


def applicant(town: str = TOWN) -> dict[str, str]:
    """The invented applicant."""
    return {
        **person(0, town),
        "alamat": "Jalan Cumi-cumi 12, RT 005 / RW 002",
        "no_kk": "6474012310140001",
        "kepala_keluarga": "Budi Santoso",
        "rt": "005",
        "rw": "002",
        "kelurahan": "Kelurahan Sukamaju",
        "kecamatan": "Kecamatan Sukamaju",
        "kota": f"Kota {town}",
        "provinsi": "Kalimantan Timur",
    }


def house(today: date, town: str = TOWN) -> House:
    """The invented applicant's household."""
    return House(
        today=today,
        members={str(n): person(n, town) for n in range(4)},
        applicant=applicant(town),
    )


_WORDS = {
    "keperluan": "Melengkapi persyaratan beasiswa anak di SMP Negeri 1",
    "nama": "Barokah Jaya",
    "alamat": "Jalan Ahmad Yani 12",
    "nomor": "123/A/2026",
    "hubungan": "Anak kandung",
}


def answers(
    blueprint: Blueprint, *, today: date, born_in: str = TOWN, **given: Answer
) -> dict[str, Answer]:
    """Plausible answers to every question that would be asked; ``given`` are taken as they are."""
    found: dict[str, Answer] = {}
    people = (person(number, born_in) for number in count(1))
    for spec in blueprint.fields:
        if not all_hold(spec.show_when, found):
            continue
        found[spec.key] = (
            given[spec.key] if spec.key in given else _answer(spec, today, people, found, born_in)
        )
    return found


def meeting(conditions: Iterable[Condition]) -> dict[str, Answer]:
    """Answers that meet these conditions, each taken for itself."""
    found: dict[str, Answer] = {}
    for condition in conditions:
        value = condition.value
        if isinstance(value, list):
            found[condition.field] = str(value[0])
        elif isinstance(value, int):
            found[condition.field] = str(value + {">": 1, "<": -1}.get(condition.op, 0))
        else:
            found[condition.field] = str(value)
    return found


def _answer(
    spec: FieldSpec, today: date, people: Iterator[dict[str, str]], earlier: Answers, town: str
) -> Answer:
    if spec.type in ("choice", "list", "yesno"):
        return options(spec)[0][0]
    if spec.type == "number":
        low = spec.min if spec.min is not None else 0
        high = spec.max if spec.max is not None else low + 10
        return str(min(max(low, 3), high))
    if spec.type == "rupiah":
        return min(1_450_000, spec.max or 1_450_000)
    if spec.type == "date":
        if spec.after and (begin := earlier.get(spec.after)):
            return str(begin)
        away = timedelta(days=max(14, spec.lead_days or 0) if not spec.past else -30)
        return (today + away).isoformat()
    if spec.type == "time":
        return "12:30" if spec.after else "09:30"
    if spec.type == "person":
        return next(
            found
            for found in people
            if not spec.sex or found["jenis_kelamin"].casefold() == spec.sex
        )
    if spec.type == "members":
        return [person(n, town) for n in (2, 3)][: spec.max or 2]
    if spec.type == "table":
        rows = max(spec.min or 2, 2)
        return [
            {c.key: _cell(c, row, today) for c in spec.columns}
            for row in range(min(rows, spec.max or rows))
        ]
    if spec.type == "place":
        return {"alamat": _WORDS["alamat"]}
    return _text(spec)


def _cell(column: Column, row: int, today: date) -> Answer:
    if column.type == "number":
        return str(row + 1)
    if column.type == "rupiah":
        return 250_000 * (row + 1)
    if column.type == "date":
        return (today - timedelta(days=400 * (row + 1))).isoformat()
    if "nama" in column.key:
        return _PEOPLE[(row + 2) % len(_PEOPLE)][0]
    if "nik" in column.key:
        return _PEOPLE[(row + 2) % len(_PEOPLE)][1]
    return f"{column.label} {row + 1}"


def _text(spec: FieldSpec) -> str:
    samples = {
        "nib": "1234567890123",
        "npwp": "0123456789012345",
        "nop": "647403000100012340",
        "telepon": "081234567890",
        "nopol": "KT1234AB",
    }
    if spec.format:
        return samples[spec.format]
    for word, text in _WORDS.items():
        if word in spec.key:
            return text[: spec.max or 200]
    text = spec.help.partition("isalnya:")[2].strip(" .") or f"Contoh {spec.label.lower()}"
    return text[: spec.max or 200].rstrip("?")
