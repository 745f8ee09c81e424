"""Rows of the register that are likely one person, and what else there wants looking at."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from services.desk.frame import frame
from services.desk.views import posts_of
from services.inbox.lists import PER_PAGE
from services.residents import doubles, families, keeping, merging, register
from services.residents.models import Person, PersonEvent, Source
from services.residents.queries import people
from services.web.access import today
from tenants.office.models import Post, Unit
from tenants.registry.current import city
from ui.forms import Form, explain
from ui.page import Audience, page

LISTS = {
    "ganda": "Mungkin tercatat ganda",
    "kepala": "KK tanpa kepala keluarga",
    "sementara": "Masa tinggal sementara lewat",
    "gabung": "Penggabungan terakhir",
}


class AreaForm(Form):
    area = forms.ModelChoiceField(
        label="Kelurahan atau desa", queryset=Unit.objects.none(), required=False,
        to_field_name="code", empty_label="Pilih…",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        villages = Unit.objects.filter(
            kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA], is_active=True
        )
        self.fields["area"].queryset = villages.order_by("name", "pk")  # type: ignore[attr-defined]


class MergeForm(Form):
    """Which row stays, and in what the other is right."""

    keep = forms.TypedChoiceField(
        label="Catatan mana yang dipertahankan?", coerce=int, widget=forms.RadioSelect,
        help_text="Semua permohonan, surat, dan dokumen dari catatan lain ikut pindah ke sini.",
    )  # fmt: skip
    basis = forms.CharField(
        label="Dasar", max_length=200,
        help_text="Misalnya: KTP dan KK diperlihatkan di loket, 30 November 2026.",
    )  # fmt: skip

    def __init__(self, one: Person, other: Person, *args: Any, **kwargs: Any) -> None:
        first = {"keep": usual(one, other).pk}
        super().__init__(*args, initial=first, **kwargs)
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"Catatan {letter}") for letter, row in (("A", one), ("B", other))
        ]
        self.choosing: list[str] = []
        for difference in merging.differences(one, other):
            field = difference.field
            words = [keeping_words(field, value) for value in (difference.kept, difference.double)]
            self.fields[f"right_{field.name}"] = forms.ChoiceField(
                label=field.label, widget=forms.RadioSelect,
                choices=[("a", f"A: {words[0]}"), ("b", f"B: {words[1]}")],
            )  # fmt: skip
            self.choosing.append(field.name)

    def chosen(self, kept_is_first: bool) -> list[str]:
        """Fields in which the double is right."""
        double = "b" if kept_is_first else "a"
        return [name for name in self.choosing if self.cleaned_data[f"right_{name}"] == double]

    def rights(self) -> list[forms.BoundField]:
        return [self[f"right_{name}"] for name in self.choosing]


def keeping_words(field: Any, value: Any) -> str:
    if field.name == "household":
        return f"{value.address}, {value.rt.name}"
    return str(field.words(value))


def usual(one: Person, other: Person) -> Person:
    """Which of two is kept unless somebody says otherwise: who has an account, a NIK, came
    first."""

    def rank(row: Person) -> tuple[bool, bool, int]:
        return (not hasattr(row, "account"), row.nik_print is None, row.pk)

    return min((one, other), key=rank)


def _keeper(request: HttpRequest) -> tuple[User, list[Post], list[str]]:
    """Raises NotThere for whoever keeps no register."""
    user, posts = posts_of(request)
    areas = keeping.areas(posts)
    if not areas:
        raise NotThere("Halaman ini untuk petugas yang mencatat data penduduk.")
    return user, posts, areas


@page(Audience.DESK)
@require_http_methods(["GET"])
def attention(request: HttpRequest) -> HttpResponse:
    """What wants looking at in one village: of a counter its own, of the city's office a chosen
    one."""
    _, posts, areas = _keeper(request)
    has_city = city().code in areas
    form = AreaForm(request.GET if "area" in request.GET else None) if has_city else None
    area = "" if has_city else areas[0]
    if form is not None and form.is_bound and form.is_valid() and form.cleaned_data["area"]:
        area = form.cleaned_data["area"].code
    chosen = request.GET.get("list", "ganda")
    chosen = chosen if chosen in LISTS else "ganda"
    found: Any = []
    if area and chosen == "ganda":
        found = doubles.likely(area, city().code if has_city else area)
    elif area and chosen == "kepala":
        found = families.without_head(area).prefetch_related("members")
    elif area and chosen == "sementara":
        found = families.stays_over(area, today())
    elif area:
        found = merging.recent(area)
    context = {
        **frame(posts, "rapikan"), "lists": LISTS, "chosen": chosen, "heading": LISTS[chosen],
        "area": area, "form": form, "page": Paginator(found, PER_PAGE).get_page(
            request.GET.get("page")),
    }  # fmt: skip
    return render(request, "desk/attention.html", context)


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two rows side by side: one person, or two."""
    user, posts, _ = _keeper(request)
    rows = people().single().select_related("account").in_bulk([pk, other])
    if len(rows) < 2 or not all(keeping.keeps(posts, row) for row in rows.values()):
        raise NotThere("Catatan ini tidak ditemukan di wilayah Anda, atau sudah digabung.")
    one, double = rows[pk], rows[other]
    sent = request.POST if request.POST.get("do") == "gabung" else None
    form = MergeForm(one, double, sent)
    if request.method == "GET":
        for row in rows.values():
            audit.record_read(actor=user, person_id=row.pk, purpose="ganda")
    elif request.POST.get("do") == "beda":
        doubles.are_different(one_id=pk, other_id=other, by=user)
        messages.success(request, "Dicatat sebagai dua orang yang berbeda.")
        return redirect("desk-attention")
    elif form.is_valid():
        is_first = form.cleaned_data["keep"] == one.pk
        kept, gone = (one, double) if is_first else (double, one)
        try:
            merging.merge(
                keep_id=kept.pk, double_id=gone.pk, chosen=form.chosen(is_first), by=user,
                origin=register.source(
                    kind=Source.Kind.ENTRY, label=form.cleaned_data["basis"], by=user
                ),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Kedua catatan digabung. Ini dapat dibatalkan di daftarnya.")
            return redirect("desk-attention")
    context = {**frame(posts, "rapikan"), "one": one, "other": double, "form": form}
    status = 422 if form.errors else 200
    return render(request, "desk/compare.html", context, status=status)


@page(Audience.DESK)
@require_POST
def undo(request: HttpRequest, event: int) -> HttpResponse:
    """Part two rows again."""
    user, posts, _ = _keeper(request)
    found = PersonEvent.objects.select_related("person").filter(
        pk=event, kind=PersonEvent.Kind.MERGE
    ).first()  # fmt: skip
    if found is None or not keeping.keeps(posts, found.person):
        raise NotThere("Penggabungan ini tidak ditemukan di wilayah Anda.")
    origin = register.source(kind=Source.Kind.ENTRY, label="Penggabungan dibatalkan", by=user)
    merging.undo(event_id=event, origin=origin, by=user)
    messages.success(request, "Penggabungan dibatalkan. Kedua catatan seperti semula.")
    return redirect("desk-attention")
