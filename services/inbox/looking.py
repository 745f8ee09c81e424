"""When an official last looked at their list, and the views of it that they saved."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from kernel.nik import holds_sixteen_digits
from kernel.text import line
from services.inbox.models import Inbox

VISIT = timedelta(minutes=30)  # without a look: the next one begins a new visit
NOTED = timedelta(minutes=1)  # looks are noted no more often
MOST = 20  # saved views of one official
LONGEST = 40  # letters of a view's name


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: its name, and the query string it stands for."""

    name: str
    query: str


def look(user: User, at: datetime) -> Inbox:
    """The inbox of an official who looks at it now. One query; noting the look is another one."""
    known = Inbox.objects.filter(user=user).first()
    if known is None:
        known, _ = Inbox.objects.get_or_create(user=user, defaults={"seen_at": at, "since": at})
        return known
    before = known.seen_at
    if at - before > NOTED:
        known.seen_at = at
        known.since = before if at - before > VISIT else known.since
        Inbox.objects.filter(pk=known.pk).update(seen_at=known.seen_at, since=known.since)
    return known


def views_of(inbox: Inbox) -> list[View]:
    """In the order in which they were put."""
    return [View(str(one["name"]), str(one["query"])) for one in inbox.views]


@transaction.atomic
def save_view(*, user: User, name: str, query: str, at: datetime) -> None:
    """Keep a view under a name, or replace the one of that name. Raises RuleBroken."""
    called = line(name)
    if not called or len(called) > LONGEST:
        raise RuleBroken(f"Beri nama, paling panjang {LONGEST} huruf.", field="name")
    if holds_sixteen_digits(called) or holds_sixteen_digits(query):
        raise RuleBroken("Jangan menulis NIK atau nomor KK di nama saringan.", field="name")
    inbox = _locked(user, at)
    kept = [one for one in inbox.views if one["name"].casefold() != called.casefold()]
    if len(kept) >= MOST:
        raise RuleBroken(
            f"Paling banyak {MOST} saringan tersimpan. Hapus dulu yang tidak dipakai.", field="name"
        )
    inbox.views = [*kept, {"name": called, "query": query}]
    inbox.save(update_fields=["views"])


@transaction.atomic
def drop_view(*, user: User, name: str, at: datetime) -> None:
    """Forget a saved view. Raises NotThere."""
    inbox = _locked(user, at)
    kept = [one for one in inbox.views if one["name"] != name]
    if len(kept) == len(inbox.views):
        raise NotThere("Saringan ini sudah tidak ada.")
    inbox.views = kept
    inbox.save(update_fields=["views"])


@transaction.atomic
def put_first(*, user: User, name: str, at: datetime) -> None:
    """Move a saved view to the front. Raises NotThere."""
    inbox = _locked(user, at)
    first = [one for one in inbox.views if one["name"] == name]
    if not first:
        raise NotThere("Saringan ini sudah tidak ada.")
    inbox.views = first + [one for one in inbox.views if one["name"] != name]
    inbox.save(update_fields=["views"])


def _locked(user: User, at: datetime) -> Inbox:
    Inbox.objects.get_or_create(user=user, defaults={"seen_at": at, "since": at})
    return Inbox.objects.select_for_update().get(user=user)
