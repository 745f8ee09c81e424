"""Where a signed-in person may go in their city."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from services.dues import books
from tenants.office.access import visitor_or_none
from tenants.office.roles import title_at
from ui.menu import Link


def links(request: HttpRequest) -> Iterator[Link]:
    """The areas this person may enter."""
    user, who = request.user, visitor_or_none(request)
    if isinstance(user, User) and user.login.startswith("nik:"):
        yield Link(gettext("RT saya"), reverse("my-rt"), "house", 55, is_work=False)
        yield Link(gettext("Antrean"), reverse("queue"), "ticket", 57, is_work=False)
        yield Link(gettext("Data saya"), reverse("own-data"), "id-card", 60, is_work=False)
    if who is None:
        return
    if who.vouching:
        post = who.vouching[0]
        called = title_at(post.role, post.unit)
        yield Link(gettext(called), reverse("rt-inbox"), "users", 20)
    elif books.keeping(who.treasuring):
        yield Link("Kas RT", reverse("rt-cash-start"), "wallet", 20)
    if who.desks:
        yield Link(gettext("Meja kerja"), reverse("desk-inbox"), "inbox", 30)
    if who.administers:
        yield Link(gettext("Kelola kota"), reverse("setup"), "settings", 40)
