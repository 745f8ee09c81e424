"""Entries of the record are only ever added."""

import pytest

from audit import actions as audit
from audit.models import Entry


def test_entries_are_neither_changed_nor_removed_one_or_many(db: None) -> None:
    audit.record("test.done", actor=None, subject="test", subject_id=1)
    entry = Entry.objects.get()
    for deed in (
        entry.save,
        entry.delete,
        lambda: Entry.objects.update(what="x"),
        lambda: Entry.objects.filter(pk=entry.pk).update(what="x"),
        Entry.objects.all().delete,
        lambda: Entry.objects.bulk_update([entry], ["what"]),
    ):
        with pytest.raises(TypeError, match="never"):
            deed()
    assert Entry.objects.get().what == "test.done"
