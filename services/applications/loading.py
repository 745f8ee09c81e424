"""An application with all that a page shows of it, read once and in as few queries as its state
allows: a draft has no steps, and before somebody signed there is no letter."""

from django.db.models import Exists, Prefetch, prefetch_related_objects

from kernel.registry import Registry
from services.applications.models import Application, IssuedLetter
from services.cases.models import Step

# By the name of the attribute; those who ask more queries look at it first.
flags: Registry[Exists] = Registry(
    "application_flags", "whether a layer above keeps something of an application"
)

_SHOWN = (
    "version__service",
    "applicant__household__rt",
    "report__about__household__rt",
    "applicant__account__user",
    "unit",
    "deadline",
    "located_in",
    "opened_by",
    "on_behalf__code_of",
    "on_behalf__typed_by",
)


def read(application_id: int) -> Application | None:
    """The application with its ``steps``, ``documents`` and ``issued`` letters prefetched. At most
    four queries."""
    found = Application.objects.select_related(*_SHOWN).annotate(**dict(flags.items()))
    application = found.filter(pk=application_id).first()
    if application is not None:
        steps = Step.objects.select_related(
            "unit", "decided_by", "taken_by", "vouch__letter", "returned_answers"
        )
        issued = IssuedLetter.objects.select_related("letter__unit", "letter__revoked_by")
        if application.number is None:
            steps = steps.none()
        prefetch_related_objects([application], Prefetch("steps", steps), "documents")
        if not _is_signed(application):
            issued = issued.none()
        prefetch_related_objects([application], Prefetch("issued", issued))
    return application


def _is_signed(application: Application) -> bool:
    """Whether a desk has approved where letters are signed."""
    signing = {output.step for output in application.blueprint.outputs}
    steps = application.steps.all()
    return any(step.key in signing and step.state == Step.State.APPROVED for step in steps)


def renew(application: Application) -> None:
    """Read anew what saving its answers and files may have changed."""
    application.refresh_from_db(fields=["answers_sealed", "documents"])
    prefetch_related_objects([application], "documents")
