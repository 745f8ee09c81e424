from services.neighbourhood.models.book import BoardingHouse, Guest, Mark, MonthlyReport, Report
from services.neighbourhood.models.life import Announcement, Contact, Opening
from services.neighbourhood.models.together import (
    Activity,
    Outcome,
    Reply,
    WatchGroup,
    WatchMember,
    WatchNight,
    WatchSwap,
)

__all__ = [
    "Activity",
    "Announcement",
    "BoardingHouse",
    "Contact",
    "Guest",
    "Mark",
    "MonthlyReport",
    "Opening",
    "Outcome",
    "Reply",
    "Report",
    "WatchGroup",
    "WatchMember",
    "WatchNight",
    "WatchSwap",
]
