"""The deletion of a city by two different people, with time to think between.

    ask(city, reason, by) -> DeletionRequest         an administrator, after a downloaded copy
    confirm(request_id, by)                          another administrator
    confirm_as_operator(request_id, by)              when the city has no other
    cancel(request_id, by_name)                      either side, until the grace is over
    remind(at), begin_due(at)                        periodic
    close, shred, remove, certify                    the outbox, one transaction each, in this order

Each step commits before the next is ordered, so a killed worker costs one step at most, and
what the certificate says was written down before it was destroyed.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from audit import actions as audit
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.identities import is_same, is_same_phone
from kernel.ids import secret_code
from kernel.registry import Registry, name_of
from messaging import outbox
from tenants.backend.scope import in_city, in_public
from tenants.office import queries as office
from tenants.ownership import certificate, deletion_notices, rules
from tenants.ownership.actions import folder_of
from tenants.ownership.models import DataExport, DeletionRequest
from tenants.ownership.people import second_people
from tenants.registry import deletion, entitlements, keys
from tenants.registry.models import City, Tombstone
from tenants.schemas import compiler
from tenants.schemas.archive import files_below
from tenants.schemas.compiler import ident

S = DeletionRequest.State
# Deeds that change nothing a copy would hold.
READING = ("person.read", "signed_in", "signed_in.demo", "data.export_asked", "data.downloaded",
           "deletion.asked", "deletion.confirmed", "deletion.cancelled")  # fmt: skip
FIRST_A_COPY = (
    "Sebelum menghapus, unduh dulu salinan lengkap data kota: yang dibuat paling lama tujuh hari "
    "lalu, atau sesudah perubahan terakhir."
)

# Called in public, in the transaction that closes the city.
closers: Registry[Callable[[City], None]] = Registry(
    "closers", "what ends with a city, such as its subscription"
)


def on_closing(run: Callable[[City], None]) -> None:
    """Register what else ends when a city is deleted."""
    closers.add(name_of(run), run)


# --- reading -------------------------------------------------------------------------------------


def last_change(city: City) -> datetime | None:
    """When somebody last did something in this city that a copy would show."""
    with in_city(city):
        return Entry.objects.exclude(what__in=READING).values_list("at", flat=True).first()


def changes_since(city: City, moment: datetime) -> int:
    """How many deeds a copy of that moment lacks."""
    with in_city(city):
        return Entry.objects.filter(at__gt=moment).exclude(what__in=READING).count()


def usable_export(city: City, *, at: datetime) -> DataExport | None:
    """The newest downloaded copy that one may delete after."""
    with in_public():
        export = (
            DataExport.objects.filter(city_id=city.pk, downloaded_at__isnull=False)
            .order_by("-taken_at")
            .first()
        )
    if export is None or export.taken_at is None:
        return None
    fresh = rules.covers(taken_at=export.taken_at, last_change=last_change(city), at=at)
    return export if fresh else None


def open_request(city: City) -> DeletionRequest | None:
    """The city's request that is neither done nor cancelled."""
    with in_public():
        return DeletionRequest.objects.filter(
            city_id=city.pk, state__in=DeletionRequest.OPEN
        ).first()


# --- two people ----------------------------------------------------------------------------------


def ask(*, city: City, reason: str, by: User, at: datetime) -> DeletionRequest:
    """The first signature. Nothing happens to the city yet. Raises RuleBroken."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > 300:
        raise RuleBroken("Tulis alasannya, paling banyak 300 huruf.", field="reason")
    with in_city(city):
        if not office.is_admin(by, at.astimezone(city.tz).date()):
            raise RuleBroken("Hanya admin kota yang dapat meminta penghapusan.")
    export = usable_export(city, at=at)
    if export is None:
        raise RuleBroken(FIRST_A_COPY)
    try:
        with in_public(), transaction.atomic():
            request = DeletionRequest.objects.create(
                city=city, city_code=city.code, city_name=city.name, zone=city.timezone,
                reason=reason, export=export, asked_by_id=by.pk, asked_by_name=by.name,
                asked_by_email=by.email or by.login, asked_at=at,
                certificate_code=secret_code(),
            )  # fmt: skip
            _note("deletion.asked", request, city, by)
            deletion_notices.asked(request, city, at)
            if not second_people(request, city, at=at):
                deletion_notices.operators_needed(request)
    except IntegrityError as error:
        raise Stale("Penghapusan kota ini sudah diminta.") from error
    return request


def _note(what: str, request: DeletionRequest, city: City, by: User | None, **more: object) -> None:
    """In the city's own record, and in the platform's, which outlives it."""
    with in_city(city):
        audit.record(what, actor=by, subject="deletion", subject_id=request.pk, detail=dict(more))
    with in_public():
        audit.record(
            what, actor=None, subject="city", subject_id=city.code,
            detail={"request": request.pk, "by": by.name if by else "", **more},
        )  # fmt: skip


def _locked(request_id: int, state: str) -> tuple[DeletionRequest, City]:
    request = DeletionRequest.objects.select_for_update().filter(pk=request_id).first()
    if request is None:
        raise NotThere("Permintaan penghapusan ini tidak ditemukan.")
    city = City.objects.filter(pk=request.city_id).first()
    if request.state != state or city is None:
        raise Stale(f"Keadaannya sudah berubah: {request.get_state_display().lower()}.")
    return request, city


def confirm(*, request_id: int, city: City, by: User, at: datetime) -> DeletionRequest:
    """The second signature, by another administrator; the grace begins. Raises RuleBroken."""
    with in_public(), transaction.atomic():
        request, own = _locked(request_id, S.ASKED)
        if own.pk != city.pk:
            raise NotThere("Permintaan penghapusan ini tidak ditemukan.")
        if by.pk not in [user.pk for user in second_people(request, city, at=at)]:
            raise RuleBroken(
                "Yang menyetujui harus admin kota lain, yang sudah menjadi admin sebelum "
                f"penghapusan diminta dan paling sedikit {rules.SETTLED.days} hari. Orang yang "
                "meminta tidak dapat menyetujui sendiri."
            )
        return _confirmed(request, city, by, at, operator=False)


def confirm_as_operator(*, request_id: int, by: User, at: datetime) -> DeletionRequest:
    """The second signature where a city has no other administrator. Raises RuleBroken."""
    with in_public(), transaction.atomic():
        request, city = _locked(request_id, S.ASKED)
        if not by.is_operator:
            raise RuleBroken("Hanya operator yang dapat menyetujui di sini.")
        if second_people(request, city, at=at):
            raise RuleBroken("Kota ini punya admin lain; admin itulah yang menyetujui.")
        with in_city(city):
            phone = User.objects.filter(pk=request.asked_by_id).values_list("phone", flat=True)
            same_phone = any(is_same_phone(one, by.phone) for one in phone)
        if same_phone or any(is_same(request.asked_by_email, own) for own in (by.login, by.email)):
            raise RuleBroken("Yang menyetujui harus orang lain daripada yang meminta.")
        return _confirmed(request, city, by, at, operator=True)


def _confirmed(
    request: DeletionRequest, city: City, by: User, at: datetime, *, operator: bool
) -> DeletionRequest:
    export = usable_export(city, at=at)
    if export is None:
        raise RuleBroken(FIRST_A_COPY)
    request.export = export
    request.state = S.CONFIRMED
    request.confirmed_by_id, request.confirmed_by_name = by.pk, by.name
    request.confirmed_by_email = by.email or by.login
    request.confirmed_by_operator = operator
    request.confirmed_at, request.grace_until = at, at + rules.GRACE
    request.save()
    if operator:
        with in_public():
            audit.record("deletion.confirmed", actor=by, subject="city", subject_id=city.code,
                         detail={"request": request.pk})  # fmt: skip
        with in_city(city):
            audit.record("deletion.confirmed", actor=None, subject="deletion",
                         subject_id=request.pk, detail={"operator": by.name})  # fmt: skip
    else:
        _note("deletion.confirmed", request, city, by)
    deletion_notices.confirmed(request, city, at)
    return request


def cancel(*, request_id: int, by: User, at: datetime, city: City | None = None) -> DeletionRequest:
    """Any administrator of the city, or an operator (``city`` None), takes it back: keeping data
    needs one person only. Raises Stale once the deletion has begun: the state says so, not the
    clock, since who was warned late (``begin_due``) has a day more than the grace."""
    with in_public(), transaction.atomic():
        request = DeletionRequest.objects.select_for_update().filter(pk=request_id).first()
        if request is None or (city is not None and request.city_id != city.pk):
            raise NotThere("Permintaan penghapusan ini tidak ditemukan.")
        if request.state not in (S.ASKED, S.CONFIRMED):
            raise Stale(f"Tidak bisa dibatalkan lagi: {request.get_state_display().lower()}.")
        own = City.objects.get(pk=request.city_id)
        request.state = S.CANCELLED
        request.cancelled_by_name, request.cancelled_at = by.name, at
        request.save(update_fields=["state", "cancelled_by_name", "cancelled_at"])
        actor = by if city is not None else None
        _note("deletion.cancelled", request, own, actor, name=by.name)
        deletion_notices.cancelled(request, own, at)
    return request


# --- the clock -----------------------------------------------------------------------------------


def remind(*, at: datetime) -> int:
    """One day before: the last chance, and what a copy would lack. How many were told."""
    with in_public():
        near = DeletionRequest.objects.filter(
            state=S.CONFIRMED, reminded_at__isnull=True, grace_until__lte=at + rules.REMIND
        )
        ids = list(near.values_list("pk", flat=True))
    for pk in ids:
        with in_public(), transaction.atomic():
            request, city = _locked(pk, S.CONFIRMED)
            if request.reminded_at is None:
                request.reminded_at = at
                request.save(update_fields=["reminded_at"])
                taken_at = request.export.taken_at or request.asked_at
                deletion_notices.tomorrow(request, city, changes_since(city, taken_at), at)
    return len(ids)


def begin_due(*, at: datetime) -> int:
    """Order the deletion of every city whose grace is over. Who was not warned a day ahead (the
    installation slept) is warned first and deleted a day later."""
    with in_public():
        due = DeletionRequest.objects.filter(
            state=S.CONFIRMED, grace_until__lte=at, reminded_at__lte=at - rules.REMIND
        ).values_list("pk", flat=True)
        for pk in list(due):
            with transaction.atomic():
                outbox.enqueue("deletion.close", {"request": pk}, key=f"deletion:close:{pk}")
        return len(due)


def _next(step: str, request: DeletionRequest) -> None:
    outbox.enqueue(f"deletion.{step}", {"request": request.pk}, key=f"deletion:{step}:{request.pk}")


def close(request_id: int, *, at: datetime) -> None:
    """The city stops answering; what is there to destroy is counted."""
    with in_public(), transaction.atomic():
        request = DeletionRequest.objects.select_for_update().get(pk=request_id)
        city = City.objects.filter(pk=request.city_id).first()
        if request.state != S.CONFIRMED or city is None:
            return  # cancelled meanwhile
        if request.grace_until is None or request.grace_until > at:
            return
        request.state, request.closed_at = S.DELETING, at
        request.inventory = _inventory(request, city)
        request.key_fingerprint = hashlib.sha256(keys.city_key(city)).hexdigest()
        request.recipients = deletion_notices.recipients(request, city, at)
        request.save()
        for run in closers:
            run(city)
        entitlements.set_status(
            city.pk, City.Status.CLOSED, reason=f"penghapusan {request.pk}", by=None, at=at
        )
        DataExport.objects.filter(city=city, state__in=DataExport.UNDER_WAY).update(
            state=DataExport.State.FAILED, problem="Kota ini sedang dihapus."
        )
        _next("shred", request)


def _inventory(request: DeletionRequest, city: City) -> dict[str, object]:
    """Tables with their rows, files with their bytes: all that is about to go."""
    tables: dict[str, int] = {}
    with in_city(city), connection.cursor() as cursor:
        for table in compiler.read(city.schema_name, "", rows=False).tables:
            cursor.execute(f"SELECT count(*) FROM {ident(table.name)}")  # noqa: S608
            tables[table.name] = cursor.fetchone()[0]
    files = size = copies = 0
    for folder in (city.schema_name, folder_of(city.schema_name)):
        for path in files_below(folder):
            size += default_storage.size(path)
            files += 1
            copies += folder != city.schema_name
    taken_at = request.export.taken_at or request.asked_at
    return {
        "tables": tables,
        "files": files,
        "bytes": size,
        "copies": copies,
        "changes": changes_since(city, taken_at),
    }


def shred(request_id: int, *, at: datetime) -> None:
    """The data key goes first: what is sealed is unreadable from here on."""
    with in_public(), transaction.atomic():
        request = DeletionRequest.objects.select_for_update().get(pk=request_id)
        if request.state != S.DELETING or request.key_destroyed_at is not None:
            return
        if request.city_id is not None:
            deletion.destroy_key(request.city_id)
        request.key_destroyed_at = at
        request.save(update_fields=["key_destroyed_at"])
        _next("remove", request)


def remove(request_id: int) -> None:
    """Schema and files. What a crash leaves is finished by the same step again."""
    with in_public(), transaction.atomic():
        request = DeletionRequest.objects.select_for_update().get(pk=request_id)
        city = City.objects.filter(pk=request.city_id).first()
        if request.state != S.DELETING or request.key_destroyed_at is None:
            return
        if city is not None:
            DataExport.objects.filter(city=city, state=DataExport.State.READY).update(
                state=DataExport.State.EXPIRED
            )
            people = f"{request.asked_by_name}; {request.confirmed_by_name}"
            request.tombstone = deletion.delete_city(
                city, reason=request.reason[:200], by=people[:254]
            )
            request.city = None
            request.save(update_fields=["tombstone", "city"])
        _next("certify", request)


def certify(request_id: int, *, at: datetime) -> None:
    """The certificate, from what was written down; everyone is told, addresses are forgotten."""
    with in_public(), transaction.atomic():
        request = DeletionRequest.objects.select_for_update().get(pk=request_id)
        if request.state != S.DELETING or request.tombstone_id is None:
            return
        stone = Tombstone.objects.get(pk=request.tombstone_id)
        if stone.files_deleted_at is None:
            deletion.finish(stone)
        request.tombstone = stone
        request.done_at = at
        request.state = S.DONE
        request.certificate = certificate.pdf(request, stone)
        deletion_notices.done(request, at)
        # Names stay, as on the certificate; how to reach people does not.
        request.recipients = []
        request.asked_by_email = request.confirmed_by_email = ""
        request.save()
        DataExport.objects.filter(city=None, city_code=request.city_code).update(asked_by_email="")
        audit.record("deletion.done", actor=None, subject="city", subject_id=request.city_code,
                     detail={"request": request.pk})  # fmt: skip
