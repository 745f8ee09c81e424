"""A place: its address in words, with a point on the map when the phone knows it."""

from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext

from kernel.errors import RuleBroken
from kernel.text import tidy
from services.questions import samples
from services.questions.conditions import Answer
from services.questions.groups import GroupKind, GroupWidget
from services.questions.kind import Bounded, House, Sampling, Typed, kinds
from services.questions.maps import tiles
from services.questions.reading import LINE, bounded_text, printable
from tenants.registry import regions
from tenants.registry.current import city


class PlaceSpec(Bounded):
    type: Literal["place"]


class PlaceWidget(GroupWidget):
    template_name = "questions/place.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed = value or {}
        context |= {"address": typed.get(name, "")}
        context |= {"latitude": typed.get(f"{name}-lintang", "")}
        context |= {"longitude": typed.get(f"{name}-bujur", "")}
        north, east = map(str, regions.middle(city().code))
        context |= {"tiles": tiles(), "north": north, "east": east}
        return context


class PlaceKind(GroupKind[PlaceSpec]):
    """The answer is ``alamat``, and ``lintang`` and ``bujur`` in degrees when there is a point."""

    name = "place"
    label = "Tempat di peta"
    spec = PlaceSpec
    widget = PlaceWidget
    has_map = True
    reports = True

    def parse(self, spec: PlaceSpec, typed: Typed, house: House) -> Answer:
        text = printable(spec.label, tidy(typed.get(spec.key, "")))
        if not text:
            return None
        text = bounded_text(spec.label, text, spec.min, LINE if spec.max is None else spec.max)
        point = [tidy(typed.get(f"{spec.key}-{name}", "")) for name in ("lintang", "bujur")]
        answer: dict[str, Any] = {"alamat": " ".join(text.split())}
        if any(point):
            try:
                latitude, longitude = (Decimal(part.replace(",", ".")) for part in point)
            except ArithmeticError as wrong:
                raise RuleBroken(_unread_point(spec)) from wrong
            if not (latitude.is_finite() and longitude.is_finite()):
                raise RuleBroken(_unread_point(spec))
            # Indonesia: 6° N to 11° S, 95° to 141° E.
            if not (-11 <= latitude <= 6 and 95 <= longitude <= 141):
                raise RuleBroken(
                    gettext("Titik lokasi “%(label)s” berada di luar Indonesia.")
                    % {"label": spec.label}
                )
            answer |= {"lintang": f"{latitude:.6f}", "bujur": f"{longitude:.6f}"}
        return answer

    def words(self, spec: PlaceSpec, answer: Answer, language: str = "id") -> str:
        return str(answer.get("alamat") or "") if isinstance(answer, dict) else ""

    def point(self, answer: Answer) -> tuple[str, str]:
        if not isinstance(answer, dict):
            return "", ""
        return str(answer.get("lintang", "")), str(answer.get("bujur", ""))

    def sheet_columns(self, spec: PlaceSpec) -> list[tuple[str, str]]:
        points = [(f"{spec.key}-{name}", name) for name in ("lintang", "bujur")]
        return [(spec.key, ""), *points]

    def as_typed(self, spec: PlaceSpec, answer: Answer) -> dict[str, str]:
        assert isinstance(answer, dict)
        latitude, longitude = self.point(answer)
        return {
            spec.key: answer["alamat"],
            f"{spec.key}-lintang": latitude,
            f"{spec.key}-bujur": longitude,
        }

    def sample(self, spec: PlaceSpec, sampling: Sampling) -> Answer:
        return {"alamat": samples.WORDS["alamat"]}


def _unread_point(spec: PlaceSpec) -> str:
    return gettext("Titik lokasi “%(label)s” belum terbaca.") % {"label": spec.label}


kinds.add("place", PlaceKind(), order=130)
