"""Every RT, RW and dusun gets the post of its head: until now one was made when somebody opened its
page, and for an RW never. May be repeated; the code before it finds these posts as its own."""

from typing import Any

from django.db import migrations

from tenants.office.naming import own_name

HEADS = {
    "rt": ("ketua_rt", "Ketua RT"),
    "rw": ("ketua_rw", "Ketua RW"),
    "dusun": ("kepala_dusun", "Kepala Dusun"),
}
BATCH = 2000


def open_posts(apps: Any, schema_editor: Any) -> None:
    unit_model, post_model = apps.get_model("office", "Unit"), apps.get_model("office", "Post")
    for kind, (role, head) in HEADS.items():
        held = post_model.objects.filter(role=role).values("unit")
        units = unit_model.objects.filter(kind=kind).exclude(pk__in=held).order_by("pk")
        posts = [
            post_model(unit_id=unit.pk, role=role, title=_title(unit, head))
            for unit in units.iterator(BATCH)
        ]
        post_model.objects.bulk_create(posts, batch_size=BATCH, ignore_conflicts=True)


def _title(unit: Any, head: str) -> str:
    return f"{unit.head or head} {own_name(unit.name, unit.word)}"[:120]


class Migration(migrations.Migration):
    dependencies = [("office", "0004_terms")]

    operations = [migrations.RunPython(open_posts, migrations.RunPython.noop)]
