"""Invented people and texts, for previews and walks through a service."""

from services.questions.kind import FieldSpec

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


WORDS = {
    "keperluan": "Melengkapi persyaratan beasiswa anak di SMP Negeri 1",
    "nama": "Barokah Jaya",
    "alamat": "Jalan Ahmad Yani 12",
    "nomor": "123/A/2026",
    "hubungan": "Anak kandung",
}


def words_for(spec: FieldSpec, most: int | None) -> str:
    """A plausible text of at most so many letters, by the key of the question or its help."""
    for word, text in WORDS.items():
        if word in spec.key:
            return text[: most or 200]
    text = spec.help.partition("isalnya:")[2].strip(" .") or f"Contoh {spec.label.lower()}"
    return text[: most or 200].rstrip("?")


def cell_for(key: str, label: str, row: int) -> str:
    """A plausible text in a column of a table."""
    if "nama" in key:
        return _PEOPLE[(row + 2) % len(_PEOPLE)][0]
    if "nik" in key:
        return _PEOPLE[(row + 2) % len(_PEOPLE)][1]
    return f"{label} {row + 1}"
