"""What the open export does with the register: numbers leave in clear, fingerprints stay."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from django.db import connection

from services.residents.imports import runs
from services.residents.models import WalletDocument
from services.residents.sealing import fingerprint, is_current, seal, unseal
from services.residents.search import words
from tenants.ownership import columns
from tenants.ownership.columns import Item, Row
from tenants.ownership.rules import safe_name

columns.sealed("residents_household", "kk_sealed", as_="nomor_kk", open=unseal, seal=seal)
columns.computed(
    "residents_household",
    "kk_print",
    lambda row: fingerprint(row["nomor_kk"]) if row["nomor_kk"] else None,
)
columns.sealed("residents_person", "nik_sealed", as_="nik", open=unseal, seal=seal)
columns.computed(
    "residents_person", "nik_print", lambda row: fingerprint(row["nik"]) if row["nik"] else None
)
columns.sealed("residents_person", "father_nik_sealed", as_="nik_ayah", open=unseal, seal=seal)
columns.sealed("residents_person", "mother_nik_sealed", as_="nik_ibu", open=unseal, seal=seal)
columns.sealed("residents_officialidentity", "nik_sealed", as_="nik", open=unseal, seal=seal)
columns.computed("residents_officialidentity", "nik_print", lambda row: fingerprint(row["nik"]))
columns.sealed(
    "residents_personevent", "numbers_sealed", as_="nik_berubah", open=unseal, seal=seal,
    is_json=True,
)  # fmt: skip
columns.path("residents_walletdocument", "path")


def wallet_files() -> Iterator[Item]:
    """Every file in a wallet, by the person's row."""
    for kept in WalletDocument.objects.filter(withdrawn_at=None).iterator(chunk_size=500):
        yield Item(
            path=kept.path,
            name=f"{kept.person_id}/{safe_name(kept.kind)}_{kept.pk}{PurePosixPath(kept.path).suffix}",
            about={"penduduk": str(kept.person_id), "dokumen": kept.kind, "sha256": kept.sha256},
        )


columns.shelf("Dompet dokumen", "dompet", ("penduduk", "dokumen", "sha256"), wallet_files)
columns.leave_out("impor", "Berkas impor yang sedang menunggu; isinya sudah atau belum di tabel.")


def login_out(row: Row) -> str:
    """A resident's login is a fingerprint of the NIK: another one in every city."""
    login = str(row["login"])
    return f"nik:#{row['id']}" if login.startswith("nik:") else login


def derive_logins() -> None:
    """Residents' logins anew, from the fingerprints in this city."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user u SET login = 'nik:' || encode(p.nik_print, 'hex')"
            " FROM residents_residentaccount a JOIN residents_person p ON p.id = a.person_id"
            " WHERE a.user_id = u.id"
        )


columns.rewritten("accounts_user", "login", login_out)
columns.after_import(derive_logins)
columns.after_import(words.learn_all)
columns.after_rotation(derive_logins)
columns.after_rotation(runs.forget_repairs)
columns.holds_rotation(runs.hold_rotation)
columns.is_current.fill("residents", is_current)
