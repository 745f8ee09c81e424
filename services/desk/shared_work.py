"""What the page of a case shows of the work that officials share on it."""

from dataclasses import dataclass

from accounts.models import User
from services.applications.models import Application
from services.cases import queries as desks
from services.desk.sharing_forms import AnswerForm, NoteForm
from services.inbox import advice, notes, recalling
from services.inbox.models import Advice
from tenants.office.models import Post
from ui.forms import Form


@dataclass(frozen=True, slots=True)
class Asked:
    """Advice on the case, as this reader sees it."""

    advice: Advice
    is_open: bool
    answer_form: Form | None  # for the office that is asked


def shared_work(
    application: Application, user: User, posts: list[Post], failed: Form | None
) -> dict[str, object]:
    """Advice, for the desks of the case and for whom it is asked of; notes, for the desks alone.
    Two queries; one more where this
    official forwarded the case."""
    is_desk = desks.was_at(application, posts)
    asked = []
    for one in advice.of_case(application):
        is_mine = any((one.unit_id, one.role) == (post.unit_id, post.role) for post in posts)
        if is_desk or is_mine:
            is_open = advice.is_open(one)
            form = _sent(AnswerForm(auto_id=f"id_%s_{one.pk}"), failed)
            asked.append(Asked(one, is_open, form if is_mine and is_open else None))
    return {
        "asked_advice": asked,
        "recallable": recalling.recallable(application, user),
        "notes": notes.notes_of(application) if is_desk else None,
        "note_form": _sent(NoteForm(auto_id="id_%s_note"), failed),
    }


def _sent(form: Form, failed: Form | None) -> Form:
    """The form that was sent and not taken, in place of the empty one."""
    return failed if failed is not None and failed.auto_id == form.auto_id else form
