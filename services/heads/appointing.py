"""Giving a post of a neighbourhood to a resident."""

from datetime import date

from django.db import transaction

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.tanggal import age_on
from messaging.notices import tell
from services.heads.notices import NEIGHBOUR_APPOINTED
from services.residents import actions as residents
from services.residents import officials
from services.residents.models import Person
from tenants.office import actions as office
from tenants.office.models import Holding, Post
from tenants.office.roles import Can, can
from tenants.registry.current import city

COME_OF_AGE = 17  # years: from then on somebody has an identity card
NOT_A_RESIDENT = (
    "Menurut data penduduk, orang ini sudah meninggal, pindah, atau pergi. Periksa lagi NIK-nya; "
    "bila datanya keliru, perbaiki dulu data penduduknya."
)


def check_person(person: Person, *, since: date, own_people: set[int]) -> None:
    """Raises RuleBroken for somebody who does not live here (any more), is too young, or is the
    administrator who appoints."""
    if not person.lives_here:
        raise RuleBroken(NOT_A_RESIDENT, field="nik")
    if age_on(person.birth_date, since) < COME_OF_AGE:
        raise RuleBroken(
            f"Orang ini belum {COME_OF_AGE} tahun. Periksa lagi NIK-nya, atau pilih orang lain.",
            field="nik",
        )
    if person.pk in own_people:
        raise RuleBroken(office.OWN_POST, field="nik")


@transaction.atomic
def appoint_neighbour(
    *, post: Post, person: Person, by: User, since: date, until: date | None = None,
    phone: str = "", email: str = "", decree: str = "", decree_on: date | None = None,
) -> Holding:  # fmt: skip
    """Make a resident head, deputy or treasurer of an RT, RW or dusun, with their own account; a
    mail tells them where an address is given. Raises RuleBroken for somebody who does not live
    here (any more)."""
    check_person(person, since=since, own_people=officials.own_people(by))
    user = residents.account_for(person, by=by, phone=phone, email=email)
    holding = office.appoint(
        post=post, user=user, since=since, until=until, by=by, decree=decree, decree_on=decree_on
    )
    tell(
        NEIGHBOUR_APPOINTED, user, key=f"appointed:{holding.pk}", name=user.name, by=by.name,
        post=post.full_title, vouches=can(post.role, Can.VOUCHES), since=f"{since:%d-%m-%Y}",
        has_password=user.has_usable_password(), sign_in=city().page("sign-in"),
        code_page=city().page("password-by-code"), register=city().page("register"),
        city=city().name,
    )  # fmt: skip
    return holding
