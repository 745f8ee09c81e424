"""Fees in the open export: payers in clear, and the photos of transfers."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from services.payments import booking
from services.payments.models import ProviderAccount, TransferProof
from services.residents.sealing import is_current, seal, unseal
from tenants.ownership import columns
from tenants.ownership.columns import Item
from tenants.ownership.rules import safe_name

columns.sealed("payments_feeorder", "payer_sealed", as_="pembayar", open=unseal, seal=seal)
columns.path("payments_transferproof", "path")


@columns.after_rotation
def seal_keys_anew() -> None:
    """The keys of providers are in no copy, so they are sealed with the new key here."""
    for account in ProviderAccount.objects.all():
        if not is_current(account.keys_sealed):
            account.seal_keys(account.keys)
            account.save(update_fields=["keys_sealed"])


@columns.after_import
def turn_providers_off() -> None:
    """A restored city types its keys again before anybody pays online."""
    ProviderAccount.objects.update(is_on=False)


# Whoever holds them can move money: they leave the city with no copy.
columns.computed("payments_provideraccount", "keys_sealed", lambda _row: seal("{}"))


def proofs() -> Iterator[Item]:
    """Photos and files of transfers."""
    for one in TransferProof.objects.select_related("order").order_by("pk").iterator(500):
        yield Item(
            path=one.path,
            name=f"{safe_name(one.order.number)}/bukti_{one.pk}{PurePosixPath(one.path).suffix}",
            about={"tagihan": one.order.number, "tanggal": f"{one.paid_on}"},
        )


columns.shelf("Bukti transfer", booking.FOLDER, ("tagihan", "tanggal"), proofs)
