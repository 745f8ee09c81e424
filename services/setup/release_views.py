"""New releases of shared services, compared place by place with what the city made of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from services.applications.models import Application
from services.catalogue import adoption, editor_inputs, explaining, overrides
from services.catalogue.models import Release
from services.catalogue.overrides import ORDER, Definition
from services.setup.draft_forms import ReleaseForm
from services.setup.service_page import (
    BEHIND,
    CHANGED,
    PER_PAGE,
    WAITING,
    bench_of,
    findings_of,
    with_marks,
)
from ui.page import Audience, page


@page(Audience.ADMIN)
@require_safe
def releases(request: HttpRequest, user: User) -> HttpResponse:
    """Services for which a newer shared release exists."""
    found = with_marks().defer("draft", "base__definition", "current__definition")
    behind = found.filter(BEHIND).annotate(
        is_waiting=WAITING, is_changed=CHANGED, is_draft=Q(draft__isnull=False)
    )
    page = Paginator(behind.order_by("-is_waiting", "title"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    slugs = [service.slug for service in page.object_list]
    # Ordered by number: the newest of each stays.
    new = {release.slug: release for release in Release.objects.filter(slug__in=slugs)}
    rows = [(service, new[service.slug]) for service in page.object_list]
    return render(request, "setup/releases.html", {"page": page, "rows": rows})


_VERDICTS = {
    "theirs": ("Hanya nasional yang berubah: ikut nasional", "ok"),
    "ours": ("Hanya kita yang berubah: punya kita tetap", "info"),
    "both": ("Sama-sama berubah, hasilnya sama", "plain"),
    "conflict": ("Keduanya berubah: pilih salah satu", "warn"),
    "merged": ("Keduanya berubah: digabung, tidak ada yang hilang", "info"),
}
# Of a whole question, document, step or letter: (in the old, in the new, in ours).
_WHOLE = {
    (False, True, False): ("Ditambah nasional: ikut ditambah", "ok"),
    (False, False, True): ("Ditambah di sini: tetap ada", "info"),
    (False, True, True): ("Ditambah di kedua pihak: punya kita tetap", "info"),
    (True, False, True): (
        "Dihapus nasional: ikut dihapus, kecuali yang kita ubah; itu tetap ada sebagai milik kita",
        "warn",
    ),
    (True, True, False): ("Dihapus di sini: tetap dihapus", "info"),
    (True, False, False): ("Dihapus di kedua pihak", "plain"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One place of the three-way comparison, in words."""

    address: str
    place: str
    old: str
    new: str
    ours: str
    verdict: str
    words: str
    tag: str
    open: bool = False  # the admin may choose

    @property
    def name(self) -> str:
        return f"pilih-{self.address}"


def _whole(address: str, definitions: list[Definition]) -> tuple[str, tuple[bool, ...]] | None:
    """The thing a place lies in, and which of the three have it, unless all do."""
    part, _, rest = address.partition(".")
    key = rest.partition(".")[0]
    if part == "translations":  # a language only one side has; else place by place
        have = tuple(key in d.get(part, {}) for d in definitions)
        only_one = have in ((False, True, False), (False, False, True))
        return (f"{part}.{key}", have) if only_one else None
    if part not in editor_inputs.PARTS or key == ORDER:
        return None
    have = tuple(overrides.item_of(d, part, key) is not None for d in definitions)
    return None if all(have) else (f"{part}.{key}", have)


def _three_ways(
    compared: Iterable[overrides.Comparison], old: Definition, new: Definition, ours: Definition
) -> list[Row]:
    """Places in words, what must be decided first; a whole thing gained or lost is one row."""
    rows: dict[str, Row] = {}
    named = [new, ours, old]
    for row in compared:
        whole = _whole(row.address, [old, new, ours])
        if whole is not None:
            address, have = whole
            said, tag = _WHOLE[have[0], have[1], have[2]]
            old_state, new_state, our_state = ("ada" if it else "(tidak ada)" for it in have)
            rows[address] = Row(
                address=address,
                place=explaining.place_words(address, *named),
                old=old_state,
                new=new_state,
                ours=our_state,
                verdict="whole",
                words=said,
                tag=tag,
            )
            continue
        verdict: str = row.verdict
        if row.address.endswith(f".{ORDER}") and verdict != "theirs":
            verdict = "merged" if verdict == "conflict" else verdict
        said, tag = _VERDICTS[verdict]
        # An order is never taken over: what the city added would go with its place in it.
        is_open = verdict in ("conflict", "ours") and not row.address.endswith(f".{ORDER}")
        rows[row.address] = Row(
            address=row.address,
            place=explaining.place_words(row.address, *named),
            old=explaining.value_words(row.address, row.old, *named),
            new=explaining.value_words(row.address, row.new, *named),
            ours=explaining.value_words(row.address, row.ours, *named),
            verdict=verdict,
            words=said,
            tag=tag,
            open=is_open,
        )
    order = {"conflict": 0, "theirs": 1, "whole": 2, "merged": 3, "ours": 4, "both": 5}
    return sorted(rows.values(), key=lambda row: order[row.verdict])


@page(Audience.ADMIN)
def release(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """Old shared, new shared and ours; take the release, or stay."""
    bench = bench_of(slug)
    service = bench.service
    new = adoption.newest(service)
    if new is None or service.base is None or bench.published is None:
        raise NotThere("Layanan ini sudah memakai rilis terbaru.")
    rows = _three_ways(
        adoption.comparison(service), service.base.definition, new.definition, bench.published
    )
    form = ReleaseForm(
        {row.address: row.place for row in rows if row.open},
        number=new.number,
        conflicts={row.address for row in rows if row.verdict == "conflict" and row.open},
        data=request.POST or None,
    )
    do, problem, result, status = request.POST.get("do", ""), "", None, 200
    if request.method == "POST" and request.POST.get("release") != str(new.number):
        problem, status = "Rilis yang lebih baru lagi baru saja tiba. Periksa lagi.", 409
    elif request.method == "POST" and do == "tetap":
        adoption.keep(slug=slug, by=user)
        messages.success(request, f"{service.title} tetap memakai versi kita.")
        return redirect("setup-releases")
    elif form.is_bound and not form.is_valid():
        problem = f"Pilih dulu untuk {len(form.errors)} tempat yang berubah di kedua pihak."
        status = 422
    elif form.is_bound:
        take = form.taken()
        try:
            if do == "ambil":
                adoption.adopt(slug=slug, take=take, by=user)
                messages.success(
                    request,
                    f"{service.title} sekarang memakai rilis {new.number}. "
                    "Bila ternyata keliru, kembali lewat Riwayat.",
                )
                return redirect("setup-releases")
            result = adoption.adopted(service, take)
        except RuleBroken as broken:
            problem, status = broken.message, broken.status
    ended = [Application.State.DONE, Application.State.REFUSED, Application.State.WITHDRAWN]
    running = Application.objects.filter(version__service=service).exclude(state__in=ended)
    context = {
        **bench.context("release"),
        "new": new,
        "blueprint": new.blueprint,
        "rows": [(row, form[row.name] if row.open else None) for row in rows],
        "form": form,
        "problem": problem,
        "result": result,
        "effects": explaining.changes(bench.published, result.canonical()) if result else [],
        "findings": findings_of(result, slug) if result else [],
        "running": running.count(),
        "kept": service.kept_until >= new.number,
    }
    return render(request, "setup/release.html", context, status=status)
