from django.db import migrations

from kernel.identities import folded


def fold_addresses(apps, schema_editor):
    """Look-ups are exact now: store each address as accounts.fields writes it."""
    User = apps.get_model("accounts", "User")
    for user in User.objects.exclude(email="").only("pk", "email").iterator():
        address = folded(user.email)
        if address != user.email and address.isascii():
            User.objects.filter(pk=user.pk).update(email=address)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_phone")]

    operations = [migrations.RunPython(fold_addresses, migrations.RunPython.noop)]
