"""Proposals for aid in a resident's copy of the own data."""

from services.aid import answering
from services.applications.own_data import Part, Rows, iso, parts
from services.residents.models import Person


def candidates(person: Person) -> Rows:
    """Those that were sent; a head's preparations are not."""
    return [
        {
            "bantuan": one.programme.name, "sebab": str(one.get_reason_display()),
            "keterangan": one.words, "diusulkan_oleh": one.title,
            "diusulkan": iso(one.proposed_at), "keadaan": str(one.get_state_display()),
            "jawaban": one.answer, "keberatan": one.objection,
        }
        for one in answering.own(person)
    ]  # fmt: skip


parts.add("usulan_bantuan", Part(candidates, ("aid.Candidate.person",)))
