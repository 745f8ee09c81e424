"""What the desk's frame asks of the posts."""

from collections.abc import Iterable

from django import template

from services.neighbourhood import announcements
from services.residents import keeping
from tenants.office.models import Post

register = template.Library()


@register.filter
def see_people(posts: Iterable[Post]) -> bool:
    """Whether one of these posts may look people up."""
    return bool(keeping.seen(posts))


@register.filter
def keep_people(posts: Iterable[Post]) -> bool:
    """Whether one of these posts writes into the register."""
    return bool(keeping.areas(posts))


@register.filter
def announce(posts: Iterable[Post]) -> bool:
    """Whether one of these posts addresses the residents of its unit."""
    return bool(announcements.units_of(list(posts)))
