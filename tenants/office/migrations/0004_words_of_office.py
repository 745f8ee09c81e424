from django.db import migrations, models

from tenants.office.kinds import usual_words
from tenants.office.naming import bare_name


def _titles(kind, name, own, head):
    """The usual titles of a unit's posts, by role."""
    first = {"kecamatan": "camat", "kelurahan": "lurah", "desa": "lurah"}[kind]
    return {
        first: f"{head} {own}",
        "sekretaris": f"Sekretaris {name}",
        "kasi": f"Kepala Seksi Pelayanan {name}",
        "loket": f"Petugas Loket {name}",
    }


_HEADS = {"kecamatan": "Camat", "kelurahan": "Lurah", "desa": "Kepala Desa"}


def call_units_as_they_are_called(apps, schema_editor):
    """Give every unit the words of its kabupaten or kota; titles that a city wrote itself stay.

    Short forms stay: numbers of letters go on. Writes nothing in a city that has no units.
    """
    Unit, Post = apps.get_model("office", "Unit"), apps.get_model("office", "Post")
    units = list(Unit.objects.filter(word="").exclude(kind__in=["kota", "dinas"]))
    posts = {}
    for post in Post.objects.filter(role__in=["lurah", "camat", "sekretaris", "kasi", "loket"]):
        posts.setdefault(post.unit_id, []).append(post)
    changed = []
    for unit in units:
        words = usual_words(unit.kind, unit.code)
        unit.word, unit.head = words.word, words.head
        if unit.kind not in _HEADS:
            continue
        own, old_name = bare_name(unit.name), unit.name
        old_head = "Kepala Distrik" if old_name.startswith("Distrik ") else _HEADS[unit.kind]
        unit.name = f"{words.word} {own}"
        before = _titles(unit.kind, old_name, own, old_head)
        after = _titles(unit.kind, unit.name, own, words.head)
        for post in posts.get(unit.pk, []):
            if post.title == before.get(post.role) != after[post.role]:
                post.title = after[post.role]
                changed.append(post)
    Unit.objects.bulk_update(units, ["word", "head", "name"], batch_size=500)
    Post.objects.bulk_update(changed, ["title"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("office", "0003_short_form_once")]

    operations = [
        migrations.AddField(
            model_name="unit",
            name="word",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=30, verbose_name="sebutan"
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="head",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="sebutan kepala"
            ),
        ),
        migrations.RunPython(
            call_units_as_they_are_called, migrations.RunPython.noop, elidable=True
        ),
    ]
