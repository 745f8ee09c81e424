"""The 14 items of a published service standard (PermenPANRB 15/2014).

What the definition says elsewhere (requirements, desks, clocks, fee, letters, legal basis) is put
into words here and never typed twice; the rest has a text of its own or the usual one.
"""

from django.utils.translation import gettext, gettext_noop

from kernel.rupiah import format_rupiah
from services.catalogue.blueprint import Blueprint
from ui.language import reads_in
from ui.templatetags.ui import period_words

USUAL = {
    "facilities": gettext_noop(
        "Layanan daring di ponsel dan komputer, dan loket di kantor yang tertulis pada "
        "langkah-langkahnya."
    ),
    "competence": gettext_noop(
        "Petugas memahami administrasi pemerintahan, mampu memakai aplikasi ini, dan "
        "melayani dengan ramah."
    ),
    "supervision": gettext_noop(
        "Setiap langkah tercatat dengan waktu dan pelakunya; yang lewat waktu diingatkan "
        "atau diberitahukan kepada atasan langsung."
    ),
    "guarantee": gettext_noop(
        "Berkas yang lengkap diproses menurut urutan dan batas waktu; keterlambatan "
        "terlihat oleh pemohon dan atasan."
    ),
    "safety": gettext_noop(
        "Data pribadi disimpan terkunci, setiap pembacaan dicatat, dan keaslian surat dapat "
        "dicek siapa pun."
    ),
    "evaluation": gettext_noop(
        "Waktu penyelesaian setiap langkah tercatat dan dapat dilihat pemohon dan petugas."
    ),
}


def items(blueprint: Blueprint, *, complaints: str, staff: str) -> list[tuple[str, str]]:
    """All 14, in the order of the regulation; the first six must be published."""
    own = blueprint.standard
    fee = (
        gettext("%(fee)s, dibayar di loket") % {"fee": format_rupiah(blueprint.fee, reads_in())}
        if blueprint.fee
        else gettext("Gratis")
    )
    wanted = [*blueprint.requirements, *(document.label for document in blueprint.documents)]
    product = "; ".join(output.subject for output in blueprint.outputs) or blueprint.title
    maybe = gettext("(bila diperlukan)")
    steps = "; ".join(
        f"{step.title} {maybe}" if step.when else step.title for step in blueprint.steps
    )
    times = "; ".join(f"{step.title}: {period_words(step.clock)}" for step in blueprint.steps)
    usual = {name: gettext(text) for name, text in USUAL.items()}
    return [
        (gettext("Persyaratan"), "; ".join(dict.fromkeys(wanted))),
        (
            gettext("Sistem, mekanisme, dan prosedur"),
            own.procedure or gettext("Pemohon mengajukan; %(steps)s") % {"steps": steps},
        ),
        (gettext("Jangka waktu penyelesaian"), times),
        (gettext("Biaya atau tarif"), fee),
        (gettext("Produk pelayanan"), own.product or product),
        (gettext("Penanganan pengaduan"), own.complaints or complaints),
        (gettext("Dasar hukum"), "; ".join(blueprint.legal_basis)),
        (gettext("Sarana, prasarana, dan fasilitas"), own.facilities or usual["facilities"]),
        (gettext("Kompetensi pelaksana"), own.competence or usual["competence"]),
        (gettext("Pengawasan internal"), own.supervision or usual["supervision"]),
        (gettext("Jumlah pelaksana"), own.staff or staff),
        (gettext("Jaminan pelayanan"), own.guarantee or usual["guarantee"]),
        (gettext("Jaminan keamanan dan keselamatan"), own.safety or usual["safety"]),
        (gettext("Evaluasi kinerja pelaksana"), own.evaluation or usual["evaluation"]),
    ]
