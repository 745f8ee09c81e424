from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_city_limits_note_health_backup")]

    operations = [
        migrations.AddField(
            model_name="backup",
            name="problem",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
