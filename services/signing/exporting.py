"""Signatures in the open export. Keys leave the city with no copy."""

from services.residents.sealing import is_current, seal
from services.signing import certificates
from services.signing.models import Account, Authority
from tenants.ownership import columns

columns.path("signing_attempt", "returned")


@columns.after_rotation
def seal_keys_anew() -> None:
    """The keys of gateways and of the city's authority are in no copy, so they are sealed with the
    new key here."""
    for account in Account.objects.all():
        if not is_current(account.keys_sealed):
            account.seal_keys(account.keys)
            account.save(update_fields=["keys_sealed"])
    for root in Authority.objects.exclude(key_sealed=b""):
        if not is_current(root.key_sealed):
            certificates.seal_authority_key(root, certificates.authority_key(root))
            root.save(update_fields=["key_sealed"])


@columns.after_import
def begin_anew() -> None:
    """A restored city types its keys again, and has another authority made, before it signs."""
    Account.objects.update(is_on=False)
    certificates.retire_without_key()


columns.computed("signing_account", "keys_sealed", lambda _row: seal("{}"))
columns.computed("signing_authority", "key_sealed", lambda _row: b"")
# Opened by its owner's passphrase alone, and still not handed to whoever has a copy.
columns.computed("signing_certificate", "key_locked", lambda _row: b"")
