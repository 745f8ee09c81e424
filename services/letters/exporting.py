"""Letters in the open export: their words in clear, their PDFs under names people find."""

from collections.abc import Iterator

from kernel.clock import now
from services.letters import check_keys
from services.letters.models import CheckKey, Letter
from services.residents.sealing import fingerprint, is_current, seal, unseal
from tenants.ownership import columns
from tenants.ownership.columns import Item
from tenants.ownership.rules import safe_name

columns.sealed("letters_letter", "content_sealed", as_="isi", open=unseal, seal=seal, is_json=True)
columns.path("letters_letter", "file")
columns.sealed("letters_letterwatch", "email_sealed", as_="surel", open=unseal, seal=seal)
columns.computed("letters_letterwatch", "email_print", lambda row: fingerprint(row["surel"]))
# Whoever holds it can write records that look genuine: it leaves the city with no copy.
columns.computed("letters_checkkey", "private_sealed", lambda _row: seal(""))


def seal_check_keys_anew() -> None:
    """They are in no copy, so they are sealed with the new key here."""
    for key in CheckKey.objects.all():
        if not is_current(key.private_sealed):
            key.private_sealed = seal(unseal(key.private_sealed))
            key.save(update_fields=["private_sealed"])


def retire_check_keys() -> None:
    """A restored city signs with a new key; what the one before signed stays good."""
    for key in CheckKey.objects.filter(retired_at=None):
        check_keys.retire(key, now())


columns.after_rotation(seal_check_keys_anew)
columns.after_import(retire_check_keys)


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
