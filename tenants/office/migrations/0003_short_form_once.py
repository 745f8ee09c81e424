from django.db import migrations, models
from django.db.models.functions import Lower


def drop_doubles(apps, schema_editor):
    """Blank a short form that an earlier unit has; a new one is made when it is needed."""
    Unit = apps.get_model("office", "Unit")
    seen = set()
    for unit in Unit.objects.exclude(abbreviation="").order_by("pk"):
        if unit.abbreviation.upper() in seen:
            Unit.objects.filter(pk=unit.pk).update(abbreviation="")
        seen.add(unit.abbreviation.upper())


class Migration(migrations.Migration):
    dependencies = [("office", "0002_closure_profile_languages")]

    operations = [
        migrations.RunPython(drop_doubles, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(
                Lower("abbreviation"),
                condition=models.Q(("abbreviation", ""), _negated=True),
                name="short_form_once",
            ),
        ),
    ]
