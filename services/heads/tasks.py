"""Work after the commit, and work the clock brings."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging import work
from messaging.periodic import periodic
from services.heads import cards, files
from tenants.registry.leftovers import sweep

work.handler(files.KIND, on_failed=files.gave_up)(files.step)
work.handler(cards.KIND, on_failed=cards.gave_up)(cards.make)


@periodic("heads.leftovers", every=timedelta(hours=6))
def leftovers(payload: dict[str, Any]) -> None:
    """Files nobody goes on with, refused lines of a week ago, cards nobody fetched."""
    files.tidy()
    cards.tidy()
    sweep(files.FOLDER, _in_use, at=now())


def _in_use(paths: Collection[str]) -> set[str]:
    return files.in_use(paths) | cards.in_use(paths)
