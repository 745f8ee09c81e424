"""The board of RT, RW and dusun: of a kelurahan, and of the kelurahan of a kecamatan or a city."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kernel import tables
from kernel.clock import now
from services.heads import board
from services.heads.board import FILTERS, Row, Village
from services.web.access import today
from tenants.office.models import Unit
from tenants.registry.current import city

ROW_HEADS = (
    "Wilayah", "Ketua", "Memakai sejak", "#Seminggu", "#Jam kerja", "#Tepat waktu",
    "#Tak dijawab", "#Menunggu",
)  # fmt: skip
VILLAGE_HEADS = (
    "Memakai", "Sejak", "#RT dan dusun", "#Kosong", "#Segera berakhir", "#Lewat RT seminggu",
    "#Semua berkas seminggu", "#Tak dijawab", "#Menunggu",
)  # fmt: skip
USES = {"ert": "e-RT", "ready": "belum dipakai", "counter": "loket saja"}


@dataclass(frozen=True, slots=True)
class Frame:
    """The page around the board, and the names of addresses on it ("" where there is none)."""

    base: str
    village: str  # one kelurahan, by the code of its unit
    back: str = ""
    back_to: str = ""
    absence: str = ""  # noting that a head is away, by the holding
    cards: str = ""
    post: str = ""  # giving the post to somebody, by the unit


def village_page(request: HttpRequest, area: Unit, frame: Frame, **around: object) -> HttpResponse:
    """Every RT, RW and dusun of a kelurahan; ``?show=`` narrows, ``?format=csv`` downloads.
    ``around`` is what the frame of the page needs."""
    every = board.rows(area, at=now(), on=today())
    show = request.GET.get("show", "")
    rows = [row for row in every if show not in FILTERS or FILTERS[show][1](row)]
    if request.GET.get("format") == "csv":
        return _rows_csv(rows, area)
    context = {
        "frame": frame,
        "area": area,
        "rows": rows,
        "every": len(every),
        "show": show if show in FILTERS else "",
        "filters": [
            (word, label, sum(map(fits, every))) for word, (label, fits) in FILTERS.items()
        ],
        "heads": "|".join([*ROW_HEADS, *(column.heading for column in board.columns)]),
        "since": min((row.since for row in every if row.since), default=None),
    }
    return render(request, "web/rt_board.html", context | around)


def villages_page(request: HttpRequest, area: Unit, frame: Frame, **around: object) -> HttpResponse:
    """Which kelurahan works with e-RT, since when, how much."""
    found = board.villages(area, at=now(), on=today())
    if request.GET.get("format") == "csv":
        return _villages_csv(found, area)
    counted = board.totals(found)
    context = {
        "frame": frame,
        "area": area,
        "villages": found,
        "heads": "|".join([area_word(found), *VILLAGE_HEADS]),
        "uses": USES,
        "totals": [(USES[key], counted[key]) for key in USES],
    }
    return render(request, "web/rt_rollout.html", context | around)


def area_word(found: Sequence[Village]) -> str:
    """What the villages of an area are called: ``Kelurahan``, ``Nagari``."""
    return (found[0].unit.word if found else "") or "Kelurahan"


def _csv(name: str, heads: Sequence[str], lines: Sequence[Sequence[object]]) -> HttpResponse:
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    table = csv.writer(response, delimiter=";", lineterminator="\r\n")
    table.writerow(heads)
    table.writerows([tables.as_text(str(cell)) for cell in line] for line in lines)
    return response


def _day(moment: date | datetime | None) -> str:
    """A day of the city; of a moment the day it was there."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(city().tz)
    return f"{moment:%Y-%m-%d}" if moment else ""


def _number(found: float | None) -> str:
    return "" if found is None else str(found).replace(".", ",")


def _rows_csv(rows: Sequence[Row], area: Unit) -> HttpResponse:
    heads = [
        "kode", "wilayah", "ketua", "akhir_masa_jabatan", "kosong", "memakai_sejak",
        "berkas_per_minggu", "median_jam_kerja", "persen_tepat_waktu", "lewat_tanpa_jawaban",
        "menunggu", "lewat_waktu", *(column.heading for column in board.columns),
    ]  # fmt: skip
    lines = [
        [
            row.unit.code, row.unit.name, row.head.user.name if row.head else "",
            _day(row.head.until if row.head else None), "ya" if row.is_vacant else "tidak",
            _day(row.since), _number(row.a_week), _number(row.hours),
            _number(row.share_in_time), row.silent, row.waiting, row.late, *row.more,
        ]
        for row in rows
    ]  # fmt: skip
    return _csv(f"rt-{area.code}", heads, lines)


def _villages_csv(found: Sequence[Village], area: Unit) -> HttpResponse:
    heads = [
        "kode", "kelurahan", "pemakaian", "memakai_sejak", "rt_dan_dusun", "terisi", "kosong",
        "segera_berakhir", "berkas_rt_per_minggu", "berkas_per_minggu", "lewat_tanpa_jawaban",
        "menunggu",
    ]  # fmt: skip
    lines = [
        [
            one.unit.code, one.unit.name, USES[one.uses], _day(one.since), one.units, one.heads,
            one.vacant, one.ending, _number(one.by_rt_a_week), _number(one.cases_a_week),
            one.silent, one.waiting,
        ]
        for one in found
    ]  # fmt: skip
    return _csv(f"e-rt-{area.code}", heads, lines)
