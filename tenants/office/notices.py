"""Mails about who holds which post: no desk is filled and no administrator removed unnoticed."""

from datetime import date

from django.db.models import Q

from accounts.models import User
from kernel.clock import now
from messaging import mail
from tenants.office.models import Holding, Post
from tenants.office.queries import admins, current_holdings
from tenants.registry.current import city

HEADS = (Post.Role.LURAH, Post.Role.CAMAT, Post.Role.KEPALA_DINAS)


def _to(people: list[User], subject: str, text: str, *, key: str) -> None:
    for person in people:
        address = person.email or (person.login if "@" in person.login else "")
        if address:
            mail.send(
                address,
                subject,
                f"{text}\n\n{city().url('/kelola/pejabat/')}\n\n{city().name}",
                key=f"{key}:{person.pk}",
                essential=True,
            )


def tell_of_appointment(holding: Holding, *, by: User, today: date) -> None:
    """All administrators and the unit's head learn who got a post that opens residents' data."""
    heads = User.objects.filter(
        Q(holdings__in=current_holdings(today).filter(post__unit=holding.post.unit_id)),
        Q(holdings__post__role__in=HEADS),
    )
    people = {person.pk: person for person in [*admins(today), *heads]}
    people.pop(by.pk, None)
    people.pop(holding.user_id, None)
    _to(
        list(people.values()),
        f"{holding.user.name} ditunjuk sebagai {holding.post.title}",
        f"{by.name} menunjuk {holding.user.name} sebagai {holding.post.title}, "
        f"{holding.post.unit.name}, mulai {holding.since:%d-%m-%Y}. Bila ini keliru, akhiri "
        "jabatannya di halaman pejabat.",
        key=f"post-given:{holding.pk}",
    )


def tell_of_appointments(lines: list[str], *, by: User, today: date) -> None:
    """All administrators learn at once of many appointments."""
    people = [person for person in admins(today) if person.pk != by.pk]
    shown = "\n".join(lines[:200])
    _to(
        people,
        f"{len(lines)} pejabat ditunjuk oleh {by.name}",
        f"{by.name} menunjuk dari satu berkas:\n\n{shown}\n\nBila ada yang keliru, akhiri "
        "jabatannya di halaman pejabat.",
        key=f"posts-given:{by.pk}:{int(now().timestamp())}",
    )


def tell_of_end(holding: Holding, *, until: date, by: User, today: date) -> None:
    """Whoever loses an administrator's post learns it, and so do all administrators."""
    people = {person.pk: person for person in [*admins(today), holding.user]}
    people.pop(by.pk, None)
    _to(
        list(people.values()),
        f"Jabatan admin {holding.user.name} diakhiri",
        f"{by.name} mengakhiri jabatan {holding.post.title} yang dipegang {holding.user.name}, "
        f"dengan {until:%d-%m-%Y} sebagai hari terakhir. Bila Anda tidak setuju, hubungi admin "
        "lain atau pengelola Balai sebelum hari itu.",
        key=f"post-taken:{holding.pk}:{until}",
    )
