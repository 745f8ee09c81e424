from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sent_at", models.DateTimeField(auto_now_add=True)),
                ("sender", models.CharField(max_length=320)),
                ("to", models.CharField(max_length=1000)),
                ("subject", models.CharField(max_length=998)),
                ("body", models.TextField()),
            ],
            options={"ordering": ["-sent_at", "-pk"]},
        ),
    ]
