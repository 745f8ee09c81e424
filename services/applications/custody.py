"""Dossiers in the open export: answers in clear, uploads by dossier; and what was under way."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from messaging import outbox
from services.applications.models import Application
from services.cases.models import Document
from services.residents.sealing import seal, unseal
from tenants.ownership import custody
from tenants.ownership.custody import Item
from tenants.ownership.rules import safe_name

custody.sealed(
    "applications_application", "answers_sealed", as_="jawaban", open=unseal, seal=seal,
    is_json=True,
)  # fmt: skip
custody.path("cases_document", "path")


def documents() -> Iterator[Item]:
    """Every upload, by the number of its dossier."""
    found = Document.objects.select_related("case__application__version__service").order_by(
        "case_id", "pk"
    )
    for document in found.iterator(chunk_size=500):
        dossier = Application.of(document.case)
        folder = safe_name(dossier.number or f"draf-{dossier.pk}")
        suffix = PurePosixPath(document.path).suffix
        yield Item(
            path=document.path,
            name=f"{folder}/{safe_name(document.key)}_{document.pk}{suffix}",
            about={
                "permohonan": dossier.number or f"draf {dossier.pk}",
                "layanan": dossier.version.service.title,
                "dokumen": document.key,
                "nama_asli": document.name,
                "jenis": document.media_type,
                "byte": str(document.size),
                "sha256": document.sha256,
            },
        )


def go_on() -> None:
    """Letters that had their number but no PDF yet are made in the new city."""
    waiting = Application.objects.filter(state=Application.State.ISSUING).values_list(
        "pk", flat=True
    )
    for pk in waiting:
        outbox.enqueue("applications.issue", {"application_id": pk}, key=f"issue:restored:{pk}")


custody.shelf(
    "Dokumen",
    "dokumen",
    ("permohonan", "layanan", "dokumen", "nama_asli", "jenis", "byte", "sha256"),
    documents,
)
custody.after_import(go_on)
