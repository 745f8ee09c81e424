"""An administrator says what a service ends with besides letters."""

import copy
from typing import Any

import pytest
from django.test import Client

from services.catalogue import explaining, overrides
from services.catalogue.blueprint import Blueprint
from services.catalogue.editor_inputs import RESULT_WAYS
from services.catalogue.models import Service
from services.results.making import due_at
from services.results.models import Way
from tests.factories import make_cast, submitted
from tests.setup.pages import LIST, SHARED, SKTM, admin, change, form_of, publish

__all__ = ["admin"]  # a fixture

SLUG = "perubahan-elemen-data"
CARDS = f"{LIST}{SLUG}/"
TYPED = {
    "label": "Kartu bantuan", "kind": "physical", "step": "lurah",
    "ways": ["pickup", "delivery"], "ways__0": "delivery",
}  # fmt: skip


def draft_of(slug: str) -> dict[str, Any]:
    draft = Service.objects.get(slug=slug).draft
    assert draft is not None
    return draft


def arrange(client: Client, **sent: Any) -> str:
    edition = Service.objects.get(slug=SLUG).draft_edition
    answer = client.post(f"{CARDS}susun/", {"edition": edition, "part": "results", **sent},
                         follow=True)  # fmt: skip
    return " ".join(answer.content.decode().split())


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_ways_are_called_as_residents_read_them() -> None:
    assert dict(RESULT_WAYS) == {way.value: str(way.label) for way in Way}


def test_the_list_says_what_each_result_is(admin: Client) -> None:
    page = text(admin.get(f"{CARDS}hasil/"))
    assert 'Hasil <span class="count">2</span>' in page
    assert "KTP elektronik dengan data baru" in page
    assert "Benda yang diserahkan · dicatat di “" in page
    assert "Ambil di kantor, Diantar, Datang dengan janji · bersyarat" in page
    assert "Belum ada." in text(admin.get(f"{SKTM}hasil/"))


def test_a_result_is_added_published_and_asked_of_its_desk(admin: Client) -> None:
    assert change(admin, f"{SKTM}hasil/tambah/", **TYPED).status_code == 302
    assert draft_of("sktm")["results"] == [
        {"key": "kartu_bantuan", "label": "Kartu bantuan", "kind": "physical", "step": "lurah",
         "ways": ["delivery", "pickup"], "when": []}
    ]  # fmt: skip
    told = explaining.changes(SHARED["sktm"], draft_of("sktm"))
    assert [(one.place, one.new) for one in told] == [("Hasil “Kartu bantuan”", "ditambah")]
    page = text(admin.get(f"{SKTM}hasil/"))
    assert "ditambah di sini" in page
    assert publish(admin).status_code == 302
    cast = make_cast()
    assert [one.label for one in due_at(submitted(cast), "lurah")] == ["Kartu bantuan"]


def test_a_result_is_changed_and_goes_back_to_the_template(admin: Client) -> None:
    path = f"{CARDS}hasil/ubah/ktp/"
    typed = {"label": "KTP baru", "ways": ["pickup", "appointment", "download"],
             "ways__0": "appointment"}  # fmt: skip
    assert change(admin, path, **typed).status_code == 302
    result = draft_of(SLUG)["results"][1]
    assert (result["label"], result["ways"]) == (
        "KTP baru", ["appointment", "pickup", "download"],
    )  # fmt: skip
    assert result["when"] == SHARED[SLUG]["results"][1]["when"]
    told = {c.place: c.new for c in explaining.changes(SHARED[SLUG], draft_of(SLUG))}
    assert told["Hasil “KTP baru” › Cara pemohon menerimanya"] == (
        "Datang dengan janji\nAmbil di kantor\nUnduh sendiri"
    )
    page = text(admin.get(path))
    assert "diubah di sini" in page
    assert change(admin, path, undo="results.ktp.ways").status_code == 302
    result = draft_of(SLUG)["results"][1]
    assert (result["label"], result["ways"]) == ("KTP baru", SHARED[SLUG]["results"][1]["ways"])


def test_a_change_of_the_desk_is_told_by_its_name(admin: Client) -> None:
    assert change(admin, f"{CARDS}hasil/ubah/kk/", step="lurah").status_code == 302
    titles = {step["key"]: step["title"] for step in SHARED[SLUG]["steps"]}
    [told] = explaining.changes(SHARED[SLUG], draft_of(SLUG))
    assert (told.old, told.new) == (titles["disdukcapil"], titles["lurah"])
    assert told.place == "Hasil “Kartu Keluarga dengan data baru” › Dicatat petugas di langkah"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"label": ""}, "Isi “Nama hasil”"),
        ({"ways__0": "download"}, "Centang juga cara ini di atas"),
        ({"ways": [], "ways__0": ""}, "centang paling sedikit satu cara menerimanya"),
        ({"kind": "number"}, "hanya untuk “Nomor saja” semuanya dikosongkan"),
        ({"step": "tiada"}, "tiada"),
    ],
)
def test_what_cannot_be_a_result_is_refused_with_the_cure(
    admin: Client, typed: dict[str, Any], words: str
) -> None:
    answer = change(admin, f"{SKTM}hasil/tambah/", **{**TYPED, **typed})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Service.objects.get(slug="sktm").draft is None


def test_a_number_needs_no_way(admin: Client) -> None:
    typed = {**TYPED, "kind": "number", "ways": [], "ways__0": ""}
    assert change(admin, f"{SKTM}hasil/tambah/", **typed).status_code == 302
    assert draft_of("sktm")["results"][0]["ways"] == []


def test_all_results_are_removed_and_each_comes_back(admin: Client) -> None:
    assert "Batalkan penghapusan" in arrange(admin, do="hapus", key="ktp")
    assert "Penghapusan dibatalkan" in arrange(admin, do="pulih")
    assert [one["key"] for one in draft_of(SLUG)["results"]] == ["kk", "ktp"]
    arrange(admin, do="hapus", key="ktp")
    page = arrange(admin, do="hapus", key="kk")
    assert "results" not in draft_of(SLUG)
    assert "Dihapus di sini" in page
    arrange(admin, do="batal", address="results.kk")
    assert draft_of(SLUG)["results"] == SHARED[SLUG]["results"][:1]


def test_results_change_places(admin: Client) -> None:
    arrange(admin, do="turun", key="kk")
    assert [one["key"] for one in draft_of(SLUG)["results"]] == ["ktp", "kk"]
    arrange(admin, do="urut", order="kk,ktp")
    assert [one["key"] for one in draft_of(SLUG)["results"]] == ["kk", "ktp"]


def test_what_a_result_stands_on_stays(admin: Client) -> None:
    page = arrange(admin, part="steps", do="hapus", key="disdukcapil")
    assert "Hasil “Kartu Keluarga dengan data baru” dicatat di langkah" in page
    page = arrange(admin, part="fields", do="hapus", key="ktp_baru")
    assert "Hasil “KTP elektronik dengan data baru” memakai syarat" in page
    page = text(admin.get(f"{CARDS}pertanyaan/ubah/ktp_baru/?kind=number", follow=True))
    assert "dibandingkan di: Hasil “KTP elektronik dengan data baru”" in page
    assert Service.objects.get(slug=SLUG).draft is None


def test_the_preview_says_what_the_applicant_gets(admin: Client) -> None:
    path = f"{SKTM}hasil/tambah/"
    sent = {**form_of(admin, path), **TYPED}
    shown = text(admin.post(f"{SKTM}pratinjau/?part=results&key=&kind=", sent))
    assert "Yang diterima pemohon" in shown and "Kartu bantuan" in shown
    assert "Pemohon memilih: Diantar, Ambil di kantor. Bila tidak memilih: Diantar." in shown
    assert Service.objects.get(slug="sktm").draft is None


def test_a_result_behind_a_condition_is_tried_in_the_walk(admin: Client) -> None:
    asked = text(admin.get(f"{CARDS}simulasi/", {"jawab-ktp_baru": "ya"}))
    assert "KTP elektronik dengan data baru" in asked
    asked = text(admin.get(f"{CARDS}simulasi/", {"jawab-ktp_baru": "tidak"}))
    assert "KTP elektronik dengan data baru" not in asked


# --- releases ------------------------------------------------------------------------------------

OWN = {"key": "kartu", "label": "Kartu", "kind": "physical", "step": "lurah", "ways": ["pickup"],
       "when": []}  # fmt: skip


def test_an_own_result_survives_a_release_that_brings_its_first() -> None:
    ours = {**copy.deepcopy(SHARED["sktm"]), "results": [OWN]}
    theirs = {**OWN, "key": "akta", "label": "Akta"}
    new = {**copy.deepcopy(SHARED["sktm"]), "release": 99, "results": [theirs]}
    moved = overrides.adopt(SHARED["sktm"], new, ours)
    assert Blueprint.model_validate(moved).canonical()["results"] == [theirs, OWN]


def test_results_a_city_took_out_stay_out_and_a_new_one_comes() -> None:
    ours = copy.deepcopy(SHARED[SLUG])
    del ours["results"]
    new = copy.deepcopy(SHARED[SLUG])
    moved = overrides.adopt(SHARED[SLUG], {**new, "release": 99}, ours)
    assert Blueprint.model_validate(moved).results == []
    new["results"].append(OWN)
    moved = overrides.adopt(SHARED[SLUG], {**new, "release": 99}, ours)
    assert Blueprint.model_validate(moved).canonical()["results"] == [OWN]
