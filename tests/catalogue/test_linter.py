"""The linter names what would go wrong, and is silent about what is right."""

import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.workdays import calendar_for
from services.catalogue import linter, simulator
from services.catalogue.blueprint import Blueprint
from services.catalogue.shipped import shipped
from tenants.office.roles import SHIPPED

SERVICES = {blueprint.slug: blueprint for blueprint in shipped()}
TODAY = date(2026, 11, 23)
CALENDAR = calendar_for("Asia/Makassar")
FRIDAY = datetime(2026, 11, 20, 2, tzinfo=UTC)  # 10.00 WITA


@pytest.mark.parametrize("blueprint", SERVICES.values(), ids=SERVICES.keys())
def test_shipped_services_have_no_errors(blueprint) -> None:
    findings = linter.check(blueprint, today=TODAY)
    assert [f for f in findings if f.level == "error"] == []


def broken(slug: str, change) -> list[linter.Finding]:
    definition = copy.deepcopy(SERVICES[slug].canonical())
    change(definition)
    return linter.check(Blueprint.model_validate(definition), today=TODAY)


def step(definition, key):
    return next(entry for entry in definition["steps"] if entry["key"] == key)


def _only_above_6(definition: dict[str, Any]) -> None:
    question(definition, "luas").update(max=5)
    step = next(one for one in definition["steps"] if one["key"] == "dpmptsp")
    step["when"] = [{"field": "luas", "op": ">", "value": 6}]


def question(definition, key):
    return next(entry for entry in definition["fields"] if entry["key"] == key)


CASES = {
    "ages nobody has": (
        "sku", lambda d: d["who"].update(min_age=60, max_age=17), "who.max_age", "Tukar"
    ),
    "a fee nobody means": ("sku", lambda d: d.update(fee=10**400), "fee", "rupiah penuh"),
    "more than a text": (
        "sku",
        lambda d: step(d, "loket").update(
            when=[{"field": "nama_usaha", "op": ">", "value": "10"}]
        ),
        "steps.loket.when", "bukan angka",
    ),
    "more than a word": (
        "reklame",
        lambda d: step(d, "dpmptsp").update(when=[{"field": "luas", "op": ">", "value": "besar"}]),
        "steps.dpmptsp.when", "bukan angka",
    ),
    "a need that never arises": (
        "reklame",
        lambda d: question(d, "isi").update(
            required=False, require_when=[{"field": "jenis", "op": "=", "value": "balon"}]
        ),
        "fields.isi.require_when", "tidak pernah",
    ),
    "a limit no answer can exceed": (
        "reklame", lambda d: _only_above_6(d), "steps.dpmptsp.when", "tidak pernah"
    ),
    "a choice that does not exist": (
        "reklame",
        lambda d: d["documents"][1].update(
            show_when=[{"field": "jenis", "op": "=", "value": "balon"}]
        ),
        "documents.persetujuan.show_when", "tidak pernah",
    ),
    "conditions against each other": (
        "reklame",
        lambda d: step(d, "dpmptsp").update(
            when=[{"field": "luas", "op": ">", "value": 10},
                  {"field": "luas", "op": "<", "value": 6}]
        ),
        "steps.dpmptsp.when", "bertentangan",
    ),
    "no desk without a condition": (
        "reklame",
        lambda d: [
            entry.update(when=[{"field": "luas", "op": ">", "value": 6}]) for entry in d["steps"]
        ],
        "steps", "tidak sampai ke meja",
    ),
    "a role that sits elsewhere": (
        "sktm", lambda d: step(d, "lurah").update(role="camat"), "steps.lurah.role", "jabatan"
    ),
    "a letter that would be passed over": (
        "sktm", lambda d: step(d, "lurah").update(on_timeout="teruskan"),
        "steps.lurah.on_timeout", "menerbitkan surat",
    ),
    "a signing desk that may be vacant": (
        "sktm", lambda d: step(d, "lurah").update(optional=True), "steps.lurah.optional", "kosong"
    ),
    "a clock that runs at night": (
        "sktm", lambda d: step(d, "loket").update(clock={"amount": 4, "unit": "jam"}),
        "steps.loket.clock", "jam kerja",
    ),
    "a code out of force": (
        "sktm",
        lambda d: d["outputs"][0].update(
            codes=[{"since": "2012-01-01", "until": "2022-12-31", "code": "465"}]
        ),
        "outputs.surat.codes", "kode klasifikasi",
    ),
    "a code that ends before it begins": (
        "sktm",
        lambda d: d["outputs"][0]["codes"].append(
            {"since": "2012-01-01", "until": "2011-12-31", "code": "465"}
        ),
        "outputs.surat.codes", "berakhir sebelum berlaku",
    ),
    "a sentence on an optional answer": (
        "sktm", lambda d: question(d, "tanggungan").update(required=False),
        "outputs.surat.body", "boleh kosong",
    ),
    "a result that an RT would note": (
        "perubahan-elemen-data",
        lambda d: (d["steps"].insert(0, {**step(d, "lurah"), "key": "rt", "level": "rt",
                                         "role": "ketua_rt", "deputies": []}),
                   d["results"][0].update(step="rt")),
        "results.kk.step", "tidak ada halaman",
    ),
    "a result promised to those who never pass its desk": (
        "perubahan-elemen-data",
        lambda d: step(d, "disdukcapil").update(
            when=[{"field": "ktp_baru", "op": "=", "value": "ya"}]
        ),
        "results.kk.when", "syarat yang sama",
    ),
    "a question for nothing": (
        "sktm",
        lambda d: d["fields"].append({"key": "warna", "type": "text", "label": "Warna rumah"}),
        "fields.warna", "tidak dipakai",
    ),
    "a day that is past and ahead": (
        "izin-keramaian", lambda d: question(d, "tanggal").update(past=True),
        "fields.tanggal.past", "di depan",
    ),
    "a question nobody can reach": (
        "reklame",
        lambda d: d["fields"].extend([
            {"key": "usaha", "type": "yesno", "label": "Usaha?"},
            {"key": "cabang", "type": "yesno", "label": "Cabang?",
             "show_when": [{"field": "usaha", "op": "=", "value": "ya"}]},
            {"key": "alasan", "type": "text", "label": "Alasan",
             "show_when": [{"field": "cabang", "op": "=", "value": "ya"},
                           {"field": "usaha", "op": "=", "value": "tidak"}]},
        ]),
        "fields.alasan.show_when", "bertentangan",
    ),
    "a sign no document can print": (
        "sktm", lambda d: d["outputs"][0].update(closing="Demikian 😀"), "outputs.surat", "U+1F600",
    ),
    "a column for nothing": (
        "ahli-waris", lambda d: table(d)["columns"].append({"key": "umur", "label": "Umur"}),
        "fields.ahli_waris.columns.umur", "tidak tercetak",
    ),
}  # fmt: skip


def table(definition):
    return next(entry for entry in definition["fields"] if entry["type"] == "table")


def test_what_the_applicant_signs_as_is_a_text_like_any_other() -> None:
    definition = copy.deepcopy(SERVICES["sktm"].canonical())
    definition["fields"].append({"key": "peran", "type": "text", "label": "Peran Anda"})
    definition["outputs"][0]["applicant_signs"] = "Selaku {peran}"
    found = linter.check(Blueprint.model_validate(definition), today=TODAY)
    assert not [f for f in found if f.place == "fields.peran"]
    definition["outputs"][0]["applicant_signs"] = "Selaku {tiada}"
    with pytest.raises(ValueError, match="nothing fills"):
        Blueprint.model_validate(definition)


@pytest.mark.parametrize("slug", ["ahli-waris", "jual-beli-tanah", "biodata-penduduk"])
def test_columns_that_are_printed_are_not_mentioned(slug) -> None:
    found = linter.check(SERVICES[slug], today=TODAY)
    assert not [f for f in found if ".columns." in f.place]


@pytest.mark.parametrize(("slug", "change", "place", "words"), CASES.values(), ids=CASES.keys())
def test_each_fault_is_named_with_its_place(slug, change, place, words) -> None:
    found = broken(slug, change)
    assert any(f.place == place and words in f.message for f in found), found


def test_an_empty_desk_and_a_missing_dinas_are_found() -> None:
    found = linter.check(
        SERVICES["reklame"],
        today=TODAY,
        vacancies=(linter.Vacancy("kecamatan", "camat", 3, 1),),
        dinas=frozenset({"disdukcapil"}),
    )
    assert any(f.place == "steps.camat.role" and "1 dari 3" in f.message for f in found)
    assert any(f.place == "steps.dpmptsp.dinas" and f.level == "error" for f in found)


# --- the simulator -----------------------------------------------------------------------------


def test_a_walk_over_the_weekend() -> None:
    walk = simulator.walk(SERVICES["sktm"], {}, start=FRIDAY, calendar=CALENDAR)
    assert [stop.step.key for stop in walk.stops] == ["rt", "loket", "lurah"]
    assert walk.stops[0].leaves == datetime(2026, 11, 23, 8, tzinfo=UTC)  # Monday 16.00 WITA
    assert walk.stops[1].due == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert walk.stops[2].letters == ("Surat Keterangan Tidak Mampu",)
    assert walk.done == walk.latest


def test_side_by_side_takes_as_long_as_the_slower() -> None:
    definition = copy.deepcopy(SERVICES["sktm"].canonical())
    for key, days in (("rt", 1), ("loket", 5)):
        step(definition, key).update(
            parallel="bersama", clock={"amount": days, "unit": "hari_kerja"}
        )
    walk = simulator.walk(Blueprint.model_validate(definition), {}, start=FRIDAY, calendar=CALENDAR)
    rt, loket, lurah = walk.stops
    assert rt.opens == loket.opens == FRIDAY
    assert (rt.beside, loket.beside) == (False, True)
    assert lurah.opens == max(rt.leaves, loket.leaves) == loket.due


@given(
    luas=st.integers(0, 200),
    hours=st.integers(0, 200),
    start=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
)
def test_time_only_runs_forward(luas, hours, start) -> None:
    walk = simulator.walk(
        SERVICES["reklame"],
        {"luas": str(luas)},
        start=start,
        calendar=CALENDAR,
        decided_after={"camat": timedelta(hours=hours)},
    )
    moment = start
    for stop in walk.stops:
        assert stop.opens >= moment
        assert stop.opens <= stop.leaves <= stop.due
        moment = stop.opens
    assert walk.done <= walk.latest


@pytest.mark.parametrize(("which", "warned"), [("dpmptsp", True), ("dinkes", False)])
def test_a_vacancy_at_a_dinas_concerns_its_own_steps_only(which: str, warned: bool) -> None:
    """The advertisement goes on to DPMPTSP, whoever sits at the health office."""
    [reklame] = [blueprint for blueprint in shipped() if blueprint.slug == "reklame"]
    role = next(step.role for step in reklame.desks() if step.dinas == "dpmptsp")
    found = linter.check(
        reklame, today=TODAY, vacancies=(linter.Vacancy("dinas", role, 1, 1, dinas=which),)
    )
    said = [one.message for one in found if "belum ada yang menjabat" in one.message]
    assert [text.startswith("Di dinas “dpmptsp”") for text in said] == [True] * warned


# --- to where desks may forward ---------------------------------------------------------------


def _forwarding(*reaches: str, slug: str = "sktm", **told: Any) -> list[str]:
    definition = {**SERVICES[slug].canonical(), "forward_to": list(reaches)}
    found = linter.check(Blueprint.model_validate(definition), today=TODAY, **told)
    return [one.message for one in found if one.place == "forward_to"]


def test_a_way_that_leads_to_no_desk_is_found() -> None:
    assert _forwarding("office", "dinas", "above") == [], "its loket sits at a kecamatan too"
    [message] = _forwarding("below")
    assert "Tidak ada langkah di kecamatan" in message
    low = [role.model_copy(update={"levels": ("kelurahan",)}) for role in SHIPPED.values()]
    [message] = _forwarding("above", roles=low)
    assert "Di kecamatan tidak ada jabatan Petugas loket" in message


@pytest.mark.parametrize(("vacant", "warned"), [(3, True), (2, False)])
def test_a_way_to_offices_where_nobody_sits_is_found(vacant: int, warned: bool) -> None:
    there = linter.Vacancy("kecamatan", "loket", units=3, vacant=vacant)
    found = _forwarding("above", vacancies=(there,))
    assert [("belum ada pejabat" in one) for one in found] == [True] * warned


def test_the_usual_way_is_what_a_service_was_before_it_could_be_said() -> None:
    plain = SERVICES["sktm"]
    assert plain.forward_to == ["office", "dinas"]
    assert "forward_to" not in plain.canonical()
    said = Blueprint.model_validate({**plain.canonical(), "forward_to": ["dinas", "office"]})
    assert said.digest() == plain.digest()
    nowhere = Blueprint.model_validate({**plain.canonical(), "forward_to": []})
    assert nowhere.canonical()["forward_to"] == [] and nowhere.digest() != plain.digest()
