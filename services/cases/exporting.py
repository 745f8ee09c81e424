"""Files of cases in the open export, by the number of the case."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from services.cases.kinds import kind_of, kinds
from services.cases.models import Document
from services.residents.sealing import seal, unseal
from tenants.ownership import columns
from tenants.ownership.columns import Item
from tenants.ownership.rules import safe_name

columns.path("cases_document", "path")
columns.sealed("cases_vouch", "reply_sealed", as_="jawaban", open=unseal, seal=seal)


def documents() -> Iterator[Item]:
    """Every upload."""
    paths = [f"case__{path}" for kind in kinds for path in kind.listed]
    found = (
        Document.objects.exclude(path="").select_related("case", *paths).order_by("case_id", "pk")
    )
    for document in found.iterator(chunk_size=500):
        case = document.case
        folder = safe_name(case.number or f"draf-{case.pk}")
        suffix = PurePosixPath(document.path).suffix
        yield Item(
            path=document.path,
            name=f"{folder}/{safe_name(document.key)}_{document.pk}{suffix}",
            about={
                "permohonan": case.number or f"draf {case.pk}",
                "layanan": kind_of(case).summary(case).title,
                "dokumen": document.key,
                "nama_asli": document.name,
                "jenis": document.media_type,
                "byte": str(document.size),
                "sha256": document.sha256,
            },
        )


columns.shelf(
    "Dokumen",
    "dokumen",
    ("permohonan", "layanan", "dokumen", "nama_asli", "jenis", "byte", "sha256"),
    documents,
)
