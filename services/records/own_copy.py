"""What the archive repeats is in no copy of a resident: the case or letter itself is."""

from services.applications.own_data import left_out

left_out.add("records.ArchiveItem.person", "repeats a case or letter that the copy tells")
left_out.add("records.ArchiveItem.case", "repeats a case that the copy tells")
