"""Giving a post to a person: the post, the account, and who that is in the register."""

from datetime import date

from django.db import transaction

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from services.residents import officials
from services.residents.sealing import fingerprint
from tenants.office import actions as office
from tenants.office.models import Holding, Post


@transaction.atomic
def appoint(
    *, post: Post, by: User, name: str, email: str, nik: str, since: date, decree: str = "",
    nip: str = "", rank: str = "", acting: str = "", quiet: bool = False,
) -> Holding:  # fmt: skip
    """Give a post to whoever has this e-mail address, and note their NIK when it is known.

    Raises RuleBroken when the administrator appoints themselves to a desk, by their own address or
    by their own NIK with another address. ``quiet``: the caller tells the administrators.
    """
    is_desk = post.role != Post.Role.ADMIN
    if nik and is_desk and fingerprint(parse_nik(nik).digits) in officials.nik_prints(by):
        raise RuleBroken(office.OWN_POST, field="nik")
    holding = office.appoint_by_mail(
        post=post, by=by, name=name, email=email, since=since, decree=decree, nip=nip, rank=rank,
        acting=acting, quiet=quiet,
    )  # fmt: skip
    if nik:
        officials.identify(user=holding.user, nik=nik, by=by)
    return holding
