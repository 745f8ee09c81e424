"""Columns of the dues in the open export: sealed reasons in clear, and where bills lie."""

from services.residents.sealing import seal, unseal
from tenants.ownership import columns

columns.sealed("dues_exemption", "reason_sealed", as_="alasan", open=unseal, seal=seal)
columns.path("dues_entry", "path")
