"""Heads hear what became of their reports, residents what their heads announce."""

from typing import Any

from accounts.models import User
from events.subscribers import subscribe
from messaging.notices import Notice, tell
from services.cases.events import CaseDone, CaseRefused, CaseReturned
from services.neighbourhood import notices
from services.neighbourhood.events import (
    AnnouncementPublished,
    WatchSwapAnswered,
    WatchSwapAsked,
)
from services.neighbourhood.models import Guest, Report, WatchSwap
from services.neighbourhood.telling import tell_some
from tenants.registry.current import city


def _report(case_id: int) -> Report | None:
    found = Report.objects.filter(application=case_id)
    return found.select_related("application__version__service", "application__opened_by").first()


def _tell(report: Report, about: Notice, news: str, **values: Any) -> None:
    application = report.application
    tell(
        about, application.opened_by, key=f"report:{report.pk}:{news}", number=application.number,
        service=application.version.service.title, link=city().page("rt-report", report.pk),
        city=city().name, **values,
    )  # fmt: skip


@subscribe(CaseReturned)
def tell_returned(event: CaseReturned) -> None:
    report = _report(event.case_id)
    if report is not None:
        step = report.application.steps.select_related("unit").get(pk=event.step_id)
        _tell(report, notices.RETURNED, f"returned:{step.pk}", where=step.unit.name)


@subscribe(CaseRefused)
def tell_refused(event: CaseRefused) -> None:
    report = _report(event.case_id)
    if report is not None:
        Guest.objects.filter(application=event.case_id).delete()
        _tell(report, notices.ANSWERED, "refused", is_taken=False)


@subscribe(CaseDone)
def tell_done(event: CaseDone) -> None:
    report = _report(event.case_id)
    if report is not None:
        _tell(report, notices.ANSWERED, "done", is_taken=True)


@subscribe(AnnouncementPublished)
def tell_residents(event: AnnouncementPublished) -> None:
    """Who is meant and has an account; not once it was withdrawn."""
    tell_some(event.announcement_id)


@subscribe(WatchSwapAsked)
def tell_asked(event: WatchSwapAsked) -> None:
    """Who is asked, where they have an account and the request still waits."""
    swap = WatchSwap.objects.filter(pk=event.swap_id, state=WatchSwap.State.ASKED).first()
    reader = swap and User.objects.filter(resident__person=swap.other_id, is_active=True).first()
    if swap and reader:
        tell(notices.SWAP_ASKED, reader, key=f"watch-swap:{swap.pk}:asked",
             link=city().page("my-watch"), city=city().name)  # fmt: skip


@subscribe(WatchSwapAnswered)
def tell_asker(event: WatchSwapAnswered) -> None:
    """Who asked, where they have an account."""
    swap = WatchSwap.objects.filter(pk=event.swap_id).first()
    reader = swap and User.objects.filter(resident__person=swap.asker_id, is_active=True).first()
    if swap and reader:
        tell(notices.SWAP_ANSWERED, reader, key=f"watch-swap:{swap.pk}:answered",
             is_agreed=swap.state == WatchSwap.State.AGREED, link=city().page("my-watch"),
             city=city().name)  # fmt: skip
