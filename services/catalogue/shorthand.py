"""What authors of shipped blueprints need not repeat.

A ``service.toml`` may name a route, ready-made questions and documents, a person's facts, and leave
out what follows from the rest; ``expand`` writes all of it down. Published versions and cities'
own services never contain shorthand.
"""

from collections.abc import Iterable
from typing import Any

from services.catalogue.english import shared_texts

Raw = dict[str, Any]

# Ready-made questions: [[fields]] use = "keperluan", anything else in the table overrides.
QUESTIONS: dict[str, Raw] = {
    "keperluan": {
        "key": "keperluan",
        "type": "textarea",
        "label": "Surat ini untuk keperluan apa?",
        "help": "Misalnya: melamar pekerjaan di PT Pupuk Kaltim.",
        "min": 5,
        "max": 300,
    },
    "keterangan": {
        "key": "keterangan",
        "type": "textarea",
        "label": "Keterangan lain",
        "required": False,
        "max": 500,
    },
    "hubungan_pelapor": {
        "key": "hubungan_pelapor",
        "type": "text",
        "label": "Apa hubungan Anda dengan orang itu?",
        "help": "Misalnya: anak kandung.",
        "max": 60,
    },
    "wilayah": {
        "key": "wilayah",
        "type": "village",
        "label": "Di kelurahan atau desa mana letaknya?",
        "help": "Kosongkan bila di kelurahan atau desa tempat tinggal Anda.",
        "required": False,
        "reportable": True,
    },
    "saksi1": {"key": "saksi1", "type": "person", "label": "Saksi pertama"},
    "saksi2": {"key": "saksi2", "type": "person", "label": "Saksi kedua"},
}

# Ready-made documents: [[documents]] use = "akta_nikah". KTP and KK are in the register.
DOCUMENTS: dict[str, Raw] = {
    "pernyataan": {
        "label": "Surat pernyataan bermeterai",
        "help": "Tulis dan tanda tangani sendiri, tempel meterai Rp10.000, lalu foto.",
    },
    "akta_nikah": {"label": "Buku nikah atau akta perkawinan"},
    "akta_cerai": {"label": "Akta cerai"},
    "akta_lahir": {"label": "Akta kelahiran"},
    "akta_kematian": {"label": "Akta atau surat keterangan kematian"},
    "surat_lahir": {"label": "Surat keterangan lahir dari bidan, puskesmas, atau rumah sakit"},
    "surat_kematian": {
        "label": "Surat keterangan kematian dari rumah sakit, puskesmas, atau dokter",
        "required": False,
        "help": "Bila meninggal di rumah, boleh tidak diisi.",
    },
    "kehilangan": {"label": "Surat tanda lapor kehilangan dari kepolisian"},
    "ijazah": {"label": "Ijazah terakhir"},
    "paspor": {"label": "Paspor"},
    "ktp_lain": {"label": "KTP orang yang tidak terdaftar di sini"},
    "pas_foto": {"label": "Pas foto berwarna"},
    "foto_usaha": {"label": "Foto tempat usaha"},
    "foto_lokasi": {"label": "Foto lokasi"},
    "bukti_tanah": {
        "label": "Bukti hak atas tanah",
        "help": "Sertifikat, AJB, girik, atau letter C.",
    },
    "pbb": {"label": "SPPT dan bukti lunas PBB tahun terakhir"},
    "persetujuan_pemilik": {"label": "Surat persetujuan pemilik tempat"},
    "persetujuan_tetangga": {"label": "Surat persetujuan tetangga"},
    "proposal": {"label": "Proposal kegiatan"},
    "akta_pendirian": {"label": "Akta pendirian dan pengesahannya"},
    "dokumen_pembuktian": {"label": "Dokumen yang membuktikan perubahan itu"},
}

# Until offices close on the next working day: a Ketua RT works in the evening, but neither a night
# nor a Sunday is held against him.
_DAYS = {"amount": 1, "unit": "hari_kerja"}
STEPS: dict[str, list[Raw]] = {
    "rt": [
        {
            "key": "rt", "title": "Ketua RT membenarkan", "level": "rt", "role": "ketua_rt",
            "approve": "Benar, warga saya", "can_return": False, "optional": True,
            "clock": _DAYS, "on_timeout": "teruskan",
        }
    ],
    "rw": [
        {
            "key": "rw", "title": "Ketua RW mengetahui", "level": "rw", "role": "ketua_rw",
            "approve": "Mengetahui", "can_return": False, "optional": True,
            "clock": _DAYS, "on_timeout": "teruskan",
        }
    ],
    "lurah": [
        {
            "key": "loket", "title": "Loket kelurahan memeriksa", "level": "kelurahan",
            "role": "loket", "approve": "Lengkap, teruskan", "clock": _DAYS,
            "on_timeout": "naikkan",
        },
        {
            "key": "lurah", "title": "Lurah menyetujui", "level": "kelurahan", "role": "lurah",
            "deputies": ["sekretaris"], "approve": "Setujui", "clock": _DAYS,
        },
    ],
    "laporan": [
        {
            "key": "kelurahan", "title": "Kelurahan memeriksa laporan", "level": "kelurahan",
            "role": "loket", "deputies": ["kasi", "sekretaris"], "approve": "Laporan benar",
            "clock": _DAYS, "on_timeout": "naikkan",
        },
    ],
    # Population records: one officer looks through everything, another makes the document.
    "adminduk": [
        {
            "key": "disdukcapil_periksa", "title": "Disdukcapil memeriksa", "level": "dinas",
            "dinas": "disdukcapil", "role": "petugas_dinas", "deputies": ["kepala_dinas"],
            "approve": "Lengkap dan benar, teruskan", "clock": _DAYS, "on_timeout": "naikkan",
        },
        {
            "key": "disdukcapil", "title": "Disdukcapil menyelesaikan", "level": "dinas",
            "dinas": "disdukcapil", "role": "petugas_dinas", "deputies": ["kepala_dinas"],
            "other_than": "disdukcapil_periksa", "approve": "Selesai diproses",
            "clock": {"amount": 2, "unit": "hari_kerja"}, "on_timeout": "naikkan",
        },
    ],
    "camat": [
        {
            "key": "kecamatan", "title": "Loket kecamatan memeriksa", "level": "kecamatan",
            "role": "loket", "approve": "Lengkap, teruskan ke Camat", "clock": _DAYS,
            "on_timeout": "naikkan",
        },
        {
            "key": "camat", "title": "Camat menyetujui", "level": "kecamatan", "role": "camat",
            "deputies": ["sekretaris"], "approve": "Setujui", "clock": _DAYS,
        },
    ],
}  # fmt: skip

# Before the head of an office signs: passed only where a city has switched it on.
INITIALS: dict[str, list[Raw]] = {
    level: [
        {
            "key": f"kasi_{level}", "title": section, "level": level, "role": "kasi",
            "approve": "Sudah benar, paraf", "can_refuse": False, "optional": True,
            "initials": True, "clock": {"amount": 4, "unit": "jam_kerja"}, "on_timeout": "naikkan",
        },
        {
            "key": f"sekretaris_{level}", "title": secretary, "level": level, "role": "sekretaris",
            "approve": "Sudah benar, paraf", "can_refuse": False, "optional": True,
            "initials": True, "clock": {"amount": 4, "unit": "jam_kerja"}, "on_timeout": "naikkan",
        },
    ]
    for level, section, secretary in (
        ("kelurahan", "Kasi memeriksa dan memaraf", "Sekretaris memaraf"),
        ("kecamatan", "Kasi kecamatan memeriksa dan memaraf", "Sekretaris kecamatan memaraf"),
    )
}  # fmt: skip
HEADS = ("lurah", "camat")

DINAS = {
    "disdukcapil": "Disdukcapil",
    "dpmptsp": "DPMPTSP",
    "dinsos": "Dinas Sosial",
}


def _dinas_steps(slug: str) -> list[Raw]:
    return [
        {
            "key": slug, "title": f"{DINAS[slug]} memproses", "level": "dinas", "dinas": slug,
            "role": "petugas_dinas", "deputies": ["kepala_dinas"], "approve": "Selesai diproses",
            "clock": {"amount": 3, "unit": "hari_kerja"}, "on_timeout": "naikkan",
        }
    ]  # fmt: skip


_LABELS = (
    ("nama", "Nama"),
    ("nik", "NIK"),
    ("ttl", "Tempat, tanggal lahir"),
    ("jenis_kelamin", "Jenis kelamin"),
    ("agama", "Agama"),
    ("status_kawin", "Status perkawinan"),
    ("pekerjaan", "Pekerjaan"),
    ("kewarganegaraan", "Kewarganegaraan"),
    ("alamat", "Alamat"),
    ("nama_ayah", "Nama ayah"),
    ("nama_ibu", "Nama ibu"),
    ("umur", "Umur"),
    ("pendidikan", "Pendidikan"),
    ("hubungan_keluarga", "Hubungan keluarga"),
)
_USUAL = ("nama", "nik", "ttl", "jenis_kelamin", "agama", "pekerjaan", "alamat")

OPENINGS = {
    "keterangan": "Yang bertanda tangan di bawah ini, {penandatangan}, menerangkan bahwa:",
    "pengantar": "Dengan hormat, bersama ini kami sampaikan bahwa:",
    "rekomendasi": "Berdasarkan permohonan nomor {nomor_berkas} dan hasil pemeriksaan kami, "
    "{penandatangan} memberikan rekomendasi kepada:",
    "izin": "Berdasarkan permohonan nomor {nomor_berkas} dan hasil pemeriksaan kami, "
    "{penandatangan} memberikan izin kepada:",
    "pernyataan": "Yang bertanda tangan di bawah ini:",
    "formulir": "Yang bertanda tangan di bawah ini menerangkan dengan sesungguhnya bahwa:",
}
CLOSINGS = {
    "keterangan": "Demikian surat keterangan ini dibuat dengan sebenarnya untuk dipergunakan "
    "sebagaimana mestinya.",
    "pengantar": "Demikian surat pengantar ini dibuat untuk dipergunakan sebagaimana mestinya. "
    "Atas perhatian dan kerja samanya kami ucapkan terima kasih.",
    "rekomendasi": "Demikian rekomendasi ini diberikan untuk dipergunakan sebagaimana mestinya.",
    "izin": "Izin ini dapat dicabut bila pemegangnya melanggar ketentuan yang berlaku. Demikian "
    "izin ini diberikan untuk dipergunakan sebagaimana mestinya.",
    "pernyataan": "Demikian surat pernyataan ini dibuat dengan sebenarnya, tanpa paksaan dari "
    "pihak mana pun. Bila di kemudian hari ternyata tidak benar, pembuat pernyataan bersedia "
    "dituntut sesuai hukum yang berlaku.",
    "formulir": "Demikian keterangan ini dibuat dengan sebenarnya untuk dipergunakan sebagaimana "
    "mestinya.",
}


class UnknownShorthand(ValueError):
    """A name that stands for nothing."""


def _known(names: Iterable[str]) -> str:
    return f"Yang ada: {', '.join(names)}."


def expand(raw: Raw) -> Raw:
    """A service as its author wrote it, with everything written out. Raises UnknownShorthand."""
    raw = dict(raw)
    if "route" in raw:
        raw["steps"] = _route(raw.pop("route"))
    raw["fields"] = [_use(entry, QUESTIONS, "pertanyaan") for entry in raw.get("fields", [])]
    raw["documents"] = [_document(entry) for entry in raw.get("documents", [])]
    raw["outputs"] = [_output(entry, raw) for entry in raw.get("outputs", [])]
    signing = {output["step"] for output in raw["outputs"]}
    raw["steps"] = [
        {**step, "approve": "Setujui dan terbitkan surat"}
        if step["key"] in signing and step["approve"] == "Setujui"
        else step
        for step in raw["steps"]
    ]
    raw["steps"] = _checked(raw["steps"], raw.pop("checks", {}))
    if raw.pop("initials", False):
        raw["steps"] = _initialled(raw["steps"], signing)
    if "en" in raw.get("translations", {}):
        own = raw["translations"]["en"]
        raw["translations"] = {**raw["translations"], "en": {**shared_texts(raw), **own}}
    return raw


def _route(text: str) -> list[Raw]:
    steps: list[Raw] = []
    for word in text.split("-"):
        if word in STEPS:
            steps += STEPS[word]
        elif word in DINAS:
            steps += _dinas_steps(word)
        else:
            raise UnknownShorthand(f"Rute: tidak ada meja “{word}”. {_known(STEPS | DINAS)}")
    return steps


def _checked(steps: list[Raw], checks: dict[str, list[str]]) -> list[Raw]:
    """The steps, with the lists of what is checked at those of these keys."""
    keys = [step["key"] for step in steps]
    for key in checks:
        if key not in keys:
            raise UnknownShorthand(f"Daftar periksa: tidak ada langkah “{key}”. {_known(keys)}")
    return [
        {**step, "checks": checks[step["key"]]} if step["key"] in checks else step for step in steps
    ]


def _initialled(steps: list[Raw], signing: Iterable[str]) -> list[Raw]:
    """The steps, with initials before each at which the head of an office signs a letter."""
    found: list[Raw] = []
    for step in steps:
        if step["key"] in signing and step["role"] in HEADS:
            found += INITIALS[step["level"]]
        found.append(step)
    return found


def _use(entry: Raw, library: dict[str, Raw], what: str) -> Raw:
    if "use" not in entry:
        return entry
    entry = dict(entry)
    name = entry.pop("use")
    if name not in library:
        raise UnknownShorthand(f"Tidak ada {what} siap pakai “{name}”. {_known(library)}")
    return {**library[name], **entry}


def _document(entry: Raw) -> Raw:
    name = entry.get("use", "")
    return {"key": name, **_use(entry, DOCUMENTS, "dokumen")} if name else entry


def _output(entry: Raw, service: Raw) -> Raw:
    entry = dict(entry)
    layout = entry.setdefault("layout", "keterangan")
    if layout not in OPENINGS:
        raise UnknownShorthand(f"Tidak ada bentuk surat “{layout}”. {_known(OPENINGS)}")
    entry.setdefault("key", "surat")
    entry.setdefault("step", service["steps"][-1]["key"])
    entry.setdefault("title", service["title"].upper())
    entry.setdefault("subject", service["title"])
    entry.setdefault("opening", OPENINGS[layout])
    entry.setdefault("closing", CLOSINGS[layout])
    if layout == "pernyataan":
        entry.setdefault("applicant_signs", "Yang membuat pernyataan")
    if "code" in entry:
        # Permendagri 78/2012, then 83/2022.
        dated = [{"since": "2023-01-01", "code": entry.pop("code")}]
        if "old_code" in entry:
            dated.insert(0, {"since": "2012-01-01", "code": entry.pop("old_code")})
        entry["codes"] = dated
    blocks = entry.get("blocks") or [{"person": "pemohon"}]
    entry["blocks"] = [_block(block) for block in blocks]
    return entry


def _block(entry: Raw) -> Raw:
    """``person = "ibu"`` stands for that person's usual facts; ``only`` chooses among them."""
    if "person" not in entry:
        return entry
    entry = dict(entry)
    who = entry.pop("person")
    wanted = entry.pop("only", _USUAL)
    labels = dict(_LABELS)
    unknown = [name for name in wanted if name not in labels]
    if unknown:
        raise UnknownShorthand(f"Tidak ada data orang “{unknown[0]}”. {_known(labels)}")
    prefix = "" if who == "pemohon" else f"{who}."
    facts = []
    for name in wanted:
        text = f"{{{prefix}{name}}}"
        if name == "alamat" and not prefix:
            text = "{alamat}, {kelurahan}, {kecamatan}, {kota}"
        facts.append({"label": labels[name], "text": text})
    return {**entry, "facts": facts + entry.get("facts", [])}
