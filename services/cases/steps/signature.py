"""A step at which a further official signs the letter that an earlier step brought: ordered with
the letter, asked for once this step has opened and the first signature is there, and ended by
itself once it is signed. The signing is done by ``services.signing``."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext

from accounts.models import User
from kernel.errors import RuleBroken
from services.cases import reasons, route, rules
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Case
from services.cases.steps.registry import step_kinds
from services.catalogue.steps import Around, PostStep, step_specs
from services.catalogue.tariff import Fault
from tenants.office import queries as office
from tenants.office.roles import SHIPPED, Can

SIGNATURE: Literal["signature"] = "signature"


class SignatureStep(PostStep):
    """Who signs after the official who approved."""

    label = "Tanda tangan kedua"
    levels = ("kelurahan", "kecamatan", "dinas")

    kind: Literal["signature"] = SIGNATURE
    level: Literal["kelurahan", "kecamatan", "dinas"]

    @classmethod
    def blank(cls) -> dict[str, Any]:
        return {
            "kind": SIGNATURE, "key": "", "title": "Camat ikut menandatangani",
            "level": "kecamatan", "dinas": None, "role": "camat", "deputies": [],
            "clock": {"amount": 1, "unit": "hari_kerja"}, "when": [], "parallel": None,
        }  # fmt: skip

    def findings(self, around: Around) -> Iterator[Fault]:
        if self.role in SHIPPED and Can.SIGNS not in SHIPPED[self.role].can:
            yield (
                "error", "role",
                f"{SHIPPED[self.role].title} tidak menandatangani surat. Pilih jabatan yang "
                "memutuskan, misalnya Camat.",
            )  # fmt: skip
        order = [step.key for step in around.steps]
        before = order[: order.index(self.key)]
        if not any(output.step in before for output in around.outputs):
            yield (
                "error", "kind",
                "Langkah ini menandatangani surat, tetapi belum ada surat yang terbit pada langkah "
                "sebelumnya. Pindahkan langkah ini ke bawah, atau hapus.",
            )  # fmt: skip


class SecondSignature:
    """Ended by a signature (``services.applications.subscribers``)."""

    def open(self, case: Case, spec: SignatureStep, at: datetime) -> bool:
        """Whether the case waits there: not where the city does not sign."""
        unit = office.unit_at(rules.unit_code_for(spec, rt_code=route.office_code(case)))
        why_not = kind_of(case).ask_signature(
            case, spec.key, due_at=route.due_of(spec, at, unit)
        )  # fmt: skip
        return route.put(case, spec, at, unit=unit, passed_over=why_not)

    def complete(self, hand: AtHand, at: datetime, *, by: User | None, note: str) -> None:
        """Raises RuleBroken while the signature is not there."""
        if kind_of(hand.case).awaits_signature(hand.case, hand.step.key):
            raise RuleBroken(gettext("Suratnya belum ditandatangani."))
        route.complete(hand, at, by=by, note=note or reasons.SIGNED)

    def on_timeout(self, hand: AtHand, at: datetime) -> None:
        """It stands at the top of the signer's list."""
        hand.step.reminded_at = at
        hand.step.save(update_fields=["reminded_at"])


step_specs.add(SIGNATURE, SignatureStep)
step_kinds.add(SIGNATURE, SecondSignature())
