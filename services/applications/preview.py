"""A service's letters with invented people, before anybody has asked for one."""

from datetime import datetime

from services.applications.rules import unit_code_for
from services.applications.wording import draft_from
from services.catalogue import samples
from services.catalogue.blueprint import Blueprint, Output
from services.letters import actions as letters
from services.letters.actions import Signer
from tenants.office.models import Post, Unit
from tenants.office.queries import unit_above
from tenants.registry.current import city

SAMPLE_SIGNER = "Dra. Hj. Nurhayati, M.Si."


def letter(blueprint: Blueprint, output: Output, *, at: datetime) -> bytes:
    """One letter as PDF, plainly marked as a preview. Raises RenderFailed."""
    today = at.astimezone(city().tz).date()
    step = blueprint.step(output.step)
    village = (
        Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA]).order_by("code").first()
    )
    assert village is not None, "every city has its territory"
    code = unit_code_for(step, rt_code=f"{village.code}/002/005")
    unit = Unit.objects.filter(code=code).first() or village
    post = Post.objects.filter(unit=unit, role=step.role).first()
    title = post.title if post else step.title
    signer = Signer(
        name=SAMPLE_SIGNER,
        title=[f"{title},"],
        post_title=title,
        unit_name=unit.name,
        nip="197603122001122003",
        rank="",
    )
    above = unit_above(unit, Unit.Kind.KECAMATAN) if unit.kind != Unit.Kind.DINAS else None
    head = [above, unit] if above is not None and above.pk != unit.pk else [unit]
    wanted = {c.field: _meeting(c.op, c.value) for c in output.when}
    draft = draft_from(
        blueprint,
        samples.answers(blueprint, today=today, **wanted),
        output,
        facts=samples.applicant(),
        number="26-11-000482",
        signer=signer,
        today=today,
    )
    return letters.preview(draft, unit=unit, letterhead=head, signer=signer, at=at)


def _meeting(op: str, value: object) -> str:
    """An answer that meets a condition."""
    if isinstance(value, list):
        return str(value[0])
    if isinstance(value, int):
        return str(value + {">": 1, "<": -1}.get(op, 0))
    return str(value)
