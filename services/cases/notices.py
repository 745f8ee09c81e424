"""What officials are told of the cases at their desks. No personal data stands in a notice."""

from accounts.models import User
from kernel.clock import now
from messaging.choices import Occasion, occasions
from messaging.notices import notice
from tenants.office import queries as office
from tenants.office.roles import Can, can
from tenants.registry.current import city, city_or_none

ARRIVED_NEIGHBOUR = notice(
    "cases/arrived-neighbour", "somebody waits for a vouch, to the Ketua RT or RW",
    fields="where link city",
)  # fmt: skip
ARRIVED = notice(
    "cases/arrived", "a case reached a desk, to who wants to know at once",
    fields="number where step service link city",
)  # fmt: skip
LATE = notice("cases/late", "a desk missed its clock", fields="number where service link city")
DEADLINE = notice(
    "cases/deadline", "a share of the term of the law is used up, or it has ended",
    fields="number where percent due done basis service link city",
)  # fmt: skip
DIGEST = notice(
    "cases/digest", "what waits at somebody's desks, once a day", fields="lines links city"
)

AT_ONCE, DAILY = "arrival", "digest"


def at_once_is_usual(role: str) -> bool:
    """Whether holders of this role are told of each arrival unless they choose otherwise: who
    vouches does not open the site each day."""
    return can(role, Can.VOUCHES)


def daily_is_usual(role: str) -> bool:
    return not can(role, Can.VOUCHES)


def _roles(user: User) -> set[str]:
    if city_or_none() is None:  # an operator
        return set()
    posts = office.posts_of(user, now().astimezone(city().tz).date())
    return {post.role for post in posts if not can(post.role, Can.ADMINISTERS)}


def _usual_at_once(user: User) -> bool | None:
    roles = _roles(user)
    return any(map(at_once_is_usual, roles)) if roles else None


def _usual_daily(user: User) -> bool | None:
    roles = _roles(user)
    return any(map(daily_is_usual, roles)) if roles else None


occasions.add(
    AT_ONCE,
    Occasion(
        "Begitu ada yang menunggu saya",
        "Satu pesan untuk setiap permohonan yang tiba di jabatan Anda.",
        _usual_at_once,
    ),
)
occasions.add(
    DAILY,
    Occasion(
        "Daftar sekali sehari",
        "Pada pagi hari kerja, bila ada yang menunggu.",
        _usual_daily,
    ),
)
