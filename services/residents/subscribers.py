"""Who is told when somebody of the register dies, leaves or is missing."""

from accounts.models import User
from events.subscribers import subscribe
from kernel.clock import now
from messaging.notices import tell
from services.residents import notices
from services.residents.events import PersonChanged
from services.residents.models import OfficialIdentity, Person, PersonEvent
from services.residents.sealing import prints
from tenants.office import queries as office
from tenants.office.models import Holding, Unit
from tenants.office.roles import Can, can
from tenants.registry.current import city

LEAVES = (PersonEvent.Kind.DEATH, PersonEvent.Kind.MOVE_OUT, PersonEvent.Kind.MISSING)


@subscribe(PersonChanged, when=lambda event: event.kind in LEAVES)
def tell_of_holder(event: PersonChanged) -> None:
    """Administrators, and the village of an RT, RW or dusun, learn whose post has to be given
    anew. Not where the event was undone meanwhile."""
    person = Person.objects.get(pk=event.person_id)
    if person.lives_here:
        return
    users = User.objects.filter(resident__person=person)
    if person.nik_print is not None:
        known = OfficialIdentity.objects.filter(nik_print__in=prints(person.nik)).values("user")
        users = users.union(User.objects.filter(pk__in=known))
    today = now().astimezone(city().tz).date()
    held = office.current_holdings(today).filter(user__in=[user.pk for user in users])
    for holding in held.select_related("post__unit__parent__parent__parent").order_by("pk"):
        _tell(holding, event, person)


def _tell(holding: Holding, event: PersonChanged, person: Person) -> None:
    post, place = holding.post, city()
    today = now().astimezone(place.tz).date()
    admins = {user.pk: user for user in office.admins(today)}
    readers = dict(admins)
    village = next((u for u in office.lineage(post.unit.code) if u.kind in _VILLAGES), None)
    if village is not None and post.unit_id != village.pk:
        there = office.current_holdings(today).filter(post__unit=village).select_related("post")
        for one in there.select_related("user", "post").order_by("pk"):
            if can(one.post.role, Can.HEADS) or can(one.post.role, Can.COUNTER):
                readers[one.user_id] = one.user
    for pk, user in readers.items():
        if pk == holding.user_id:
            continue
        tell(
            notices.HOLDER_GONE, user, key=f"holder-gone:{event.event_id}:{holding.pk}:{pk}",
            post=post.full_title, what=PersonEvent.Kind(event.kind).label,
            link=place.page("setup-posts") if pk in admins else "", city=place.name,
        )  # fmt: skip


_VILLAGES = (Unit.Kind.KELURAHAN, Unit.Kind.DESA)
