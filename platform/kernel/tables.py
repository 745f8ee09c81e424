"""Cells of tables that people open in a spreadsheet."""

# What a spreadsheet takes for the beginning of a formula. Source: OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_text(value: object) -> object:
    """The value as a cell that no spreadsheet calculates: text like ``=1+1`` gets a ' in front.

    Numbers stay numbers. Only for lists that people read; what programs read stays exact.
    """
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value
