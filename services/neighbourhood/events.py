"""What happens in the life of a neighbourhood."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class AnnouncementPublished(Event, name="announcement.published"):
    announcement_id: int

    def key(self) -> str:
        return str(self.announcement_id)


@dataclass(frozen=True)
class WatchSwapAsked(Event, name="watch.swap_asked"):
    swap_id: int

    def key(self) -> str:
        return str(self.swap_id)


@dataclass(frozen=True)
class WatchSwapAnswered(Event, name="watch.swap_answered"):
    swap_id: int

    def key(self) -> str:
        return str(self.swap_id)
