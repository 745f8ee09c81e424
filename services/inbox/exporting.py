"""Sealed columns of advice and notes in the open export: in clear there."""

from services.residents.sealing import seal, unseal
from tenants.ownership import columns

columns.sealed("inbox_advice", "question_sealed", as_="pertanyaan", open=unseal, seal=seal)
columns.sealed("inbox_advice", "answer_sealed", as_="jawaban", open=unseal, seal=seal)
columns.sealed("inbox_casenote", "text_sealed", as_="isi", open=unseal, seal=seal)
