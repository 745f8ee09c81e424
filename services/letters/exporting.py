"""Letters in the open export: their words in clear, their PDFs under names people find."""

from collections.abc import Iterator

from services.letters.models import Letter
from services.residents.sealing import seal, unseal
from tenants.ownership import columns
from tenants.ownership.columns import Item
from tenants.ownership.rules import safe_name

columns.sealed("letters_letter", "content_sealed", as_="isi", open=unseal, seal=seal, is_json=True)
columns.path("letters_letter", "file")


def letters() -> Iterator[Item]:
    """Every finished letter, by date and number."""
    found = (
        Letter.objects.exclude(file="")
        .select_related("unit", "person")
        .defer("content_sealed")
        .order_by("issued_on", "pk")
    )
    for letter in found.iterator(chunk_size=500):
        number = safe_name(letter.number)
        yield Item(
            path=letter.file,
            name=f"{letter.year}/{letter.issued_on}_{number}_{letter.pk}.pdf",
            about={
                "nomor": letter.number,
                "tanggal": letter.issued_on.isoformat(),
                "perihal": letter.subject,
                "pemohon": letter.person.name,
                "unit": letter.unit.name,
                "penanda_tangan": letter.signer_title,
                "keadaan": letter.get_state_display(),
                "dicabut": letter.revoked_at.isoformat() if letter.revoked_at else "",
                "alasan_pencabutan": letter.revoked_for,
                "kode_cek": letter.code,
                "sha256": letter.sha256,
            },
        )


columns.shelf(
    "Surat",
    "surat",
    ("nomor", "tanggal", "perihal", "pemohon", "unit", "penanda_tangan", "keadaan", "dicabut",
     "alasan_pencabutan", "kode_cek", "sha256"),
    letters,
)  # fmt: skip
