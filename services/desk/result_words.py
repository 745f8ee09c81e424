"""What the page of a case shows of its results."""

from typing import Any

from services.applications.models import Application
from services.cases.kinds import kind_of
from services.cases.models import Step
from services.desk.result_forms import ResultForm
from services.results import queries
from services.results.models import Result
from tenants.office.models import Post


def result_words(application: Application, step: Step | None, posts: list[Post]) -> dict[str, Any]:
    """Forms for what this desk has to note, and what is there. No query for a service without."""
    own: dict[str, Any] = {"own_units": [post.unit_id for post in posts]}
    if not application.blueprint.results:
        return own
    promised = queries.promised(application, kind_of(application).plan(application).results())
    due = [
        (one, ResultForm(
            one.spec, step_id=step.pk, has_file=one.result is not None and one.result.has_file,
            initial={"number": one.result.number, "valid_until": one.result.valid_until}
            if one.result else {},
        ))
        for one in promised
        if step is not None and one.spec.step == step.key
    ]  # fmt: skip
    there = [one.result for one in promised if one.result is not None]
    ready = [one for one in there if one.state != Result.State.MADE]
    return {**own, "due_results": due, "results": ready}
