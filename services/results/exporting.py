"""Results in the open export: sealed numbers in clear, files and signatures beside them."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from django.db.models import Q

from services.residents.sealing import seal, unseal
from services.results.files import FOLDER
from services.results.models import HandOver, Result
from tenants.ownership import columns
from tenants.ownership.columns import Item
from tenants.ownership.rules import safe_name

for _table, _column, _name in (
    ("results_wish", "address_sealed", "alamat"),
    ("results_result", "number_sealed", "nomor"),
    ("results_result", "code_sealed", "kode"),
    ("results_handover", "name_sealed", "penerima"),
    ("results_handover", "address_sealed", "alamat"),
):
    columns.sealed(_table, _column, as_=_name, open=unseal, seal=seal)
columns.path("results_result", "path")
columns.path("results_handover", "signature")
columns.path("results_handover", "authority")


def files() -> Iterator[Item]:
    """Files of results, signatures, and powers of attorney."""
    for one in Result.objects.exclude(path="").select_related("case").order_by("pk"):
        yield Item(
            path=one.path,
            name=f"{_of(str(one.case.number), one.path)}",
            about={"permohonan": str(one.case.number), "isi": one.label},
        )
    handed = HandOver.objects.filter(~Q(signature="") | ~Q(authority=""))
    for act in handed.select_related("result__case", "letter").order_by("pk"):
        number = str(act.result.case.number if act.result else act.letter_id)
        for path, what in ((act.signature, "tanda tangan"), (act.authority, "surat kuasa")):
            if path:
                yield Item(
                    path=path, name=_of(number, path), about={"permohonan": number, "isi": what}
                )


def _of(number: str, path: str) -> str:
    return f"{safe_name(number)}/{PurePosixPath(path).name}"


columns.shelf("Hasil", FOLDER, ("permohonan", "isi"), files)
