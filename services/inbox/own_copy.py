"""What officials keep beside cases is in no copy of a resident."""

from services.applications.own_data import left_out

left_out.add("inbox.Inbox.user", "about the work of an official")
left_out.add("inbox.BulkAct.to", "about the work of an official")
left_out.add("inbox.Advice.case", "one office's opinion for another; what was decided is told")
left_out.add("inbox.CaseNote.case", "what officials note for each other; what was decided is told")
