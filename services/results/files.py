"""Files of results: judged, kept under unguessable names, and forgotten when nobody names them."""

from kernel.errors import RuleBroken
from services.cases import attachments, documents
from tenants.registry import stored_files

FOLDER = "hasil"  # below the city's


def judged(content: bytes, field: str) -> documents.Accepted:
    """A file fit to keep. Call before anything is locked. Raises RuleBroken of the field."""
    found = attachments.judged(content)
    if isinstance(found, RuleBroken):
        raise RuleBroken(found.message, field=field)
    return found


def keep(file: documents.Accepted) -> str:
    """The path under which it lies from now on."""
    return stored_files.keep_within_plan(FOLDER, file.content, file.suffix)
