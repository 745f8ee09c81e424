"""Each thing needed stands once; abbreviations are explained; pages of a form say their topic."""

import pytest

from services.catalogue import paging, plain, statements, translation
from services.catalogue.shipped import shipped

SERVICES = {blueprint.slug: blueprint for blueprint in shipped()}


def lines(slug: str) -> list[str]:
    return [need.text for need in plain.needed(SERVICES[slug], SERVICES[slug])]


def test_a_requirement_that_a_file_repeats_stands_once_with_the_fuller_words() -> None:
    assert lines("sktm") == [
        "Terdaftar sebagai penduduk di daerah ini",
        "Surat pernyataan tidak mampu yang ditandatangani sendiri (boleh foto)",
    ]
    assert "Pernyataan bermeterai bahwa keduanya orang yang sama" in lines("beda-identitas")
    assert "Surat pernyataan bermeterai" not in lines("beda-identitas")


def test_a_requirement_no_file_repeats_stays() -> None:
    assert "KTP semua ahli waris" in lines("kuasa-ahli-waris")
    assert "Surat pernyataan ahli waris" in lines("kuasa-ahli-waris")


@pytest.mark.parametrize("slug", sorted(SERVICES))
def test_every_file_is_named_and_nothing_stands_twice(slug: str) -> None:
    blueprint = SERVICES[slug]
    found = plain.needed(blueprint, blueprint)
    assert [n.document for n in found if n.document] == list(blueprint.documents)
    folded = [need.text.casefold() for need in found]
    assert len(folded) == len(set(folded))


def test_english_pages_leave_out_the_same_requirements() -> None:
    original = SERVICES["sktm"]
    english = translation.translated(original, "en")
    assert len(plain.needed(original, english)) == len(plain.needed(original, original)) == 2


def test_abbreviations_are_explained_where_they_are_met_and_nowhere_else() -> None:
    said = plain.long_forms(["SKTM untuk Kesehatan", "Untuk BPJS dan KIS."])
    assert [short for short, _ in said] == ["SKTM", "BPJS", "KIS"]
    assert plain.long_forms(["Surat Keterangan Tidak Mampu (SKTM)"]) == []
    assert plain.long_forms(["SKTMX, PBBM, N12"]) == []


@pytest.mark.parametrize("slug", ["domisili-spmb", "jual-beli-tanah", "pengantar-bansos",
                                  "imb-pbg-rekomendasi"])  # fmt: skip
def test_services_whose_names_are_abbreviations_explain_them(slug: str) -> None:
    assert plain.long_forms(plain.texts_of(SERVICES[slug]))


def test_pages_of_a_long_form_say_what_they_ask() -> None:
    blueprint = SERVICES["kelahiran"]
    pages = paging.pages(blueprint, {}, {})
    topics = [plain.topic(blueprint, keys) for keys in pages]
    assert "Ibu" in topics and "Ayah" in topics
    assert topics[-1] == "Berkas"
    assert all(len(topic) <= plain.MOST + 60 for topic in topics)


def test_every_statement_a_service_asks_for_has_a_sample() -> None:
    """Except where an office's own form is meant, or another paper may be handed in instead."""
    asked = {
        f"{blueprint.slug}.{document.key}"
        for blueprint in SERVICES.values()
        for document in blueprint.documents
        if "pernyataan" in document.key
    }
    assert asked <= set(statements.samples())
    assert set(statements.samples()) <= asked


def test_a_sample_holds_what_is_known_and_dots_for_the_rest() -> None:
    sample = statements.sample("sktm", "pernyataan")
    assert sample is not None
    known = statements.write(sample, {"nama": "Sari {nik}", "nik": "6474015403890003"})
    assert ("Nama", "Sari {nik}") in known.facts
    assert ("Alamat", statements.DOTS) in known.facts
    for key in statements.samples():
        written = statements.write(statements.samples()[key], {})
        assert not [text for text in written.body if "{" in text]
