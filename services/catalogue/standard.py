"""The 14 items of a published service standard (PermenPANRB 15/2014).

What the definition says elsewhere (requirements, desks, clocks, fee, letters, legal basis) is put
into words here and never typed twice; the rest has a text of its own or the usual one.
"""

from kernel.rupiah import format_rupiah
from services.catalogue.blueprint import Blueprint, Clock

_UNITS = {"jam": "jam", "jam_kerja": "jam kerja", "hari": "hari", "hari_kerja": "hari kerja"}

USUAL = {
    "facilities": "Layanan daring di ponsel dan komputer, loket dengan ruang tunggu, dan bantuan "
    "bagi yang tidak memakai ponsel.",
    "competence": "Petugas memahami administrasi pemerintahan, mampu memakai aplikasi ini, dan "
    "melayani dengan ramah.",
    "supervision": "Setiap langkah tercatat dengan waktu dan pelakunya, diawasi atasan langsung "
    "dan inspektorat.",
    "guarantee": "Berkas yang lengkap diproses menurut urutan dan batas waktu; keterlambatan "
    "terlihat oleh pemohon dan atasan.",
    "safety": "Data pribadi disimpan terkunci, setiap pembacaan dicatat, dan keaslian surat dapat "
    "dicek siapa pun.",
    "evaluation": "Survei kepuasan masyarakat paling sedikit setahun sekali dan telaah waktu "
    "penyelesaian setiap bulan.",
}


def clock_words(clock: Clock) -> str:
    """``1 hari kerja``."""
    return f"{clock.amount} {_UNITS[clock.unit]}"


def items(blueprint: Blueprint, *, complaints: str, staff: str) -> list[tuple[str, str]]:
    """All 14, in the order of the regulation; the first six must be published."""
    own = blueprint.standard
    fee = format_rupiah(blueprint.fee) if blueprint.fee else "Gratis"
    wanted = [*blueprint.requirements, *(document.label for document in blueprint.documents)]
    product = "; ".join(output.subject for output in blueprint.outputs) or blueprint.title
    steps = "; ".join(
        f"{step.title}{' (bila diperlukan)' if step.when else ''}" for step in blueprint.steps
    )
    times = "; ".join(f"{step.title}: {clock_words(step.clock)}" for step in blueprint.steps)
    return [
        ("Persyaratan", "; ".join(dict.fromkeys(wanted))),
        ("Sistem, mekanisme, dan prosedur", own.procedure or f"Pemohon mengajukan; {steps}"),
        ("Jangka waktu penyelesaian", times),
        ("Biaya atau tarif", fee),
        ("Produk pelayanan", own.product or product),
        ("Penanganan pengaduan", own.complaints or complaints),
        ("Dasar hukum", "; ".join(blueprint.legal_basis)),
        ("Sarana, prasarana, dan fasilitas", own.facilities or USUAL["facilities"]),
        ("Kompetensi pelaksana", own.competence or USUAL["competence"]),
        ("Pengawasan internal", own.supervision or USUAL["supervision"]),
        ("Jumlah pelaksana", own.staff or staff),
        ("Jaminan pelayanan", own.guarantee or USUAL["guarantee"]),
        ("Jaminan keamanan dan keselamatan", own.safety or USUAL["safety"]),
        ("Evaluasi kinerja pelaksana", own.evaluation or USUAL["evaluation"]),
    ]
