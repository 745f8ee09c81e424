"""The words that names and addresses of the register are made of, for searching by parts of them.

Who they belong to is not kept here: people are found by whole words through an index of their own
table. Rows are only added, and a word that nobody bears any more does no harm.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SearchWord(models.Model):
    """One folded word. Written by ``services.residents.search.words`` alone."""

    word = models.TextField(primary_key=True)
    # Every three letters in a row: whoever contains "hay" has it here.
    parts = ArrayField(models.TextField())
    # How the word sounds, and that with one letter left out: two words that differ by one letter
    # too many, too few, wrong or in another place have an entry in common.
    near = ArrayField(models.TextField())

    class Meta:
        # Without a pending list: every search would read all of it until a vacuum empties it.
        indexes = [
            GinIndex(fields=["parts"], name="search_word_parts", fastupdate=False),
            GinIndex(fields=["near"], name="search_word_near", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.word
