"""Heads of a neighbourhood who live there, their deputies, and requests of residents."""

from accounts.models import User
from services.applications import actions
from services.applications.models import Application
from services.catalogue.queries import service
from services.residents.models import Person
from tenants.office import own_roles, structure
from tenants.office.actions import appoint, head_post
from tenants.office.models import Holding, Post, Unit
from tests.factories import MONDAY, SINCE, SKTM, Cast, account, family, official, photo

COVER = {"keperluan": "Membuka rekening bank", "tujuan": "Bank BRI"}


def rt_of(cast: Cast) -> Unit:
    return Unit.objects.get(code=f"{cast.village.code}/001/001")


def head_who_lives_here(cast: Cast) -> tuple[User, Person]:
    """The Ketua RT of RT 001, who lives there, in place of Hasan."""
    person, *_ = family(cast.village)
    user = account(person, "ketua@example.com")
    Holding.objects.filter(user=cast.hasan).delete()
    appoint(post=Post.objects.get(unit=rt_of(cast), role="ketua_rt"), user=user, since=SINCE,
            by=None)  # fmt: skip
    return user, person


def ketua_rw(cast: Cast) -> User:
    rw = rt_of(cast).parent
    assert rw is not None
    head_post(unit=rw)
    return official("ketua-rw", rw, "ketua_rw")


def secretary(cast: Cast, unit: Unit) -> User:
    role = own_roles.add_role(
        title="Sekretaris lingkungan", level="rt", can=["vouches", "added"], by=cast.lurah
    )
    structure.add_post(unit=unit, role=role.code, title="Sekretaris RT 001", by=cast.lurah)
    return official("sekretaris-rt", unit, role.code)


def asked(user: User, person: Person, slug: str) -> Application:
    """A request of this person, sent."""
    begun = actions.begin(service=service(slug), applicant=person, by=user)
    typed = COVER if slug == "pengantar-rt-rw" else SKTM
    files = {spec.key: photo() for spec in begun.blueprint.documents}
    wrong = actions.save_answers(
        application_id=begun.pk, typed=typed, files=files,
        names={key: f"{key}.jpg" for key in files}, by=user,
    )  # fmt: skip
    assert wrong == {}
    return actions.submit(application_id=begun.pk, by=user, at=MONDAY)
