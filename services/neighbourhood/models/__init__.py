from services.neighbourhood.models.book import BoardingHouse, Guest, Mark, MonthlyReport, Report
from services.neighbourhood.models.life import Announcement, Contact, Opening

__all__ = [
    "Announcement",
    "BoardingHouse",
    "Contact",
    "Guest",
    "Mark",
    "MonthlyReport",
    "Opening",
    "Report",
]
