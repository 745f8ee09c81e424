"""The waiting room at the counter: who waits, calling the next, numbers on paper."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.ids import row_id
from services.desk.frame import frame
from services.desk.queue_forms import MoveForm, TakeForm, WindowChoice
from services.desk.views import posts_of
from services.queueing import access, appointments, queries, tickets
from services.queueing.models import Appointment, QueueLine, Ticket, Window
from services.web.access import today
from tenants.office.models import Post, Unit
from ui.forms import explain
from ui.page import Audience, page

WINDOW = "queue_window"  # in the session: at which window somebody sits
BOOKED = Appointment.State.BOOKED
NEXT = 12  # tickets that the page names


def at_counter(request: HttpRequest) -> tuple[User, list[Post], list[Unit]]:
    """Who asks, their posts, and the offices at whose counter they sit. Raises NotThere."""
    user, posts = posts_of(request)
    units = access.serving(posts)
    if not units:
        raise NotThere(access.NO_OFFICE)
    return user, posts, units


def window_of(request: HttpRequest, windows: Sequence[Window]) -> Window | None:
    """The window at which this official sits; the only one needs no choice."""
    chosen = request.session.get(WINDOW)
    found = next((one for one in windows if one.pk == chosen), None)
    return windows[0] if found is None and len(windows) == 1 else found


@page(Audience.DESK)
@never_cache
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Who is at the window, who waits, and how each line stands."""
    _, posts = posts_of(request)
    if not access.serving(posts) and access.arranging(posts):
        return redirect("desk-queue-setup")
    _, posts, units = at_counter(request)
    ids = [unit.pk for unit in units]
    lines, windows = list(queries.lines_of(ids)), list(queries.windows_of(ids))
    window = window_of(request, windows)
    called = queries.lines_of_window(window) if window is not None else lines
    ticket = queries.at_window(window) if window is not None else None
    context = {
        "rows": queries.board(lines, today()),
        "times": queries.times(lines, today()),
        "windows": windows,
        "window": window,
        "choose": WindowChoice(windows=windows) if len(windows) > 1 else None,
        "ticket": ticket,
        "move": MoveForm(ticket=ticket, lines=lines) if ticket is not None else None,
        "called_here": called,
        "next": [
            (one, MoveForm(ticket=one, lines=lines))
            for one in queries.in_turn(called, today(), now(), NEXT)
        ],
        "passed": queries.passed(ids, today())[:NEXT],
        "promised": appointments.of_day(ids, today()).filter(state=BOOKED).count(),
        "lines": lines,
        **frame(posts, "antrean"),
    }
    return render(request, "desk/queue/board.html", context)


@page(Audience.DESK)
@require_POST
def choose_window(request: HttpRequest) -> HttpResponse:
    """Note at which window somebody sits, for as long as they are signed in."""
    _, _, units = at_counter(request)
    windows = list(queries.windows_of([unit.pk for unit in units]))
    form = WindowChoice(request.POST, windows=windows)
    if not form.is_valid():
        raise NotThere("Loket ini tidak ditemukan di kantor Anda.")
    request.session[WINDOW] = form.cleaned_data["window"]
    return redirect("desk-queue")


def _own_window(request: HttpRequest, units: Sequence[Unit]) -> Window:
    window = window_of(request, list(queries.windows_of([unit.pk for unit in units])))
    if window is None:
        raise RuleBroken("Pilih dulu di loket mana Anda duduk.")
    return window


@page(Audience.DESK)
@require_POST
def call(request: HttpRequest) -> HttpResponse:
    """Call whoever is next at this window; of one line where a line is named."""
    user, posts, units = at_counter(request)
    window = _own_window(request, units)
    typed = request.POST.get("line", "")
    ticket = tickets.call_next(
        window_id=window.pk, posts=posts, by=user, at=now(), today=today(),
        line_id=row_id(typed) if typed else None,
    )  # fmt: skip
    if ticket is None:
        messages.info(request, "Tidak ada yang menunggu.")
    return redirect("desk-queue")


Act = Callable[[Ticket, list[Post], User], Ticket]
ACTS: dict[str, tuple[Act, str]] = {
    "recall": (
        lambda one, posts, user: tickets.recall(ticket_id=one.pk, posts=posts, by=user, at=now()),
        "Nomor {code} dipanggil lagi.",
    ),
    "serve": (
        lambda one, posts, user: tickets.serve(ticket_id=one.pk, posts=posts, by=user, at=now()),
        "",
    ),
    "finish": (
        lambda one, posts, user: tickets.finish(ticket_id=one.pk, posts=posts, by=user, at=now()),
        "Nomor {code} selesai.",
    ),
    "no_show": (
        lambda one, posts, user: tickets.no_show(ticket_id=one.pk, posts=posts, by=user, at=now()),
        "Nomor {code} dicatat tidak hadir. Bila orangnya datang, kembalikan ke antrean.",
    ),
    "back": (
        lambda one, posts, user: tickets.come_back(
            ticket_id=one.pk, posts=posts, by=user, at=now(), today=today()
        ),
        "Nomor {code} kembali ke antrean.",
    ),
    "cancel": (
        lambda one, posts, user: tickets.cancel(ticket_id=one.pk, posts=posts, by=user, at=now()),
        "Nomor {code} dibatalkan.",
    ),
}


@page(Audience.DESK)
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """What happens to one number: called again, served, finished, passed, back, moved, given up."""
    user, posts, units = at_counter(request)
    ticket, chosen = tickets.of_office(pk, posts), request.POST.get("do", "")
    if chosen == "call":
        window = _own_window(request, units)
        tickets.call_one(
            ticket_id=pk, window_id=window.pk, posts=posts, by=user, at=now()
        )  # fmt: skip
        return redirect("desk-queue")
    if chosen == "move":
        lines = list(queries.lines_of([unit.pk for unit in units]))
        form = MoveForm(request.POST, ticket=ticket, lines=lines)
        if not form.is_valid():
            raise RuleBroken("Pilih antrean lain di kantor yang sama.")
        moved = tickets.move(ticket_id=pk, posts=posts, by=user, at=now(), line_id=form.chosen)
        messages.success(request, f"Nomor {moved.code} menunggu di {moved.waits_in.name}.")
        return redirect("desk-queue")
    if chosen not in ACTS:
        raise RuleBroken("Pilih dulu apa yang dilakukan dengan nomor ini.")
    deed, words = ACTS[chosen]
    deed(ticket, posts, user)
    if words:
        messages.success(request, words.format(code=ticket.code))
    return redirect("desk-queue")


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """A number for somebody who came without one."""
    user, posts, units = at_counter(request)
    lines: list[QueueLine] = list(queries.lines_of([unit.pk for unit in units]))
    form = TakeForm(request.POST or None, lines=lines)
    if request.method == "POST" and form.is_valid():
        try:
            made = tickets.take(
                line_id=form.cleaned_data["line"], goes_first=form.cleaned_data["goes_first"],
                via=Ticket.Via.COUNTER, by=user, at=now(), today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect("desk-queue-slip", made.pk)
    context = {"form": form, "rows": queries.board(lines, today()), **frame(posts, "antrean")}
    return render(request, "desk/queue/take.html", context, status=422 if form.errors else 200)


@page(Audience.DESK)
@never_cache
@require_safe
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """A number as it is printed."""
    _, posts, _ = at_counter(request)
    ticket = tickets.of_office(pk, posts)
    context = {
        "ticket": ticket,
        "place": queries.place_of(ticket, now()),
        **frame(posts, "antrean"),
    }
    return render(request, "desk/queue/slip.html", context)
