"""Giving a post to a person: the post, the account, and who that is in the register."""

from datetime import date

from django.db import transaction

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from services.residents import codes, officials
from services.residents.queries import record_by_nik
from services.residents.sealing import prints
from tenants.office import actions as office
from tenants.office.models import Holding, Post
from tenants.office.roles import Can, can


@transaction.atomic
def appoint(
    *, post: Post, by: User, name: str, email: str, nik: str, since: date,
    until: date | None = None, decree: str = "", decree_on: date | None = None, nip: str = "",
    rank: str = "", acting: str = "", quiet: bool = False,
) -> Holding:  # fmt: skip
    """Give a post to whoever has this e-mail address, and note their NIK when it is known.

    Raises RuleBroken when the administrator appoints themselves to a desk, by their own address or
    by their own NIK with another address. ``quiet``: the caller tells the administrators.
    """
    is_desk = not can(post.role, Can.ADMINISTERS)
    if nik and is_desk and officials.nik_prints(by).intersection(prints(parse_nik(nik).digits)):
        raise RuleBroken(office.OWN_POST, field="nik")
    _refuse_dead(nik)
    holding = office.appoint_by_mail(
        post=post, by=by, name=name, email=email, since=since, until=until, decree=decree,
        decree_on=decree_on, nip=nip, rank=rank, acting=acting, quiet=quiet,
    )  # fmt: skip
    if nik:
        officials.identify(user=holding.user, nik=nik, by=by)
    return holding


def _refuse_dead(nik: str) -> None:
    """Raises RuleBroken for somebody who died by the register. Who moved away may still hold an
    office here."""
    person = record_by_nik(nik) if nik else None
    if person is not None and person.status == codes.Status.DEAD:
        raise RuleBroken(
            "Menurut data penduduk, orang ini sudah meninggal. Periksa lagi NIK-nya; bila datanya "
            "keliru, perbaiki dulu data penduduknya.",
            field="nik",
        )
