from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dues", "0001_tables")]

    operations = [
        migrations.AddField(
            model_name="receipt",
            name="check_code",
            field=models.CharField(max_length=32, null=True, unique=True),
        ),
    ]
