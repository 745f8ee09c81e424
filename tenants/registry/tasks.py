"""Provisioning as small steps of the outbox: each stage and the order for the next commit
together, so a killed worker loses at most the stage it was in, and none is done twice."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.tanggal import long_date
from messaging import outbox, work
from messaging.notices import write_to
from messaging.periodic import periodic
from tenants.registry import backups, deletion, health, provisioning, regions
from tenants.registry.current import city as here
from tenants.registry.entitlements import PAGE
from tenants.registry.models import City, Signup
from tenants.registry.notices import CITY_READY
from tenants.schemas import prepared


def _found_failed(payload: work.Payload, error: str) -> None:
    _mark_failed(Signup.objects.filter(pk=payload["signup"]))


def _advance_failed(payload: work.Payload, error: str) -> None:
    _mark_failed(Signup.objects.filter(city_id=payload["city"]))


def _mark_failed(signups: QuerySet[Signup]) -> None:
    signups.update(
        state=Signup.State.FAILED,
        reason="Penyiapan terhenti. Pengelola Balai sudah diberi tahu; tidak ada data yang hilang.",
    )


@work.handler("city.found", on_failed=_found_failed)
def found(payload: work.Payload) -> None:
    """Make the accepted signup's city: schema, rows and domain."""
    signup = Signup.objects.select_for_update().get(pk=payload["signup"])
    if signup.city_id is None:
        area = regions.regency(signup.code)
        if area is None:
            raise LookupError(f"no area {signup.code}")
        try:
            signup.city = provisioning.create(area, subdomain=signup.subdomain)
        except RuleBroken as refused:  # taken by the operator's command meanwhile
            signup.state = Signup.State.REJECTED
            signup.reason = refused.message
            signup.password = ""
            signup.save()
            return
    signup.state = Signup.State.PROVISIONING
    signup.save()
    next_stage(signup.city_id)


def next_stage(city_id: int | None) -> None:
    """Order the stage after those already done."""
    city = City.objects.get(pk=city_id)
    key = f"city:advance:{city.pk}:{len(city.done_stages)}"
    outbox.enqueue("city.advance", {"city": city.pk}, key=key)


@work.handler("city.advance", on_failed=_advance_failed)
def advance(payload: work.Payload) -> None:
    """One more stage; after the last one the official is told."""
    city_id = payload["city"]
    if provisioning.advance(city_id):
        next_stage(city_id)
        return
    signup = (
        Signup.objects.select_for_update()
        .filter(city_id=city_id)
        .exclude(state=Signup.State.DONE)
        .first()
    )
    if signup is None or signup.city is None:
        return
    signup.state = Signup.State.DONE
    signup.password = ""  # it lives in the city now
    signup.save()
    city = signup.city
    write_to(
        signup.email, CITY_READY, key=f"signup-done:{signup.pk}", city=city.name, name=signup.name,
        link=city.page("sign-in"), trial_ends=_last_day_of_trial(city), plans=city.page(PAGE),
    )  # fmt: skip


def _last_day_of_trial(city: City) -> str:
    ends = city.trial_ends_at
    return long_date(ends.astimezone(city.tz).date()) if ends is not None else ""


@periodic("spares.fill", every=timedelta(minutes=1), in_cities=False)
def fill_spares(_payload: work.Payload) -> None:
    """Keep a few empty schemas ready; made after this row's transaction, one by one."""
    transaction.on_commit(lambda: prepared.fill())


@periodic("deletion.finish", every=timedelta(hours=1), in_cities=False)
def finish_deletions(_payload: work.Payload) -> None:
    """Finish what a crash interrupted; each schema in a transaction of its own."""
    transaction.on_commit(deletion.finish_all)


@periodic("health.take", every=timedelta(hours=1))
def take_health(_payload: work.Payload) -> None:
    """Count the current city for the console."""
    health.take(here())


@periodic("backup.daily", every=timedelta(days=1), in_cities=False)
def daily_backups(_payload: work.Payload) -> None:
    """Begin with the first city."""
    backups.begin(now())


def _backup_failed(payload: work.Payload, error: str) -> None:
    city = City.objects.filter(pk=payload["city"]).first()
    if city is not None:
        backups.note_failure(city, now(), backups.DIED)
    backups.order_next(payload["day"], after=payload["city"])


@work.handler(backups.KIND, on_failed=_backup_failed)
def backup_city(payload: work.Payload) -> None:
    """One city, then the order for the next. A killed worker begins this city again."""
    city = City.objects.filter(pk=payload["city"]).first()
    if city is not None and city.is_live and backups.folder() is not None:
        backups.take(city, now())
    backups.order_next(payload["day"], after=payload["city"])
