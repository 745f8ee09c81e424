"""Every shipped service is whole, and the published schema is the one in force."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from services.catalogue import shipped, shorthand
from services.catalogue.blueprint import Blueprint
from tenants.office.models import Post

ROOT = Path(__file__).resolve().parents[2]
ICONS = set((ROOT / "platform/ui/icons.txt").read_text().split())
LEVEL_ROLES = {
    "rt": {"ketua_rt"},
    "rw": {"ketua_rw"},
    "kelurahan": {"loket", "kasi", "sekretaris", "lurah"},
    "kecamatan": {"loket", "kasi", "sekretaris", "camat"},
    "dinas": {"petugas_dinas", "kepala_dinas"},
}


@pytest.mark.parametrize("blueprint", shipped.shipped(), ids=lambda blueprint: blueprint.slug)
def test_a_shipped_service_is_whole(blueprint: Blueprint) -> None:
    assert blueprint.icon in ICONS
    assert blueprint.summary.endswith(".")
    assert len(blueprint.synonyms) >= 2
    assert blueprint.requirements
    for step in blueprint.steps:
        assert {step.role, *step.deputies} <= LEVEL_ROLES[step.level]
        assert step.role in Post.Role.values
        if step.on_timeout == "teruskan":
            assert step.optional
            assert all(output.step != step.key for output in blueprint.outputs)
    used = {name.partition(".")[0] for output in blueprint.outputs for name in _names(output)}
    tables = {table.field for output in blueprint.outputs for table in output.tables}
    shown = used | tables | {key for output in blueprint.outputs for key in output.witnesses}
    conditions = {c.field for _, c in blueprint.conditions()}
    conditions |= {c.field for f in blueprint.fields for c in (*f.show_when, *f.require_when)}
    if blueprint.outputs:
        for field in blueprint.fields:
            assert field.key in shown | conditions, f"{field.key} is asked and never used"


def _names(output) -> list[str]:
    from services.catalogue.blueprint import PLACEHOLDER

    return [name for text in output.texts() for name in PLACEHOLDER.findall(text)]


def test_the_published_schema_is_the_one_in_force() -> None:
    out = io.StringIO()
    call_command("blueprint_schema", stdout=out)
    published = json.loads((ROOT / "docs/blueprint.schema.json").read_text())
    assert published == json.loads(out.getvalue()), "write it anew: ./balai manage blueprint_schema"


@pytest.mark.parametrize(
    "raw",
    [
        {"route": "rt-mars"},
        {"fields": [{"use": "nothing"}]},
        {"documents": [{"use": "nothing"}]},
        {"route": "rt", "title": "X", "outputs": [{"layout": "puisi"}]},
        {"route": "rt", "title": "X", "outputs": [{"blocks": [{"person": "p", "only": ["x"]}]}]},
    ],
)
def test_shorthand_for_nothing_is_refused(raw) -> None:
    with pytest.raises(shorthand.UnknownShorthand):
        shorthand.expand(raw)
