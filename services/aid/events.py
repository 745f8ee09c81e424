"""What happens to proposals of aid."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class CandidateAnswered(Event, name="aid.answered"):
    """The kelurahan answered a proposal, or asked back."""

    candidate_id: int
    entry_id: int  # of the audit log: a proposal may be answered again

    def key(self) -> str:
        return f"{self.candidate_id}:{self.entry_id}"
