from django.db import migrations, models


class Migration(migrations.Migration):
    """Take over the table of spares, which ``registry`` made."""

    initial = True
    dependencies = [("registry", "0005_signup_handover")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Spare",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("schema_name", models.CharField(max_length=63, unique=True)),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "db_table": "registry_spare",
                        "indexes": [
                            models.Index(
                                fields=["fingerprint", "id"], name="registry_sp_fingerp_41aa1b_idx"
                            )
                        ],
                    },
                )
            ]
        )
    ]
