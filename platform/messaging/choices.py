"""Of what people choose to be told: on arrival, once a day, or not at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from kernel.registry import Registry
from messaging.models import NoticeChoice


@dataclass(frozen=True, slots=True)
class Occasion:
    """One row of the choice on the account page. Words are Indonesian, for people.

    ``usual`` says what somebody is told who has not chosen: yes, no, or None for whom the occasion
    does not concern.
    """

    label: str
    help: str
    usual: Callable[[Any], bool | None]


occasions: Registry[Occasion] = Registry("occasions", "of what officials choose to be told")


def made(user_ids: Iterable[int], occasion: str) -> dict[int, bool]:
    """What these people have chosen, by user; absent who has not. One query."""
    rows = NoticeChoice.objects.filter(user_id__in=user_ids, occasion=occasion)
    return dict(rows.values_list("user_id", "is_wanted"))


def of(user: Any) -> dict[str, bool]:
    """What this person is told now, for each occasion that concerns them."""
    chosen = dict(NoticeChoice.objects.filter(user_id=user.pk).values_list("occasion", "is_wanted"))
    usual = {key: occasion.usual(user) for key, occasion in occasions.items()}
    return {key: chosen.get(key, told) for key, told in usual.items() if told is not None}


@transaction.atomic
def choose(*, user_id: int, wanted: Mapping[str, bool]) -> None:
    """Keep what somebody chose, by occasion."""
    for key, is_wanted in wanted.items():
        NoticeChoice.objects.update_or_create(
            user_id=user_id, occasion=key, defaults={"is_wanted": is_wanted}
        )
