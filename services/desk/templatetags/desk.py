"""What the desk's frame asks of the posts."""

from collections.abc import Iterable

from django import template

from services.catalogue import standards
from services.mall import status_files
from services.mall.systems import System, column_words
from services.neighbourhood import announcements
from services.payments import collecting
from services.queueing import access
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


@register.filter
def call_numbers(posts: Iterable[Post]) -> bool:
    """Whether one of these posts serves or arranges the waiting room of its office."""
    return bool(access.arranging(posts))


@register.filter
def oversee_fees(posts: Iterable[Post]) -> bool:
    """Whether one of these posts takes fees, or heads an office that may take some."""
    return bool(collecting.overseen(posts))


@register.filter
def upload_statuses(posts: Iterable[Post]) -> bool:
    """Whether lists of SIMBG or OSS are uploaded at the office of one of these posts."""
    return bool(status_files.systems_at(posts))


@register.filter
def head_an_office(posts: Iterable[Post]) -> bool:
    """Whether one of these posts is the head of an office that gives services."""
    return bool(standards.headed(posts))


@register.filter
def status_column(field: str, system: System) -> str:
    """What a column of a list is, in words."""
    return column_words(field, system)


@register.filter
def fee_tone(state: str) -> str:
    """The kind of tag that the state of an order of a fee deserves."""
    return {"open": "info", "paid": "ok", "void": "plain"}.get(state, "warn")
