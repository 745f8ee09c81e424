"""From when the time of an application on paper counts: from when it was received complete, as the
law says (UU 30/2014, Pasal 53), and not from when somebody typed it."""

from datetime import date, datetime, time

from services.applications.models import Application, PaperForm
from services.cases import deadlines
from services.cases.kinds import kind_of
from services.cases.models import Step
from services.cases.route import due_of, today_of
from tenants.registry.current import city

NOON = time(12)


def received_at(day: date, at: datetime) -> datetime:
    """From when it counts: of a day before today from its noon, for the hour is not known."""
    return at if day >= today_of(at) else datetime.combine(day, NOON, city().tz)


def count_from_receipt(application: Application, at: datetime) -> None:
    """The first desks, and the term of the law, have time until the form's own receipt says. Call
    after it was sent, in the same transaction."""
    form = PaperForm.objects.filter(application=application).first()
    if form is None:
        return
    since, plan = received_at(form.received_on, at), kind_of(application).plan(application)
    for step in application.steps.filter(state=Step.State.OPEN).select_related("unit"):
        step.due_at = due_of(plan.step(step.key), since, step.unit)
        step.save(update_fields=["due_at"])
    deadlines.count_from(application, since)
