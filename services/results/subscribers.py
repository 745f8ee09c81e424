"""Applicants hear that a result is ready, handed over, or did not arrive."""

from accounts.models import User
from events.subscribers import subscribe
from messaging.notices import Notice, tell
from services.cases.kinds import kind_of
from services.results import notices
from services.results.events import DeliveryFailed, ResultHandedOver, ResultReady
from services.results.models import HandOver, Result
from services.results.queries import read_as_kind
from tenants.registry.current import city


@subscribe(ResultReady)
def tell_ready(event: ResultReady) -> None:
    one = _result(event.result_id)
    if one is not None and one.state == Result.State.READY:
        _tell(one, notices.READY, f"ready:{event.entry_id}")


@subscribe(ResultHandedOver)
def tell_handed_over(event: ResultHandedOver) -> None:
    act = HandOver.objects.filter(pk=event.hand_over_id).first()
    if act is not None and act.result_id is not None and act.returned_at is None:
        one = _result(act.result_id)
        if one is not None:
            _tell(one, notices.HANDED_OVER, f"handed:{act.pk}")


@subscribe(DeliveryFailed)
def tell_not_delivered(event: DeliveryFailed) -> None:
    act = HandOver.objects.filter(pk=event.hand_over_id).first()
    one = _result(act.result_id) if act is not None and act.result_id is not None else None
    if act is not None and one is not None:
        _tell(one, notices.NOT_DELIVERED, f"failed:{act.pk}")


def _result(pk: int) -> Result | None:
    return Result.objects.select_related("case", "unit").filter(pk=pk).first()


def _tell(one: Result, about: Notice, news: str) -> None:
    """Tell whose case it is, by their own account, or whoever asked for them."""
    case = read_as_kind(one.case)
    person = kind_of(case).person(case)
    if person is None:
        return
    user = User.objects.filter(resident__person=person, is_active=True).first()
    if user is None and not getattr(case, "checked", ""):
        user = case.opened_by
    if user is not None:
        tell(
            about, user, key=f"result:{one.pk}:{news}", number=case.number, label=one.label,
            office=one.unit.name, link=city().page("application", case.pk), city=city().name,
        )  # fmt: skip
