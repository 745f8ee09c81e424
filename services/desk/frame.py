"""What every page of the desk shows around its own content."""

from collections.abc import Sequence
from typing import Any

from kernel.clock import now
from services.cases import queries as desks
from tenants.office.models import Post


def frame(posts: Sequence[Post], tab: str = "") -> dict[str, Any]:
    """The posts of who looks, what waits there, and which part of the desk is open. One query."""
    return {"posts": posts, "counts": desks.counts(list(posts), at=now()), "tab": tab}
