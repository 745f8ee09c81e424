"""How much of its plan a city uses, for the page and its table."""

from dataclasses import dataclass
from datetime import date

from billing import queries, usage
from billing.models import Account
from billing.queries import Overview, Use
from billing.usage import Chart
from tenants.registry.models import City
from ui.templatetags.ui import file_size, grouped


@dataclass(frozen=True, slots=True)
class Meter:
    """A limit with what was used of it, now and by month."""

    use: Use
    chart: Chart


def meters_of(here: City, account: Account, seen: Overview, today: date) -> list[Meter]:
    days = queries.usage_days(account, since=usage.first_day(today))
    return [
        Meter(use, usage.chart(usage.by_month(days, use.name, today, use.used), use.limit))
        for use in seen.uses
    ]


def table_of(meters: list[Meter]) -> list[dict[str, object]]:
    """The charts' numbers as rows, newest first; months without any number are left out."""
    rows = []
    for bars in zip(*(meter.chart.bars for meter in meters), strict=True):
        if all(bar.value is None for bar in bars):
            continue
        cells = [
            "–"
            if bar.value is None
            else file_size(bar.value)
            if name == "storage"
            else grouped(bar.value)
            for bar, name in zip(bars, [meter.use.name for meter in meters], strict=True)
        ]
        rows.append({"name": bars[0].month, "cells": cells})
    return rows[::-1]
