"""Letters keep the code of their classification; own words belong to one letter of a service."""

from django.db import migrations, models
from django.db.models import F, Q

NO_CODES = Q(register="keluar") | Q(register="agenda") | Q(register="vouch")


def copy_codes(apps, schema_editor):
    """Where each code had its book, the book's name is the code."""
    letters = apps.get_model("letters", "Letter").objects.filter(classification="")
    by_code = letters.exclude(NO_CODES | Q(register__startswith="jenis:"))
    by_code.update(classification=F("register"))


def give_words_to_one_letter(apps, schema_editor):
    """Words without a letter were checked against the only letter that the service had. A
    signatory that was set for one letter had no effect: a step has one signatory."""
    LetterStyle = apps.get_model("letters", "LetterStyle")
    Service = apps.get_model("catalogue", "Service")
    for row in LetterStyle.objects.exclude(words={}).filter(output="").exclude(topic=""):
        service = Service.objects.filter(slug=row.topic).select_related("current").first()
        outputs = service.current.definition.get("outputs") if service and service.current else []
        if not outputs:
            continue
        LetterStyle.objects.get_or_create(
            unit=row.unit, topic=row.topic, output=outputs[0]["key"],
            defaults={"within": row.within, "words": row.words, "changed_by": row.changed_by,
                      "changed_at": row.changed_at},
        )
        row.words = {}
        row.save(update_fields=["words"])
    LetterStyle.objects.exclude(output="").update(signer="")
    LetterStyle.objects.filter(words={}, paper="", style="", signer="").delete()


class Migration(migrations.Migration):

    dependencies = [
        ("letters", "0006_letter_styles"),
        ("catalogue", "0003_unit_standards"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="classification",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AlterField(
            model_name="numberformat",
            name="pattern",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.RunPython(copy_codes, migrations.RunPython.noop),
        migrations.RunPython(give_words_to_one_letter, migrations.RunPython.noop),
    ]
