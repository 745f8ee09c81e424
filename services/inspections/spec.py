"""How a visit in the field is declared in a service."""

from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import Field, SerializeAsAny, model_validator

from services.catalogue.steps import Around, PostStep, step_specs
from services.catalogue.tariff import Fault
from services.questions.editor import Cell, Slot
from services.questions.kind import FieldSpec, kind_of, kinds, refuse_doubles

INSPECTION: Literal["inspection"] = "inspection"
PLACE = "tempat_periksa"  # the key of the question where the visit was


class InspectionStep(PostStep):
    """Who visits, what they note, and what comes of it."""

    label = "Pemeriksaan lapangan"
    levels = ("kelurahan", "kecamatan", "dinas")

    kind: Literal["inspection"] = INSPECTION
    level: Literal["kelurahan", "kecamatan", "dinas"]
    fields: list[SerializeAsAny[FieldSpec]] = []
    photos_min: int = Field(1, ge=0, le=10)
    photos_max: int = Field(6, ge=0, le=10)
    place: Literal["wajib", "boleh", "tidak"] = "wajib"
    on_differing: Literal["teruskan", "kembalikan", "tolak"] = "teruskan"

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        refuse_doubles("fields", [field.key for field in self.fields] + [PLACE])
        if self.photos_max < self.photos_min:
            raise ValueError(f"step '{self.key}': more photos are asked than may be taken")
        known: set[str] = set()
        for field in self.fields:
            for condition in (*field.show_when, *field.require_when):
                if condition.field not in known:
                    raise ValueError(
                        f"step '{self.key}': condition on '{condition.field}', "
                        "which is no question of the visit before it"
                    )
            known.add(field.key)
        return self

    @property
    def questions(self) -> list[FieldSpec]:
        """What is asked at the visit, its place last."""
        if self.place == "tidak":
            return list(self.fields)
        place = {
            "key": PLACE, "type": "place", "label": "Tempat pemeriksaan",
            "help": "Alamat atau patokan tempat Anda berdiri.", "required": self.place == "wajib",
        }  # fmt: skip
        return [*self.fields, FieldSpec.model_validate(place)]

    def canonical(self) -> dict[str, Any]:
        found = super().canonical()
        found["fields"] = [field.canonical() for field in self.fields]
        return found

    @classmethod
    def blank(cls) -> dict[str, Any]:
        return {
            "kind": INSPECTION, "key": "", "title": "Pemeriksaan lapangan", "level": "kelurahan",
            "dinas": None, "role": "kasi", "deputies": [], "fields": [], "photos_min": 1,
            "photos_max": 6, "place": "wajib", "on_differing": "teruskan",
            "clock": {"amount": 5, "unit": "hari_kerja"}, "when": [], "parallel": None,
        }  # fmt: skip

    @classmethod
    def slots(cls) -> list[Slot]:
        return [
            Slot("fields", "Yang dicatat di lapangan", "rows",
                 "Satu pertanyaan per baris. Foto, tempat, waktu, dan hasilnya selalu dicatat.",
                 cells=(Cell("key", "Kunci", "hidden"), Cell("label", "Pertanyaan"),
                        Cell("type", "Jenis", "select", _simple()),
                        Cell("required", "Wajib", "check")),
                 makes_keys=True, section="Pemeriksaan"),
            Slot("photos_min", "Foto paling sedikit", "int", low=0, high=10),
            Slot("photos_max", "Foto paling banyak", "int", low=0, high=10),
            Slot("place", "Tempat pemeriksaan", "choice", required=True,
                 choices=(("wajib", "Wajib dicatat"), ("boleh", "Boleh dicatat"),
                          ("tidak", "Tidak dicatat"))),
            Slot("on_differing", "Bila hasilnya tidak sesuai", "choice", required=True,
                 choices=(("teruskan", "Teruskan, dengan catatannya"),
                          ("kembalikan", "Kembalikan ke pemohon"),
                          ("tolak", "Tolak permohonannya"))),
        ]  # fmt: skip

    def findings(self, around: Around) -> Iterator[Fault]:
        for field in self.fields:
            for _, text in kind_of(field).findings(field):
                yield "error", "fields", f"“{field.label}”: {text}"


def _simple() -> tuple[tuple[str, str], ...]:
    """The kinds of question that need no setting of their own."""
    found = []
    for name, kind in kinds.items():
        try:
            kind.spec.model_validate({**kind.blank(), "key": "isi", "label": "Isi"})
        except ValueError:
            continue
        found.append((name, kind.label))
    return tuple(found)


step_specs.add(INSPECTION, InspectionStep)
