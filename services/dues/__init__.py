"""Dues of a neighbourhood and its cash book: receipts, entries, closed months, statements."""
