"""A city's use month by month, and bars drawn from it. Plain arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing.models import UsageDay
from kernel.tanggal import MONTHS

MONTHS_SHOWN = 12
WIDTH, HEIGHT = 360, 96  # of a chart, in its own units
TOP, BOTTOM = 6, 16  # above the highest bar; below, for the months' names


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: its words, its number, and where its bar stands."""

    month: str  # "November 2026"
    short: str  # "Nov"
    value: int | None  # None: nothing was counted
    x: float
    y: float
    width: float
    height: float
    middle: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of twelve months, and the height of the limit when it is in sight."""

    bars: list[Bar]
    limit_y: float | None
    highest: int

    @property
    def counted(self) -> list[Bar]:
        return [bar for bar in self.bars if bar.value is not None]


def first_day(today: date, months: int = MONTHS_SHOWN) -> date:
    """The first day of the first month that is shown."""
    whole = today.year * 12 + today.month - 1 - (months - 1)
    return date(whole // 12, whole % 12 + 1, 1)


def by_month(
    days: Sequence[UsageDay], name: str, today: date, now: int
) -> list[tuple[date, int | None]]:
    """Twelve months, oldest first, the present one as it stands now.

    Letters and messages are counted from the month's first day, seats and bytes are what there
    is: for all of them a month's last row says how it ended.
    """
    last: dict[tuple[int, int], int] = {}
    for row in days:
        last[row.day.year, row.day.month] = getattr(row, name)
    last[today.year, today.month] = now
    found: list[tuple[date, int | None]] = []
    month = first_day(today)
    for _ in range(MONTHS_SHOWN):
        found.append((month, last.get((month.year, month.month))))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return found


def chart(months: Sequence[tuple[date, int | None]], limit: int | None) -> Chart:
    """Bars as high as their share of what is highest. The limit is drawn once a third of it is
    used: before that it would only flatten the bars."""
    highest = max((value for _, value in months if value is not None), default=0)
    scale = highest
    shows_limit = limit is not None and limit > 0 and highest * 3 >= limit
    if shows_limit and limit is not None:
        scale = max(scale, limit)
    room = HEIGHT - TOP - BOTTOM
    slot = WIDTH / len(months)
    bars = []
    for place, (month, value) in enumerate(months):
        height = room * (value or 0) / scale if scale else 0
        height = max(height, 1.5) if value else height
        bars.append(
            Bar(
                month=f"{MONTHS[month.month - 1]} {month.year}",
                short=MONTHS[month.month - 1][:3],
                value=value,
                x=round(place * slot + slot * 0.18, 1),
                y=round(TOP + room - height, 1),
                width=round(slot * 0.64, 1),
                height=round(height, 1),
                middle=round(place * slot + slot / 2, 1),
            )
        )
    limit_y = round(TOP + room * (1 - limit / scale), 1) if shows_limit and limit else None
    return Chart(bars, limit_y, highest)
