from django.db import migrations, models

from tenants.office.kinds import usual_words


def make_dusun(apps, schema_editor):
    """A unit for each dusun that stands in the code of an RT or RW: until now only a part of it."""
    Unit = apps.get_model("office", "Unit")
    known = {}
    for unit in Unit.objects.filter(kind__in=["rt", "rw"]).order_by("code").iterator():
        village, _, below = unit.code.partition("/")
        part = below.partition("/")[0]
        if part.isdigit() or not part:
            continue
        code = f"{village}/{part}"
        if code not in known:
            above = Unit.objects.get(code=village)
            kind = "lingkungan" if above.kind == "kelurahan" else "dusun"
            words = usual_words(kind, code)
            known[code], _ = Unit.objects.get_or_create(
                code=code,
                defaults={
                    "kind": "dusun", "word": words.word, "head": words.head, "parent": above,
                    "name": f"{words.word} {part.replace('-', ' ').title()}",
                },
            )  # fmt: skip
        if unit.parent_id is not None and unit.parent.kind not in ("rw", "dusun"):
            unit.parent = known[code]
            unit.save(update_fields=["parent"])


class Migration(migrations.Migration):
    dependencies = [("office", "0005_acting")]

    operations = [
        migrations.AlterField(
            model_name="unit",
            name="kind",
            field=models.CharField(
                choices=[
                    ("kota", "Kabupaten/Kota"),
                    ("dinas", "Dinas"),
                    ("kecamatan", "Kecamatan"),
                    ("kelurahan", "Kelurahan"),
                    ("desa", "Desa"),
                    ("dusun", "Dusun"),
                    ("rw", "RW"),
                    ("rt", "RT"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunPython(make_dusun, migrations.RunPython.noop, elidable=True),
    ]
