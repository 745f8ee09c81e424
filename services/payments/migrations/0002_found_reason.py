from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0001_tables'),
    ]

    operations = [
        migrations.AddField(
            model_name='refund',
            name='found_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
    ]
