"""Marking what the register does not know of somebody, and ending it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.nik import names_a_number
from kernel.tanggal import age_on
from kernel.text import tidy
from services.neighbourhood.areas import person_there
from services.neighbourhood.models import Mark
from services.residents import codes
from services.residents.happenings import MOTHERS
from services.residents.models import Person
from services.residents.sealing import seal
from tenants.office.models import Post

LEAST = 5  # letters of a reason


@transaction.atomic
def mark(
    *, person_id: int, kind: str, note: str, since: date, posts: Sequence[Post], by: User,
    at: datetime, today: date,
) -> Mark:  # fmt: skip
    """Mark somebody of the own area; again, the same changes nothing. Raises NotThere,
    RuleBroken."""
    person = person_there(posts, person_id)
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if not person.lives_here:
        raise RuleBroken("Orang ini tidak tercatat tinggal di sini lagi, jadi tidak bisa ditandai.")
    reason = tidy(note)
    if len(reason) < LEAST:
        raise RuleBroken("Tulis alasannya dengan jelas.", field="note")
    if names_a_number(reason):
        raise RuleBroken("Jangan tulis NIK atau nomor KK di sini.", field="note")
    if since > today:
        raise RuleBroken("Tanggal ini belum tiba. Periksa lagi.", field="since")
    if since < person.birth_date:
        raise RuleBroken("Tanggal ini sebelum ia lahir. Periksa lagi tahunnya.", field="since")
    if kind == Mark.Kind.PREGNANT and not _may_be_pregnant(person, today):
        raise RuleBroken(
            "Menurut data kependudukan ia laki-laki, atau umurnya tidak sesuai. Periksa orangnya.",
            field="kind",
        )
    there = Mark.objects.filter(person=person, kind=kind, ended_at=None).first()
    if there is not None:
        return there
    found = Mark.objects.create(
        person=person, kind=Mark.Kind(kind), note_sealed=seal(reason), since=since, set_by=by,
        set_at=at,
    )  # fmt: skip
    audit.record(
        "mark.set", actor=by, subject="person", subject_id=person.pk, detail={"mark": found.pk}
    )
    return found


def _may_be_pregnant(person: Person, today: date) -> bool:
    return person.sex == codes.Sex.FEMALE and age_on(person.birth_date, today) in MOTHERS


@transaction.atomic
def end(*, mark_id: int, posts: Sequence[Post], by: User, at: datetime) -> Mark:
    """A mark no longer holds; it stays as history. Raises NotThere."""
    found = Mark.objects.select_for_update(of=("self",)).filter(pk=mark_id).first()
    if found is None:
        raise NotThere("Tanda ini tidak ditemukan.")
    person_there(posts, found.person_id)
    if found.ended_at is None:
        found.ended_at, found.ended_by = at, by
        found.save(update_fields=["ended_at", "ended_by"])
        audit.record(
            "mark.ended", actor=by, subject="person", subject_id=found.person_id,
            detail={"mark": found.pk},
        )  # fmt: skip
    return found
