"""Meeting a requirement by a letter of another city of this installation, found by its code."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.ids import normalize_code
from kernel.tanggal import long_date
from services.applications import consent, corrections
from services.applications.actions import open_keys, require_editable
from services.applications.models import Application, IssuedLetter
from services.applications.queries import refused_after
from services.applications.requirements import kind_for
from services.cases import attachments
from services.cases.models import Document
from services.cases.route import locked
from services.letters import queries as letters
from services.residents import guesses
from tenants.backend.scope import in_city
from tenants.registry.current import city
from tenants.registry.hosts import city_on

TRIES = 10  # codes, an hour and account


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """A letter of another city, as its check page knows it."""

    slug: str
    nik: str
    words: str


def meet_by_code(*, application_id: int, key: str, typed: str, by: User) -> None:
    """Meet a requirement by a letter of another city, found by the address in its QR.

    The letter has to be of the right kind, in force, and the applicant's own. Its file stays
    where it is: what its check page says is noted. Raises RuleBroken, also after too many tries.
    """
    guesses.count(f"elsewhere:{by.pk}", TRIES, minutes=60)
    letter = _look_up(typed)
    with transaction.atomic():
        application = locked(Application, application_id)
        require_editable(application)
        allowed = open_keys(application)
        if allowed is not None and key not in allowed:
            raise RuleBroken(gettext(corrections.CLOSED))
        spec = next((one for one in application.blueprint.documents if one.key == key), None)
        kind = kind_for(spec) if spec is not None else None
        if kind is None or not kind.letters:
            raise RuleBroken(
                gettext("Syarat ini tidak bisa dipenuhi dengan surat daerah lain. Unggah saja.")
            )
        if letter is None or letter.slug not in kind.letters:
            raise RuleBroken(
                gettext(
                    "Surat itu tidak ditemukan, tidak berlaku lagi, atau bukan jenis yang "
                    "diminta. Salin alamat di bawah kode QR-nya, atau unggah suratnya."
                )
            )
        if not letter.nik or letter.nik != application.applicant.nik:
            raise RuleBroken(
                gettext("Surat itu bukan atas nama Anda. Unggah suratnya bila tetap diperlukan.")
            )
        attachments.note(application, key, letter.words, Document.Origin.ELSEWHERE, by)
        consent.ask_again(application)


def _look_up(typed: str) -> _Elsewhere | None:
    """The letter at the address of a check page; None for what is no address, and for one of our
    own city, whose letters are found without an address."""
    try:
        parts = urlsplit(typed if "//" in typed else f"//{typed}")
    except ValueError:
        return None
    there = city_on(parts.hostname or "")
    code = normalize_code(parts.path.rpartition("/")[2])
    if there is None or there.pk == city().pk or not code:
        return None
    with in_city(there):
        check = letters.check(code, today=now().astimezone(there.tz).date())
        if check is None or not check.may_be_accepted or refused_after(code) is not None:
            return None
        issued = IssuedLetter.objects.select_related(
            "application__version__service", "letter__person"
        ).get(letter__code=code)
        return _Elsewhere(
            issued.application.version.service.slug,
            issued.letter.person.nik,
            f"{check.subject} nomor {check.number}, {check.issued_by}, {there.name}, terbit "
            f"{long_date(check.issued_on)}",
        )
