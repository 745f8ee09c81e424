"""What the open export does with files of heads and with cards."""

from services.heads import cards, files
from services.residents.sealing import seal, unseal
from tenants.ownership import columns

columns.sealed("heads_headsline", "cells_sealed", as_="isi", open=unseal, seal=seal, is_json=True)
columns.path("heads_headsfile", "path")
columns.path("heads_cardsheet", "path")
columns.leave_out(files.FOLDER, "Berkas dan kartu Ketua RT yang sedang menunggu; tersegel.")
columns.holds_rotation(files.hold_rotation)
columns.holds_rotation(cards.hold_rotation)
