"""Importing residents from a spreadsheet.

``workbook`` and ``sheets`` read cells, ``columns`` finds the headings, ``values`` reads single
cells, ``rows`` checks one row, ``families`` checks rows that share a family card, ``writing``
checks the whole file and writes it.
"""
