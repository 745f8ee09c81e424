"""Every shipped service is whole, and the published schema is the one in force."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from services.catalogue import editor_service, shipped, shorthand
from services.catalogue.blueprint import Blueprint
from tenants.office.roles import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
ICONS = set((ROOT / "platform/ui/icons.txt").read_text().split())


@pytest.mark.parametrize("blueprint", shipped.shipped(), ids=lambda blueprint: blueprint.slug)
def test_a_shipped_service_is_whole(blueprint: Blueprint) -> None:
    assert blueprint.icon in ICONS
    assert blueprint.icon in dict(editor_service.ICONS), "an admin may choose it again"
    assert blueprint.summary.endswith(".")
    assert len(blueprint.synonyms) >= 2
    assert blueprint.requirements
    for step in blueprint.steps:
        for role in (step.role, *step.deputies):
            assert step.level in SHIPPED[role].levels
        if step.on_timeout == "teruskan":
            assert step.optional
            assert all(output.step != step.key for output in blueprint.outputs)
    used = {name.partition(".")[0] for output in blueprint.outputs for name in _names(output)}
    tables = {table.field for output in blueprint.outputs for table in output.tables}
    shown = used | tables | {key for output in blueprint.outputs for key in output.witnesses}
    conditions = {c.field for _, c in blueprint.conditions()}
    conditions |= {blueprint.located}  # finds the offices
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


FAULTY = {
    "no toml": ("title = ", "bukan TOML"),
    "an unknown desk": ('slug = "x"\nroute = "rt-mars"', "tidak ada meja “mars”. Yang ada: rt"),
    "an unknown kind": (
        (shipped.FOLDER / "bantuan/sktm/service.toml").read_text().replace('"rupiah"', '"uang"'),
        "Penghasilan keluarga sebulan”) › Jenis: “uang” tidak dikenal",
    ),
    "a part too many": (
        "warna = 1\n" + (shipped.FOLDER / "bantuan/sktm/service.toml").read_text(),
        "tidak dikenal. Hapus bagian ini",
    ),
    "nothing to show": ('slug = "sktm"\nroute = "lurah"', "belum ada. Tambahkan"),
}


@pytest.mark.parametrize(("text", "words"), FAULTY.values(), ids=FAULTY.keys())
def test_a_faulty_file_is_explained_in_indonesian(tmp_path: Path, text: str, words: str) -> None:
    """The command says what the pages say."""
    path = tmp_path / "bantuan/sktm/service.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(shipped.BrokenBlueprint) as broken:
        shipped.load(path)
    assert words in str(broken.value)
    assert str(path) in str(broken.value)


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


RIGHTS = ("tanah", "waris", "wali", "kuasa", "cerai", "tetangga", "jual", "kepemilikan", "lahan")


def test_what_touches_rights_of_others_is_never_issued_by_the_system() -> None:
    """Land, inheritance, guardians, powers of attorney: as their titles and addresses say."""
    found = [
        blueprint.slug
        for blueprint in shipped.shipped()
        if any(word in f"{blueprint.slug} {blueprint.title.lower()}" for word in RIGHTS)
        and not blueprint.term.rights_of_others
    ]
    assert found == []
