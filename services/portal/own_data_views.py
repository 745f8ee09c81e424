"""“Data saya”: what the city keeps of a resident, who looked, and what they may do about it."""

import tempfile
from typing import IO, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit import queries as audit
from kernel import clock
from kernel.ids import row_id
from kernel.once import reading_once
from kernel.tanggal import long_date
from services.applications import actions, own_data
from services.catalogue import queries as catalogue
from services.portal.reading import purpose_of
from services.residents import family
from services.residents.history import history_of
from services.residents.known import by_group, known_of, sources_of, unknown_of
from services.residents.models import Consent
from services.residents.queries import facts_of, living_with
from services.residents.wallet import actions as wallet
from services.residents.wallet import queries as in_wallet
from services.residents.wallet.kinds import kinds
from services.web.access import resident, today
from services.web.files import send_kept
from tenants.registry.current import city
from ui.page import Audience, page

LATEST = 5  # readings; the others are one link away
SPOOL = 4_000_000  # bytes of a copy that stay in memory


@page(Audience.RESIDENT)
@never_cache
@require_safe
@reading_once()
def own(request: HttpRequest) -> HttpResponse:
    """Every fact with its source, history, documents, consents, and who looked."""
    _, person = resident(request)
    readings = [(entry, purpose_of(entry)) for entry in audit.told_to(person.pk)[:LATEST]]
    documents = [
        (kept, kinds()[kept.kind].label if kept.kind in kinds() else kept.name)
        for kept in in_wallet.documents_of(person)
    ]
    context = {
        "person": person,
        "facts": facts_of(person),
        "groups": by_group(known_of(person, sources_of(person))),
        "unknown": unknown_of(person),
        "history": history_of(person, limit=20),
        "members": living_with(person),
        "documents": documents,
        "keeps": in_wallet.agreed(person, Consent.Purpose.WALLET),
        "readings": readings,
        "acts_for": family.may_act_for(person, today=today()),
        "representatives": family.representatives(person),
        "could_be_let": family.could_be_let(person, today=today()),
        "correction": own_data.CORRECTION,
    }
    return render(request, "portal/own_data.html", context)


@page(Audience.RESIDENT)
@never_cache
@require_POST
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    """Object to one reading: begins a request that says which."""
    user, person = resident(request)
    entry = own_data.reading_of(person, pk)
    at = entry.at.astimezone(city().tz)
    told = f"{long_date(at.date())} pukul {at:%H.%M}, {entry.actor_name or 'Sistem'}"
    draft = actions.begin(
        service=catalogue.service(own_data.CONTEST),
        applicant=person,
        by=user,
        given={"pembacaan": f"{told}: {purpose_of(entry)} (catatan {entry.pk})"},
    )
    return redirect("application-fill", draft.pk)


@page(Audience.RESIDENT)
@never_cache
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """Agree to the wallet, or withdraw that: as easily as it was given."""
    user, person = resident(request)
    given = request.POST.get("given") == "yes"
    wallet.say(person=person, purpose=Consent.Purpose.WALLET, given=given, by=user, at=clock.now())
    said = (
        gettext("Dokumen yang Anda kirim berikutnya disimpan di dompet.")
        if given
        else gettext("Dompet dikosongkan, dan tidak ada lagi yang disimpan.")
    )
    return _done(request, said)


def _done(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("own-data")


@page(Audience.RESIDENT)
@never_cache
@require_POST
def let_relative(request: HttpRequest) -> HttpResponse:
    """Let an adult of the household ask for things in this resident's name."""
    user, person = resident(request)
    family.let(
        person=person, relative_id=row_id(request.POST.get("relative", "")), by=user,
        at=clock.now(), today=today(),
    )  # fmt: skip
    return _done(request, gettext("Izin tersimpan."))


@page(Audience.RESIDENT)
@never_cache
@require_POST
def withdraw_relative(request: HttpRequest, pk: int) -> HttpResponse:
    """End that at once."""
    user, person = resident(request)
    family.withdraw(person=person, representation_id=pk, by=user, at=clock.now())
    return _done(request, gettext("Izin dicabut."))


@page(Audience.RESIDENT)
@never_cache
@require_safe
def wallet_document(request: HttpRequest, pk: int) -> HttpResponse:
    """A document of the wallet, to its owner."""
    _, person = resident(request)
    return send_kept(in_wallet.document_of(person, pk))


@page(Audience.RESIDENT)
@never_cache
@require_POST
def withdraw_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one document out of the wallet."""
    user, person = resident(request)
    wallet.withdraw(document_id=pk, person=person, by=user, at=clock.now())
    return _done(request, gettext("Dokumen dihapus dari dompet."))


@page(Audience.RESIDENT)
@never_cache
@require_safe
def copy(request: HttpRequest) -> FileResponse:
    """Everything kept of this resident, as one archive."""
    _, person = resident(request)
    spool = cast(IO[bytes], tempfile.SpooledTemporaryFile(SPOOL))  # noqa: SIM115 - sent, then closed
    own_data.write_copy(person, spool, at=clock.now(), purpose_of=purpose_of)
    spool.seek(0)
    return FileResponse(
        spool, as_attachment=True, filename="data-saya.zip", content_type="application/zip"
    )
