"""Heads hear that the kelurahan answered whom they proposed for aid."""

from datetime import date

from accounts.models import User
from events.subscribers import subscribe
from kernel.clock import now
from messaging.notices import tell
from services.aid import notices
from services.aid.events import CandidateAnswered
from services.aid.models import Candidate
from tenants.office import queries as office
from tenants.office.roles import Can, having
from tenants.registry.current import city


@subscribe(CandidateAnswered)
def tell_who_proposed(event: CandidateAnswered) -> None:
    """A question at once, since somebody has to answer it; other answers once a day for each list,
    for a kelurahan answers forty people one after the other."""
    found = Candidate.objects.select_related("programme", "unit", "proposed_by").filter(
        pk=event.candidate_id
    )
    one, today = found.first(), now().astimezone(city().tz).date()
    if one is None or one.state not in (*_ANSWERS, Candidate.State.ASKED):
        return
    asks = one.state == Candidate.State.ASKED
    about = notices.ASKED if asks else notices.ANSWERED
    what = f"{one.pk}:{event.entry_id}" if asks else f"{one.programme_id}:{one.unit_id}:{today}"
    link = (
        city().page("rt-aid-candidate", one.pk)
        if asks
        else city().page("rt-aid-programme", one.programme_id)
    )
    for reader in _readers(one, today):
        tell(
            about, reader, key=f"aid:{what}:{reader.pk}", programme=one.programme.name, link=link,
            city=city().name,
        )  # fmt: skip


_ANSWERS = (Candidate.State.ACCEPTED, Candidate.State.REFUSED)


def _readers(candidate: Candidate, on: date) -> list[User]:
    """Who proposed, while they hold a post for this unit or one above it; else who heads it now."""
    code = candidate.unit.code
    held = office.keeping(office.posts_of(candidate.proposed_by, on))
    if any(f"{code}/".startswith(f"{post.unit.code}/") for post in held):
        return [candidate.proposed_by]
    heads = office.current_holdings(on).filter(
        having(Can.VOUCHES, "post__role"), post__unit=candidate.unit, user__is_active=True
    )
    return [holding.user for holding in heads.select_related("user").order_by("pk")]
