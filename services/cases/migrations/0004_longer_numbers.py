from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_facts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='casefact',
            name='number',
            field=models.DecimalField(decimal_places=4, max_digits=24, null=True),
        ),
    ]
