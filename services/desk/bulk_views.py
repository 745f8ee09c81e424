"""One act on many cases: chosen in the list, confirmed on a page, and watched until it is done."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.ids import row_id, secret_code
from kernel.once import reading_once
from services.cases import two_people
from services.cases.kinds import kind_of
from services.cases.models import Step
from services.desk.frame import frame
from services.desk.inbox_forms import BulkForm
from services.desk.inbox_views import Row
from services.desk.print_views import PrintForm, printable
from services.desk.views import posts_of
from services.inbox import bulk
from services.inbox.models import BulkAct
from services.signing import queries as signatures
from services.web.access import today
from ui.forms import explain
from ui.page import Audience, page

HEADINGS = {
    BulkAct.Act.APPROVE: "Setujui beberapa berkas",
    BulkAct.Act.INITIAL: "Paraf beberapa berkas",
    BulkAct.Act.RETURN: "Kembalikan beberapa berkas",
    BulkAct.Act.ASSIGN: "Serahkan beberapa berkas",
}


@page(Audience.DESK)
@require_POST
@reading_once()
def several(request: HttpRequest) -> HttpResponse:
    """What is about to happen to which; confirmed, it is ordered."""
    user, posts = posts_of(request)
    act = request.POST.get("act", "")
    if act not in HEADINGS or BulkAct.Act(act) not in bulk.acts_for(posts):
        raise RuleBroken("Pilih dulu apa yang dilakukan.")
    act = BulkAct.Act(act)
    ids = [pk for typed in request.POST.getlist("step") if (pk := row_id(typed))]
    ids = list(dict.fromkeys(ids))
    if len(ids) > bulk.MOST:
        raise RuleBroken(f"Paling banyak {bulk.MOST} berkas sekali jalan. Kurangi pilihannya.")
    chosen = bulk.chosen(posts, ids, act, user)
    is_sure = request.POST.get("do") == "sure"
    if not chosen and not is_sure:
        raise RuleBroken("Pilih dulu berkasnya: centang kotak di depan setiap berkas.")
    taken = [one.step for one in chosen if not one.why_not]
    people = _colleagues(taken, user) if act == BulkAct.Act.ASSIGN else {}
    names = {pk: one.name for pk, one in people.items()}
    begun = {"key": secret_code(), "act": act}
    form = BulkForm(act, request.POST if is_sure else None, initial=begun, colleagues=names)
    if is_sure and form.is_valid():
        said = form.cleaned_data
        to = people[int(said["to"])] if "to" in said else None
        try:
            made = bulk.start(
                key=said["key"], act=act, posts=posts, step_ids=ids, by=user,
                note=said.get("note", ""), to=to, at=now(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect("desk-bulk", made.pk)
    context = {
        **frame(posts),
        "heading": HEADINGS[act],
        "act": act,
        "form": form,
        "taken": [Row(step, kind_of(step.case).summary(step.case)) for step in taken],
        "left_out": [
            (Row(one.step, kind_of(one.step.case).summary(one.step.case)), one.why_not)
            for one in chosen
            if one.why_not
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "desk/bulk_sure.html", context, status=status)


def _colleagues(steps: Sequence[Step], by: User) -> dict[int, User]:
    """Who may decide every one of these steps, the official themself too. One query for each post
    that they wait at."""
    places = {(step.unit_id, step.role, *step.deputies): step for step in steps}
    shared: dict[int, User] | None = None
    for step in places.values():
        here = {user.pk: user for user in two_people.colleagues(step, today())}
        both = here if shared is None else shared
        shared = {pk: user for pk, user in both.items() if pk in here}
    found = shared or {}
    return {pk: found[pk] for pk in sorted(found, key=lambda pk: (pk != by.pk, found[pk].name))}


@page(Audience.DESK)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an act is, and what came of each case."""
    user, posts = posts_of(request)
    act = bulk.act_of(user, pk)
    far, done = bulk.progress(act), list(bulk.results(act))
    context = {
        "act": act,
        "heading": HEADINGS[BulkAct.Act(act.act)],
        "progress": far,
        "printable": printable([step.case_id for _, step in done]) if far.is_over else [],
        "print_form": PrintForm(),
        "to_sign": signatures.open_of(user).exists()
        if act.act == BulkAct.Act.APPROVE and far.is_over
        else False,
        "rows": [(item, Row(step, kind_of(step.case).summary(step.case))) for item, step in done],
    }
    if request.headers.get("HX-Request"):
        return render(request, "desk/bulk_progress.html", context)
    return render(request, "desk/bulk.html", {**frame(posts), **context})
