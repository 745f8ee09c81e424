"""All that the city keeps of one resident, for the resident: UU 27/2022 art. 7 and 32."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from audit import queries as audit
from audit.models import Entry
from kernel import tables
from kernel.errors import NotThere
from kernel.registry import Registry
from services.residents.fields import Shape
from services.residents.history import history_of
from services.residents.known import by_group, known_of, sources_of
from services.residents.models import Person
from services.residents.queries import facts_of
from services.residents.wallet.queries import documents_of
from tenants.registry import stored_files
from tenants.registry.current import city

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """What the copy tells of one kind of row. ``columns`` name the rows that are a resident's:
    ``queueing.Appointment.person``."""

    told: Callable[[Person], Rows]
    columns: tuple[str, ...]


# Parts of the copy by their names in it. Each app registers what it keeps of residents.
parts: Registry[Part] = Registry("own_copy", "what a resident's copy of the own data holds")
# Columns that lead to a resident, an account or a case and are in no part, each with the reason.
left_out: Registry[str] = Registry(
    "own_copy_left_out", "what a resident's copy does not hold, and why"
)

CONTEST = "keberatan-pembacaan-data"  # the service by which a reading is contested
CORRECTION = "perubahan-elemen-data"  # the service by which a fact is corrected


def reading_of(person: Person, entry_id: int) -> Entry:
    """A reading of this resident's data. Raises NotThere."""
    found = audit.told_to(person.pk).filter(pk=entry_id).first()
    if found is None:
        raise NotThere("Pembacaan ini tidak tercatat.")
    return found


def write_copy(
    person: Person, out: IO[bytes], *, at: datetime, purpose_of: Callable[[Entry], str]
) -> None:
    """A zip archive of everything kept of a resident: as JSON for machines, as CSV for
    spreadsheets, and the files of the wallet. Numbers stand in full: it is their own.

    ``purpose_of`` says why a reading was, in words for its resident.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        told = everything(person, at, purpose_of)
        archive.writestr("data-saya.json", json.dumps(told, ensure_ascii=False, indent=2))
        archive.writestr("data-kependudukan.csv", _sheet(told["data_kependudukan"]))
        archive.writestr("pembacaan.csv", _sheet(told["pembacaan"]))
        for kept in documents_of(person):
            suffix = kept.path.rpartition(".")[2]
            with suppress(FileNotFoundError):  # lost with its disk: the list still names it
                archive.writestr(f"dokumen/{kept.kind}.{suffix}", stored_files.read(kept.path))


def everything(person: Person, at: datetime, purpose_of: Callable[[Entry], str]) -> dict[str, Any]:
    """What the copy holds, by the name of each section."""
    facts = facts_of(person)
    return {
        "daerah": city().name,
        "dibuat": at.isoformat(),
        "data_kependudukan": _facts(person),
        "kartu_keluarga": {"nomor": facts["no_kk"], "alamat": facts["alamat"]},
        "riwayat": [
            {
                "peristiwa": one.title,
                "tanggal": iso(one.event.happened_on),
                "dicatat": iso(one.event.entered_at),
                "dasar": one.event.source.label,
                "perubahan": [
                    {"data": c.label, "semula": c.before, "menjadi": c.after} for c in one.changes
                ],
            }
            for one in history_of(person, limit=1000)
        ],
        "pembacaan": [
            {
                "kapan": entry.at.isoformat(),
                "oleh": entry.actor_name,
                "untuk": purpose_of(entry),
            }
            for entry in audit.told_to(person.pk)
        ],
        **{name: part.told(person) for name, part in parts.items()},
    }


def _facts(person: Person) -> list[dict[str, str]]:
    """Every known fact; NIKs in full."""
    groups = by_group(known_of(person, sources_of(person)))
    return [
        {
            "data": fact.field.label,
            "nilai": str(fact.value) if fact.field.shape is Shape.NUMBER else fact.words,
            "sumber": fact.source.label if fact.source else "",
            "tanggal": fact.source.on.isoformat() if fact.source else "",
        }
        for _, facts in groups
        for fact in facts
    ]


def iso(moment: Any) -> str | None:
    """A day or moment as machines read it."""
    return None if moment is None else moment.isoformat()


def _sheet(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    if rows:
        sheet = csv.DictWriter(text, list(rows[0]), delimiter=";", lineterminator="\r\n")
        sheet.writeheader()
        sheet.writerows(
            {key: tables.as_text(str(cell)) for key, cell in row.items()} for row in rows
        )
    return "\ufeff" + text.getvalue()
