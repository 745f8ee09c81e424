"""Numbers of outside systems in the open export, and in a resident's own copy."""

from services.applications import own_data
from services.mall import status_files
from services.mall.models import OutsideStatus, OwnNumber
from services.residents.models import Person
from services.residents.sealing import seal, unseal
from tenants.ownership import columns

columns.sealed("mall_ownnumber", "place_sealed", as_="tempat", open=unseal, seal=seal)
columns.path("mall_statusfile", "path")
columns.leave_out(
    status_files.FOLDER, "Daftar status SIMBG dan OSS yang sedang menunggu; tersegel."
)
columns.holds_rotation(status_files.hold_rotation)


def _numbers(person: Person) -> own_data.Rows:
    found = list(OwnNumber.objects.filter(person=person).order_by("pk"))
    rows = OutsideStatus.objects.filter(number__in={one.number for one in found})
    known: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        known.setdefault((row.system, row.number), []).append(f"{row.status} ({row.as_of})")
    return [
        {
            "sistem": one.system, "nomor": one.number, "untuk": one.name, "tempat": one.place,
            "status": "; ".join(known.get((one.system, one.number), [])),
        }
        for one in found
    ]  # fmt: skip


own_data.parts.add(
    "nomor_sistem_lain",
    own_data.Part(_numbers, ("mall.OwnNumber.person", "mall.OwnNumber.case")),
)
