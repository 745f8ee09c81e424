"""Where an application is decided: by the place it is about, and on whose authority."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from kernel.tanggal import long_date
from services.applications.models import Application
from services.cases.route import today_of
from services.catalogue.authority import Delegated, is_delegated
from services.catalogue.delegations import decrees_for, locked
from services.catalogue.models import Delegation, Service
from tenants.office.queries import unit_at


def settle(application: Application, at: datetime) -> None:
    """Note, as it is sent, in which village the object lies and whether the Camat decides. Again
    when it was corrected: a larger sign goes on to the permit office. Call with it locked."""
    blueprint = application.version.blueprint
    if blueprint.located is None and blueprint.authority is None:
        return
    answers = application.answers
    if blueprint.located is not None:
        said = answers.get(blueprint.located)
        code = str(said.get("kode", "")) if isinstance(said, dict) else ""
        application.located_in = unit_at(code) if code else None
    if blueprint.authority is not None:
        office = application.located_in or application.unit
        kecamatan = office.code.partition("/")[0].rpartition(".")[0]
        decrees = decrees_for(application.version.service, kecamatan, today_of(at))
        found = is_delegated(blueprint, decrees, answers)
        application.authority = {
            "delegated": bool(found),
            "delegation_id": found.pk if isinstance(found, Delegated) else None,
        }
    application.save(update_fields=["located_in", "authority"])


def authority_in_words(application: Application) -> str:
    """The decree by which the Camat decides, as a letter names it; "" where none is noted."""
    pk = (application.authority or {}).get("delegation_id")
    found = Delegation.objects.filter(pk=pk).first() if pk is not None else None
    return f"{found.decree} tanggal {long_date(found.decree_on)}" if found is not None else ""


@transaction.atomic
def strike_out(*, service: Service, pk: int, by: User) -> Delegation:
    """A decree that was noted by mistake is taken out, as long as no case used it. Raises NotThere,
    RuleBroken."""
    row = locked(service, pk)
    cases = Application.objects.filter(version__service=service)
    if cases.filter(authority__delegation_id=pk).exists():
        raise RuleBroken(
            "Sudah ada permohonan yang memakai pelimpahan ini, jadi tidak bisa dicoret. Akhiri "
            "saja: tulis hari terakhir berlakunya."
        )
    detail: dict[str, object] = {
        "decree": row.decree, "kecamatan": row.kecamatan.code if row.kecamatan else "",
        "since": row.since.isoformat(), "until": row.until.isoformat() if row.until else "",
    }  # fmt: skip
    audit.record(
        "delegation.struck_out", actor=by, subject="service", subject_id=service.slug, detail=detail
    )
    row.delete()
    return row
