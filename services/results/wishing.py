"""How an applicant wants a result: chosen on the case's page until it is handed over."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.text import tidy
from services.cases.kinds import kind_of
from services.cases.models import Case
from services.cases.route import locked
from services.residents.sealing import seal
from services.results.models import Result, Way, Wish
from services.results.queries import BADLY

LONGEST = 300


@transaction.atomic
def choose(*, case: Case, key: str, way: str, address: str, by: User, at: datetime) -> Wish:
    """Note how a result is wanted. Whoever calls has checked whose case it is. Raises NotThere,
    Stale, RuleBroken."""
    row = locked(type(case), case.pk)
    spec = next((one for one in kind_of(row).plan(row).results() if one.key == key), None)
    if spec is None or row.state in BADLY:
        raise NotThere(gettext("Hasil ini tidak ada di permohonan ini."))
    result = Result.objects.filter(case=row, key=key).first()
    if result is not None and result.state in (Result.State.OUT, Result.State.HANDED):
        raise Stale(gettext("Hasilnya sedang diantar atau sudah diserahkan."))
    if way not in list[str](spec.ways):
        raise RuleBroken(gettext("Pilih cara menerimanya."), field="way")
    words = tidy(address)[:LONGEST]
    is_delivery = way == Way.DELIVERY
    if is_delivery and len(words) < 10:
        raise RuleBroken(gettext("Isi alamat pengantaran yang lengkap."), field="address")
    made, _ = Wish.objects.update_or_create(
        case=row, key=key,
        defaults={
            "way": way, "said_by": by, "said_at": at,
            "address_sealed": seal(words) if is_delivery else b"",
        },
    )  # fmt: skip
    audit.record("result.wished", actor=by, subject=row.kind, subject_id=row.pk)
    return made
