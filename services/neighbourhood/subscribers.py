"""Heads hear what became of their reports."""

from typing import Any

from events.subscribers import subscribe
from messaging.notices import Notice, tell
from services.cases.events import CaseDone, CaseRefused, CaseReturned
from services.neighbourhood import notices
from services.neighbourhood.models import Guest, Report
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
