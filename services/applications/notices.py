"""Who is told by mail what happened to an application. No personal data stands in a mail."""

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import User
from messaging import mail
from services.applications.models import Application, Step
from tenants.office import queries as office
from tenants.office.models import Holding
from tenants.registry.current import city

MORNING = 7  # the hour at which desks get their list for the day
NEIGHBOURHOOD = ("ketua_rt", "ketua_rw")  # told of each arrival instead


def tell_applicant(application: Application, event: str, subject: str, sentence: str) -> None:
    """Tell the applicant by mail, if they left an address. No personal data in the mail."""
    user = User.objects.filter(resident__person=application.applicant_id).first()
    if user is None or not user.email:
        return
    link = city().url(f"/permohonan/{application.pk}/")
    mail.send(
        user.email,
        subject,
        f"{sentence}.\n\n{application.version.service.title}\nLihat di sini: {link}\n\n"
        f"{city().name}",
        key=f"dossier:{application.pk}:{event}",
    )


def tell_received(application: Application) -> None:
    """A receipt: the number, and who has the application now."""
    step = application.steps.filter(state=Step.State.OPEN).select_related("unit").first()
    now_at = f". Sekarang di {step.unit.name}: {step.title}" if step is not None else ""
    tell_applicant(
        application,
        "submitted",
        f"Permohonan {application.number} sudah kami terima",
        f"Permohonan Anda terkirim dengan nomor {application.number}{now_at}",
    )


def tell_of_arrival(step: Step, user: User) -> None:
    """The Ketua RT or RW learns that somebody waits: they do not open the site each day."""
    if not user.email:
        return
    mail.send(
        user.email,
        "Seorang warga menunggu jawaban Anda",
        f"Seorang warga {step.unit.name} meminta surat dan menunggu Anda membenarkannya.\n\n"
        f"Jawab di sini: {city().url('/rt/')}\n\n{city().name}",
        key=f"arrived:{step.pk}",
    )


@transaction.atomic
def send_morning_lists(*, at: datetime) -> int:
    """Tell each official of a desk, once on a working day, what waits there; how many mails.

    Nothing is sent to a desk where nothing waits. Constant queries.
    """
    local = at.astimezone(city().tz)
    today = local.date()
    if local.hour != MORNING or not office.calendar().is_workday(today):
        return 0
    waiting: dict[tuple[int, str], tuple[int, int]] = {
        (row["unit"], row["role"]): (row["open"], row["late"])
        for row in Step.objects.filter(state=Step.State.OPEN)
        .exclude(role__in=NEIGHBOURHOOD)
        .order_by("unit", "role")
        .values("unit", "role")
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=at)))
    }
    lists: dict[User, list[str]] = defaultdict(list)
    for holding in _holdings(today, {unit for unit, _ in waiting}):
        found = waiting.get((holding.post.unit_id, holding.post.role))
        if found is not None:
            late = f", {found[1]} di antaranya lewat waktu" if found[1] else ""
            lists[holding.user].append(f"{holding.post.title}: {found[0]} berkas{late}")
    for user, lines in lists.items():
        mail.send(
            user.email,
            "Berkas yang menunggu Anda hari ini",
            "\n".join(lines) + f"\n\nBuka meja kerja: {city().url('/meja/')}\n\n{city().name}",
            key=f"morning:{user.pk}:{today}",
        )
    return len(lists)


def _holdings(today: date, units: set[int]) -> list[Holding]:
    return list(
        office.current_holdings(today)
        .filter(post__unit__in=units, user__is_active=True)
        .exclude(user__email="")
        .select_related("user", "post")
        .order_by("post__unit__code", "pk")
    )
