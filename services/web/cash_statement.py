"""A month of a cash book as rows of words and numbers: for its keeper, and for residents."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from services.dues.categories import EXPENSE, INCOME


def tables(figures: Mapping[str, Any]) -> dict[str, Any]:
    """What ``web/cash_statement.html`` shows of the figures of a month."""
    income, expense = figures["income"], figures["expense"]
    return {
        "opening": figures["opening"],
        "closing": figures["closing"],
        "income": [(gettext(INCOME[name]), income[name]) for name in INCOME if name in income],
        "expense": [(gettext(EXPENSE[name]), expense[name]) for name in EXPENSE if name in expense],
        "income_sum": sum(income.values()),
        "expense_sum": sum(expense.values()),
    }
