from django.db import migrations, models

from tenants.office.naming import give_short_forms


def set_short_forms(apps, schema_editor):
    """Units that have issued letters keep the usual short form; the others get what is free."""
    Unit, Letter = apps.get_model("office", "Unit"), apps.get_model("letters", "Letter")
    units = list(Unit.objects.exclude(kind__in=["rt", "rw"]))
    signed = set(Letter.objects.values_list("unit_id", flat=True))
    give_short_forms(
        [unit for unit in units if unit.pk in signed],
        taken=[unit.abbreviation for unit in units if unit.abbreviation],
    )
    give_short_forms(units)
    Unit.objects.bulk_update(units, ["abbreviation"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("letters", "0004_revoked"), ("office", "0003_short_form_once")]

    operations = [
        migrations.RunPython(set_short_forms, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                fields=["number"], name="letter_number_once_in_city"
            ),
        ),
    ]
