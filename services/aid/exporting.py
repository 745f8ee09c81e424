"""Sealed columns of aid lists in the open export: in clear there."""

from services.residents.sealing import seal, unseal
from tenants.ownership import columns

for _column, _name in (
    ("words_sealed", "keterangan"), ("answer_sealed", "jawaban"), ("objection_sealed", "keberatan"),
):  # fmt: skip
    columns.sealed("aid_candidate", _column, as_=_name, open=unseal, seal=seal)
