"""By which provider the city signs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from messaging.notices import tell
from services.signing import certificates, notices, rules
from services.signing.models import Account, Certificate, Signature
from services.signing.providers import Provider, Way, providers
from tenants.backend.scope import once_here
from tenants.office import queries as office
from tenants.registry.current import city


def in_force() -> Account | None:
    """The account in use; None where letters go out without a signature. One query."""
    found: Account | None = once_here("signing.account", _in_force)
    return found


def _in_force() -> Account | None:
    row = Account.objects.filter(is_on=True).first()
    return row if row is not None and row.provider in providers else None


def opened(name: str) -> tuple[str, Provider, Way]:
    """The provider for a signature that was ordered with this one, and the city's account there.
    Where the city has changed since to another of the same weight, that one. Raises NotThere."""
    now_on = in_force()
    row = Account.objects.filter(provider=name).first()
    if now_on is not None and name in providers and now_on.provider != name:
        same = providers[now_on.provider].is_certified == providers[name].is_certified
        if same and "demo" not in (name, now_on.provider):
            row = now_on
    if row is None or row.provider not in providers:
        raise NotThere("Cara tanda tangan ini tidak dipakai lagi di kota ini.")
    return row.provider, providers[row.provider], way_of(row)


def now_by(name: str) -> str:
    """By which provider a signature is made now that was ordered with this one; the same where it
    cannot be made any more."""
    try:
        return opened(name)[0]
    except NotThere:
        return name


def has_changed(name: str, *, since: datetime) -> bool:
    """Whether the city has changed its account there after this moment. One query."""
    return Account.objects.filter(provider=name, changed_at__gt=since).exists()


def way_of(row: Account) -> Way:
    return Way(base=row.base, allow_http=row.allow_http, keys=row.keys, options=row.options)


def offered() -> dict[str, Provider]:
    """What this city may choose."""
    return {name: one for name, one in providers.items() if one.may_be_used(is_demo=city().is_demo)}


@transaction.atomic
def keep(
    *, provider: str, is_on: bool, base: str, allow_http: bool, typed: Mapping[str, Any], by: User,
    at: datetime,
) -> Account:  # fmt: skip
    """A city's account at a provider; a key that is left empty stays as it was, unless the gateway
    is another one now. The city signs by one provider: another one that was in use is not any more.
    Whoever types passphrases is told when they go to another server. Raises NotThere, RuleBroken.
    """
    known = offered().get(provider)
    if known is None:
        raise NotThere("Cara tanda tangan ini tidak dikenal.")
    row = Account.objects.select_for_update().filter(provider=provider).first()
    address = ""
    if known.needs_base and (base.strip() or is_on):
        address = rules.address_of_gateway(base, allow_http=allow_http)
    moved = row is not None and rules.server_of(row.base) != rules.server_of(address)
    before = row.keys if row is not None and not moved else {}
    server_before = _server_in_use()
    secrets = [one for one in known.settings if one.is_secret]
    kept = {one.key: str(typed.get(one.key) or before.get(one.key, "")) for one in secrets}
    options = {
        one.key: str(typed.get(one.key) or "").strip()
        for one in known.settings if not one.is_secret
    }  # fmt: skip
    missing = next((one for one in secrets if not kept[one.key]), None)
    if missing is not None and is_on:
        why = " Alamat gateway berubah, jadi yang lama tidak dikirim ke sana." if moved else ""
        raise RuleBroken(f"Isi {missing.label}.{why}", field=missing.key)
    for one in known.settings:
        if one.check is not None and options.get(one.key) and not one.check(options[one.key]):
            raise RuleBroken(f"{one.label} ini tidak bisa dipakai. {one.help}", field=one.key)
    if options.get("tsa"):
        options["tsa"] = rules.address_of_stamps(options["tsa"])
    if options.get("level") in ("B-T", "B-LT") and not options.get("tsa"):
        raise RuleBroken("Isi alamat stempel waktu untuk tingkat ini.", field="tsa")
    if provider == certificates.LOCAL and is_on:
        certificates.make_authority(by=by, at=at)
    if is_on:
        Account.objects.filter(is_on=True).exclude(provider=provider).update(is_on=False)
    row = row or Account(provider=provider)
    row.is_on, row.base, row.allow_http, row.options = is_on, address, allow_http, options
    row.changed_by, row.changed_at = by, at
    row.seal_keys(kept)
    row.save()
    audit.record(
        "signing.account", actor=by, subject="provider", subject_id=provider,
        detail={"on": is_on, "server": rules.server_of(address)},
    )  # fmt: skip
    server = rules.server_of(address) if is_on else ""
    if server and server != server_before:
        _tell_of(server, row, by=by, at=at)
    return row


def _server_in_use() -> str:
    row = Account.objects.filter(is_on=True).first()
    return rules.server_of(row.base) if row is not None else ""


def _tell_of(server: str, row: Account, *, by: User, at: datetime) -> None:
    """Signatories and the other administrators learn where passphrases go from now on."""
    signing = Signature.objects.filter(state__in=Signature.OPEN).values("signer")
    holding = Certificate.objects.filter(revoked_at=None).values("user")
    people = {
        one.pk: one
        for one in [
            *office.admins(at.astimezone(city().tz).date()),
            *User.objects.filter(Q(pk__in=signing) | Q(pk__in=holding), is_active=True),
        ]
    }  # fmt: skip
    for one in people.values():
        if one.pk != by.pk:
            tell(
                notices.GATEWAY_CHANGED, one,
                key=f"gateway:{row.pk}:{int(at.timestamp())}:{one.pk}", server=server,
                link=city().page("desk-certificate"), city=city().name,
            )  # fmt: skip
