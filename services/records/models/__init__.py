"""Books and archive of an office. Rows are written by this app's actions alone."""

from services.records.models.archive import (
    ArchiveItem,
    Destruction,
    LegalHold,
    RetentionClass,
)
from services.records.models.entries import AgendaEntry, Disposition, EntryScan
from services.records.models.files import BookFile
from services.records.models.papers import PaperImport, PaperRecord, PaperScan

__all__ = [
    "AgendaEntry",
    "ArchiveItem",
    "BookFile",
    "Destruction",
    "Disposition",
    "EntryScan",
    "LegalHold",
    "PaperImport",
    "PaperRecord",
    "PaperScan",
    "RetentionClass",
]
