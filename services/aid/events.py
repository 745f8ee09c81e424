"""What happens to proposals of aid."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class CandidateAnswered(Event, name="aid.answered"):
    """The kelurahan answered a proposal, or asked back."""

    candidate_id: int
    at: int  # seconds, for a proposal may be answered again

    def key(self) -> str:
        return f"{self.candidate_id}:{self.at}"
