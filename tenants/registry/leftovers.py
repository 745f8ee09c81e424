"""Stored files nothing refers to: what a transaction that was rolled back, or a process that was
killed, left behind."""

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from itertools import islice

from django.core.files.storage import default_storage

from tenants.registry.current import city
from tenants.schemas.archive import files_below

log = logging.getLogger(__name__)

YOUNG = timedelta(days=1)  # its row may still be on the way: no transaction lasts that long
AT_ONCE = 2000


def sweep(
    folder: str, referenced: Callable[[Collection[str]], Collection[str]], *, at: datetime
) -> int:
    """Delete the files below this folder of the current city that no row names; how many.

    ``referenced`` tells which of some paths are. Only for folders whose names are never given
    twice: what nothing refers to today, nothing will refer to tomorrow.
    """
    gone = 0
    below = files_below(f"{city().schema_name}/{folder}")
    while paths := list(islice(below, AT_ONCE)):
        for path in set(paths) - set(referenced(paths)):
            try:
                if default_storage.get_modified_time(path) > at - YOUNG:
                    continue
            except FileNotFoundError:
                continue
            default_storage.delete(path)
            gone += 1
    if gone:
        log.info("%s: %s files in %s were referred to by nothing", city().code, gone, folder)
    return gone
