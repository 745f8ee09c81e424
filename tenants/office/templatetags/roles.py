"""What posts may do, for pages."""

from collections.abc import Iterable

from django import template

from tenants.office.models import Post
from tenants.office.roles import Can, can

register = template.Library()


@register.filter
def any_can(posts: Iterable[Post], capability: str) -> bool:
    """Whether one of these posts has a capability: ``{% if posts|any_can:"counter" %}``."""
    return any(can(post.role, Can(capability)) for post in posts)
