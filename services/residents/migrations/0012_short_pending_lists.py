"""What GIN indexes have not merged yet is read by every search: of words nothing may wait, of
addresses little. The options of the indexes are changed in place, which rebuilds and blocks
nothing; what waits now is merged by the next vacuum."""

import django.contrib.postgres.indexes
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

ADDRESS = models.Func(
    models.F("address_key"),
    output_field=ArrayField(base_field=models.TextField(), size=None),
    template="string_to_array(%(expressions)s, ' ')",
)

OPTIONS = (
    ("search_word_parts", "fastupdate", "off"),
    ("search_word_near", "fastupdate", "off"),
    ("household_search", "gin_pending_list_limit", "256"),
)


def _index(*expressions, **options):
    return django.contrib.postgres.indexes.GinIndex(*expressions, **options)


class Migration(migrations.Migration):
    dependencies = [("residents", "0011_indexes_of_lists")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[  # one command a message
                migrations.RunSQL(f"ALTER INDEX {name} SET ({option} = {value})",
                                  f"ALTER INDEX {name} RESET ({option})")
                for name, option, value in OPTIONS
            ],
            state_operations=[
                migrations.RemoveIndex("household", "household_search"),
                migrations.RemoveIndex("searchword", "search_word_parts"),
                migrations.RemoveIndex("searchword", "search_word_near"),
                migrations.AddIndex(
                    "household",
                    _index(ADDRESS, gin_pending_list_limit=256, name="household_search"),
                ),
                migrations.AddIndex(
                    "searchword",
                    _index(fields=["parts"], fastupdate=False, name="search_word_parts"),
                ),
                migrations.AddIndex(
                    "searchword",
                    _index(fields=["near"], fastupdate=False, name="search_word_near"),
                ),
            ],
        )
    ]
