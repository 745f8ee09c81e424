"""Sealed columns of the neighbourhood's book in the open export: in clear there."""

from services.residents.sealing import seal, unseal
from tenants.ownership import columns

columns.sealed("neighbourhood_mark", "note_sealed", as_="keterangan", open=unseal, seal=seal)
columns.sealed("neighbourhood_guest", "nik_sealed", as_="nik", open=unseal, seal=seal)
