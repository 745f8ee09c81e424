"""Forms of the ministry (Permendagri 109/2019) that are filled in from answers and the register.

What each form has places for stands in ``FORMS``; a service says which of its answers go there.
The layouts are ``services/applications/layouts/formulir/<key>.typ``.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.questions.conditions import Condition, Key, Strict
from services.questions.kind import FieldSpec, kind_of


@dataclass(frozen=True, slots=True)
class Form:
    """One form as it is printed: places for people, for answers, for rows, and boxes to tick."""

    code: str
    title: str
    people: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    ticks: frozenset[str] = frozenset()
    has_rows: bool = False
    if_represented: bool = False  # needed only where somebody else comes for the applicant


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


FORMS: Mapping[str, Form] = {
    "f101": Form("F-1.01", "Formulir Biodata Keluarga", values=_set("alasan"), has_rows=True),
    "f102": Form(
        "F-1.02", "Formulir Pendaftaran Peristiwa Kependudukan",
        ticks=_set(
            "kk_keluarga_baru kk_ganti_kepala kk_pisah kk_pindah_datang kk_dari_luar_negeri "
            "kk_rentan kk_menumpang kk_peristiwa kk_elemen kk_hilang kk_rusak ktp_baru "
            "ktp_pindah_datang ktp_hilang ktp_rusak ktp_itap ktp_kewarganegaraan "
            "ktp_luar_domisili ktp_transmigrasi kia_baru kia_hilang kia_rusak kia_itap kia_lain "
            "ubah_kk ubah_ktp ubah_kia syarat_kk_lama syarat_buku_nikah syarat_akta_cerai "
            "syarat_pindah syarat_pindah_ln syarat_ktp_rusak syarat_perjalanan syarat_kehilangan "
            "syarat_peristiwa syarat_sptjm syarat_akta_kematian syarat_sebab_hilang "
            "syarat_perwakilan syarat_menerima syarat_pengasuhan syarat_itap"
        ),
    ),
    "f103": Form(
        "F-1.03", "Formulir Pendaftaran Perpindahan Penduduk",
        values=_set("alamat_pindah alasan jenis kk_tinggal kk_pindah tanggal telepon"),
        ticks=_set(
            "skpwni skpln satu_desa antar_desa antar_kecamatan antar_kabupaten antar_provinsi"
        ),
        has_rows=True,
    ),
    "f104": Form(
        "F-1.04", "Surat Pernyataan Tidak Memiliki Dokumen Kependudukan",
        values=_set("alasan"), has_rows=True,
    ),
    "f105": Form(
        "F-1.05", "Surat Pernyataan Tanggung Jawab Mutlak Perkawinan atau Perceraian Belum "
        "Tercatat", people=_set("pasangan saksi1 saksi2"), values=_set("tanggal"),
        ticks=_set("perkawinan perceraian"),
    ),
    "f106": Form(
        "F-1.06", "Surat Pernyataan Perubahan Elemen Data Kependudukan",
        values=_set("elemen semula menjadi dasar"),
    ),
    "f107": Form(
        "F-1.07", "Surat Kuasa dalam Pelayanan Administrasi Kependudukan", if_represented=True
    ),
    "f201": Form(
        "F-2.01", "Formulir Pelaporan Pencatatan Sipil di Dalam Wilayah NKRI",
        people=_set("subjek pasangan ayah ibu saksi1 saksi2"),
        values=_set(
            "nama jenis_kelamin tempat tanggal jam jenis_kelahiran anak_ke penolong berat panjang "
            "lama_kandungan sebab yang_menerangkan agama pemuka hubungan"
        ),
        ticks=_set("kelahiran lahir_mati perkawinan kematian"),
    ),
}  # fmt: skip


class Tick(Strict):
    """A box that is ticked where the conditions hold."""

    box: Key
    when: list[Condition] = []


class FormSpec(Strict):
    """A form that a service needs, and which answers fill it; what is left out stays blank."""

    key: Key
    when: list[Condition] = []
    people: dict[Key, Key] = {}  # place of a person: a question of type person
    values: dict[Key, Key] = {}  # place of an answer: a question
    rows: Key | None = None  # a table or members of the household
    ticks: list[Tick] = []

    @property
    def form(self) -> Form:
        return FORMS[self.key]

    def canonical(self) -> dict[str, Any]:
        """The definition as plain data, without what names nothing."""
        found = self.model_dump(mode="json")
        for names in ("people", "values"):
            if not found[names]:
                del found[names]
        return found

    def conditions(self) -> Iterator[Condition]:
        yield from self.when
        for tick in self.ticks:
            yield from tick.when

    def wrong(self, known: Mapping[str, FieldSpec]) -> Iterator[str]:
        """What does not fit its form or the questions of the service."""
        if self.key not in FORMS:
            yield f"no such form; known: {', '.join(FORMS)}"
            return
        form = self.form
        yield from _foreign(self.people, form.people)
        yield from _foreign(self.values, form.values)
        yield from _foreign([tick.box for tick in self.ticks], form.ticks)
        for key in self.people.values():
            if key not in known or not kind_of(known[key]).is_person:
                yield f"'{key}' is no question of type person"
        for key in self.values.values():
            if key not in known:
                yield f"'{key}' is no question"
        if self.rows is not None and (
            not form.has_rows or self.rows not in known or not kind_of(known[self.rows]).has_rows
        ):
            yield f"'{self.rows}' is no table for its rows"


def _foreign(given: Collection[str], places: Collection[str]) -> Iterator[str]:
    for name in given:
        if name not in places:
            yield f"it has no place '{name}'"
