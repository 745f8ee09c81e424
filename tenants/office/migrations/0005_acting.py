from django.db import migrations, models


def note_plt(apps, schema_editor):
    """Whoever was noted as acting until now was a Plt."""
    Holding = apps.get_model("office", "Holding")
    Holding.objects.filter(is_acting=True, acting="").update(acting="plt")


class Migration(migrations.Migration):
    dependencies = [("office", "0004_words_of_office")]

    operations = [
        migrations.AddField(
            model_name="holding",
            name="acting",
            field=models.CharField(
                blank=True,
                choices=[
                    ("plt", "Pelaksana tugas (Plt.)"),
                    ("plh", "Pelaksana harian (Plh.)"),
                    ("pj", "Penjabat (Pj.)"),
                    ("pjs", "Penjabat sementara (Pjs.)"),
                ],
                db_default="",
                default="",
                max_length=3,
                verbose_name="sebagai",
            ),
        ),
        migrations.RunPython(note_plt, migrations.RunPython.noop, elidable=True),
    ]
