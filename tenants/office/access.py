"""Who may open what in a city: the visitor, read once per request, and the guards of pages."""

from collections.abc import Callable, Mapping
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.access import signed_in
from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere
from kernel.registry import Hook
from tenants.office.models import Post
from tenants.office.queries import posts_of, readers
from tenants.office.roles import Can, can, is_desk
from tenants.registry.current import city, city_or_none
from ui.page import Audience, Page, guards


def _nobody(_user: User) -> set[int]:
    return set()


people: Hook[Callable[[User], set[int]]] = Hook(
    "people of an account",
    "who of the register a user is, by any account: nobody decides about themselves",
    default=_nobody,
)


class Visitor:
    """Who asks, with what they hold today. Each part is read when first needed, and once."""

    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def in_support(self) -> bool:
        """Whether this is an operator who looks in by the city's consent."""
        return any(reads(self.user) for reads in readers)

    @cached_property
    def posts(self) -> list[Post]:
        """The posts held today, with their units. One query."""
        return posts_of(self.user, now().astimezone(city().tz).date())

    @property
    def vouching(self) -> list[Post]:
        """The posts by which this person answers for neighbours."""
        return [post for post in self.posts if can(post.role, Can.VOUCHES)]

    @property
    def treasuring(self) -> list[Post]:
        """The posts by which this person keeps the cash book of a neighbourhood."""
        return [post for post in self.posts if can(post.role, Can.KEEPS_MONEY)]

    @property
    def desks(self) -> list[Post]:
        """The posts at which this person works on cases."""
        return [post for post in self.posts if is_desk(post.role)]

    @property
    def administers(self) -> bool:
        """Whether this person is shown the administrators' pages."""
        return any(can(post.role, Can.ADMINISTERS) for post in self.posts)

    @property
    def is_admin(self) -> bool:
        """Whether this person administers the city; one who looks in does not."""
        return self.administers and not self.in_support

    @cached_property
    def people(self) -> set[int]:
        """Ids of the persons of the register who this is."""
        return people.value(self.user)


def visitor(request: HttpRequest) -> Visitor:
    """Who asks; the same object all through a request. Raises Elsewhere."""
    user = signed_in(request)
    known: Visitor | None = getattr(request, "_visitor", None)
    if known is None or known.user.pk != user.pk:
        known = Visitor(user)
        request._visitor = known  # type: ignore[attr-defined]
    return known


def visitor_or_none(request: HttpRequest) -> Visitor | None:
    """The same for pages that anyone sees; None for strangers, and outside cities."""
    is_known = isinstance(request.user, User) and city_or_none() is not None
    return visitor(request) if is_known else None


def let_admins(
    request: HttpRequest, page: Page, _named: Mapping[str, object]
) -> tuple[object, ...]:
    """A guard; the view gets the administrator."""
    who = visitor(request)
    if not who.administers or (who.in_support and page.support == "no"):
        raise PermissionDenied
    return (who.user,)


def _refuse(named: Mapping[str, object], words: str) -> Exception:
    """An address that names nothing is known to everybody; one that names a case is not there."""
    return NotThere(words) if named else PermissionDenied()


def let_vouchers(
    request: HttpRequest, _page: Page, named: Mapping[str, object]
) -> tuple[object, ...]:
    """A guard."""
    if not visitor(request).vouching:
        raise _refuse(named, "Halaman ini untuk Ketua RT, Ketua RW, dan kepala dusun.")
    return ()


def let_treasurers(
    request: HttpRequest, _page: Page, named: Mapping[str, object]
) -> tuple[object, ...]:
    """A guard."""
    if not visitor(request).treasuring:
        raise _refuse(named, "Halaman ini untuk pengurus yang memegang buku kas.")
    return ()


def let_desks(request: HttpRequest, _page: Page, named: Mapping[str, object]) -> tuple[object, ...]:
    """A guard."""
    if not visitor(request).desks:
        raise _refuse(named, "Halaman ini untuk petugas kelurahan, kecamatan, dan dinas.")
    return ()


def let_offices(
    request: HttpRequest, _page: Page, named: Mapping[str, object]
) -> tuple[object, ...]:
    """A guard: officials, and administrators of the city; nobody who looks in."""
    who = visitor(request)
    if not (who.desks or who.is_admin):
        raise _refuse(named, "Halaman ini untuk petugas kantor dan admin kota.")
    return ()


guards.add(Audience.ADMIN, let_admins)
guards.add(Audience.OFFICE, let_offices)
guards.add(Audience.VOUCHER, let_vouchers)
guards.add(Audience.TREASURER, let_treasurers)
guards.add(Audience.DESK, let_desks)
