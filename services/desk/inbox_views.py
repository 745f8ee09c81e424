"""The list of a desk: what waits, narrowed and saved as views, and a search over everything."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.ids import row_id
from kernel.nik import holds_sixteen_digits
from services.cases import finding
from services.cases.kinds import Summary, kind_of
from services.cases.models import Step
from services.desk.frame import frame
from services.desk.inbox_forms import FilterForm, ViewForm
from services.inbox import bulk, lists, looking
from services.inbox.lists import Filters, List
from services.inbox.models import Inbox
from tenants.office.access import visitor
from tenants.office.models import Post
from ui.forms import explain
from ui.page import Audience, page

LAST_PAGE = 3000


@dataclass(frozen=True, slots=True)
class Tab:
    """One list of the desk."""

    which: List
    heading: str
    moment: str  # what the first column holds
    order: str  # read by screen readers


DUE, DECIDED = "Jatuh tempo", "Diputuskan"
TABS = {
    "kerja": Tab("work", "Perlu saya kerjakan", DUE, "yang paling mendesak di atas"),
    "lewat": Tab("late", "Lewat waktu", DUE, "yang paling lama lewat di atas"),
    "warga": Tab("returned", "Menunggu warga", DECIDED, "yang terbaru di atas"),
    "selesai": Tab("decided", "Sudah diputuskan", DECIDED, "yang terbaru di atas"),
}
FIRST = "kerja"
FOUND = Tab("work", "Hasil pencarian", "Waktu", "yang terbaru di atas")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    step: Step
    case: Summary
    is_new: bool = False  # it came since the official last looked
    is_given: bool = False  # a colleague handed it to them since
    may_choose: bool = False  # for an act on many


@dataclass(frozen=True, slots=True)
class ViewTab:
    """A saved view as a tab: its address, and how many steps it shows where they are counted."""

    name: str
    address: str
    count: int | None
    is_here: bool


@page(Audience.DESK)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits here, due first. ``?q=`` searches, but never for a NIK: an address stays in
    the browser's history and in logs of proxies."""
    who = visitor(request)
    if "q" in request.GET:
        return _found(request, who.desks, request.GET["q"])
    return _list(request, who.user, who.desks)


def _list(
    request: HttpRequest, user: User, posts: list[Post], naming: ViewForm | None = None
) -> HttpResponse:
    """A list as its address says; ``naming`` is the form of a view that could not be saved."""
    said = request.GET if naming is None else QueryDict(naming.data.get("query", ""))
    at = now()
    choices = lists.choices(posts)
    name = said.get("tab", FIRST)
    name = name if name in TABS else FIRST
    tab = TABS[name]
    form = FilterForm(said, choices=choices)
    filters = form.filters()
    shown = lists.condition(filters, user)
    known = looking.look(user, at)
    views = [_read(one.query) for one in looking.views_of(known)]
    counted = lists.counts(
        posts, user, at=at, new_since=known.since, shown=(tab.which, filters),
        views=[(one.which, one.filters) for one in views],
    )  # fmt: skip
    total = counted.shown if tab.which in lists.WAITING else None
    number = max(1, min(row_id(said.get("page", "1")), LAST_PAGE))
    found = lists.page_of(lists.steps_of(tab.which, posts, at=at).filter(shown), number, total)
    is_open = tab.which in lists.WAITING
    query = _query(name, filters)
    context = {
        "posts": posts,
        "tab": name,
        "heading": tab.heading,
        "moment": tab.moment,
        "order": tab.order,
        "counts": counted,
        "page": found,
        "rows": [_row(step, user, known, is_open=is_open) for step in found.object_list],
        "form": form,
        "is_narrowed": bool(filters),
        "query": query,
        "views": _tabs(known, views, counted, query),
        "naming": naming or ViewForm(initial={"query": query}),
        "acts": [(act.value, act.label) for act in bulk.acts_for(posts)] if is_open else [],
    }
    wrong = form.errors or (naming is not None and naming.errors)
    return render(request, "desk/inbox.html", context, status=422 if wrong else 200)


def _row(step: Step, user: User, known: Inbox, *, is_open: bool) -> Row:
    given = step.given_by_id is not None and step.taken_by_id == user.pk
    return Row(
        step, kind_of(step.case).summary(step.case),
        is_new=is_open and step.opened_at > known.since,
        is_given=given and step.taken_at is not None and step.taken_at > known.since,
        may_choose=is_open,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """What a query string asks for."""

    tab: str
    which: List
    filters: Filters


def _read(query: str) -> Read:
    """A saved view. What is no choice any more still narrows to nothing, not to everything."""
    said = QueryDict(query)
    tab = said.get("tab", FIRST)
    tab = tab if tab in TABS else FIRST
    return Read(tab, TABS[tab].which, FilterForm.read(said))


def _query(tab: str, filters: Filters) -> str:
    """The canonical query string of a list."""
    said = {"tab": tab if tab != FIRST else "", **FilterForm.written(filters)}
    return urlencode({key: value for key, value in said.items() if value})


def _tabs(known: Inbox, views: list[Read], counted: lists.Counts, query: str) -> list[ViewTab]:
    found = []
    for saved, read, number in zip(looking.views_of(known), views, counted.views, strict=True):
        address = _query(read.tab, read.filters)
        is_counted = read.which in lists.WAITING
        found.append(
            ViewTab(
                saved.name, f"{reverse('desk-inbox')}?{address}", number if is_counted else None,
                address == query,
            )
        )  # fmt: skip
    return found


@page(Audience.DESK)
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters that are open under a name."""
    who = visitor(request)
    form = ViewForm(request.POST)
    if form.is_valid():
        read = _read(form.cleaned_data["query"])
        query = _query(read.tab, read.filters)
        try:
            looking.save_view(user=who.user, name=form.cleaned_data["name"], query=query, at=now())
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect(f"{reverse('desk-inbox')}?{query}")
    return _list(request, who.user, who.desks, form)


@page(Audience.DESK)
@require_POST
def change_view(request: HttpRequest) -> HttpResponse:
    """Forget a saved view, or put it first."""
    who = visitor(request)
    change = looking.put_first if request.POST.get("do") == "first" else looking.drop_view
    change(user=who.user, name=request.POST.get("name", ""), at=now())
    return redirect("desk-inbox")


@page(Audience.DESK, when_suspended="open")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Look for cases that are or were at these desks: by name, NIK, number, address or service,
    whichever list they are in."""
    return _found(request, visitor(request).desks, request.POST.get("q", ""))


def _found(request: HttpRequest, posts: list[Post], typed: str) -> HttpResponse:
    wanted = typed.strip()[:100]
    if not wanted:
        return redirect("desk-inbox")
    if request.method == "GET" and holds_sixteen_digits(wanted):
        raise RuleBroken("Ketik NIK di kotak pencarian, bukan di alamat halaman.")
    ids = finding.found(posts, wanted)
    said = request.POST if request.method == "POST" else request.GET
    found = Paginator(ids, lists.PER_PAGE).get_page(said.get("page"))
    steps = finding.latest_steps(posts, list(found))
    context = {
        **frame(posts),
        "heading": FOUND.heading,
        "moment": FOUND.moment,
        "order": FOUND.order,
        "search": wanted,
        "page": found,
        "is_cut": len(ids) == finding.LIMIT,
        "rows": [Row(step, kind_of(step.case).summary(step.case)) for step in steps],
    }
    return render(request, "desk/inbox.html", context)
