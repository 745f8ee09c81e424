"""Whoever checked a letter may be told when it is taken back."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.identities import folded
from messaging.notices import write_to
from messaging.periodic import periodic
from services.letters.models import Letter, LetterWatch
from services.letters.notices import TAKEN_BACK
from services.residents.sealing import fingerprint, prints, seal
from tenants.registry.current import city

KEPT = timedelta(days=90)
MOST = 20  # addresses of one letter


@transaction.atomic
def watch(*, letter_id: int, email: str, language: str, at: datetime) -> None:
    """Keep an address for some weeks; asked again, the weeks begin anew. Raises RuleBroken where
    too many are kept already."""
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    address = folded(email)
    again = letter.watches.filter(email_print__in=prints(address))
    if again.update(until=at + KEPT):
        return
    if letter.watches.count() >= MOST:
        raise RuleBroken(
            gettext_noop(
                "Sudah terlalu banyak yang minta dikabari tentang surat ini. "
                "Cek lagi sendiri nanti."
            ),
            field="email",
        )
    LetterWatch.objects.create(
        letter=letter, email_sealed=seal(address), email_print=fingerprint(address),
        language=language, since=at, until=at + KEPT,
    )  # fmt: skip


def tell_watchers(letter_id: int, *, at: datetime) -> int:
    """Tell everybody who watches a letter that was taken back; how many. Each once."""
    letter = Letter.objects.select_related("unit").get(pk=letter_id)
    watches = list(letter.watches.filter(until__gt=at))
    for one in watches:
        write_to(
            one.email, TAKEN_BACK, key=f"letter-watch:{one.pk}", language=one.language,
            number=letter.number, where=letter.unit.name, link=city().page("verify", letter.code),
            city=city().name,
        )  # fmt: skip
    return len(watches)


@periodic("letters.forget_watches", every=timedelta(days=1))
def forget_watches(payload: dict[str, Any]) -> None:
    """Forget the addresses whose weeks are over."""
    LetterWatch.objects.filter(until__lte=now()).delete()
