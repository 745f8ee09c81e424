from django.db import migrations


class Migration(migrations.Migration):
    """The table of spares belongs to the app ``schemas`` now."""

    dependencies = [("registry", "0005_signup_handover"), ("schemas", "0001_initial")]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Spare")])
    ]
