from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_backup_problem")]

    operations = [
        migrations.AddField(
            model_name="signup",
            name="handover_digest",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="signup",
            name="handover_expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
