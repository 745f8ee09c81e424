"""Signatures in PDFs after PAdES, and certificates for them. Plain Python, without a database."""
