"""Importing residents from a spreadsheet, of any size.

A file comes in through ``arriving``; ``runs`` is what people decide about an import, ``steps``
what a worker does for it. ``sheets`` (with ``workbook``) reads cells, ``columns`` knows headings,
``values`` reads single cells, ``cleaning`` one row, in processes of their own (``cleaner``);
``staging`` copies the rows into a table. ``checks`` and ``families`` find there what is wrong and
doubtful, ``counting`` says what would change, ``writing`` writes it and ``undoing`` gives it back.
``repair`` keeps the lines that stay out, ``files`` seals what is stored, ``direct`` does all of it
at once for a small file.
"""
