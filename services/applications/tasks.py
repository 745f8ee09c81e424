"""Work after the commit."""

from typing import Any

from kernel.clock import now
from messaging import work
from services.applications import issuing


@work.handler("applications.issue")
def issue(payload: dict[str, Any]) -> None:
    """The PDFs of letters just approved."""
    issuing.finish_letters(application_id=int(payload["application_id"]), at=now())
