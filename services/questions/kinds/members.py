"""Members of the own household, ticked."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from django.utils.translation import gettext

from kernel.nik import mask
from services.questions import samples
from services.questions.conditions import Answer
from services.questions.editor import Slot, bounds
from services.questions.groups import GroupKind, GroupWidget, with_relation
from services.questions.kind import PERSON_FACTS, Bounded, House, Sampling, Typed, kinds
from services.questions.reading import count


class MembersSpec(Bounded):
    type: Literal["members"]


class MembersWidget(GroupWidget):
    template_name = "questions/members.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["members"] = [
            {
                "name": f"{name}-{pk}",
                "label": with_relation(facts, "%s, %s"),
                "hint": mask(facts["nik"]),
                "checked": bool((value or {}).get(f"{name}-{pk}")),
            }
            for pk, facts in self.house.members.items()
        ]
        return context


class MembersKind(GroupKind[MembersSpec]):
    """The answer is the facts of each member, with the person's id as ``_id``."""

    name = "members"
    label = "Anggota keluarga sendiri (dicentang)"
    spec = MembersSpec
    widget = MembersWidget
    has_rows = True
    weight = 2
    names_people = True

    def parse(self, spec: MembersSpec, typed: Typed, house: House) -> Answer:
        chosen = [
            {**facts, "_id": person}
            for person, facts in house.members.items()
            if typed.get(f"{spec.key}-{person}")
        ]
        count(spec.label, len(chosen), gettext("orang"), spec.min, spec.max)
        return chosen or None

    def missing(self, spec: MembersSpec) -> str:
        return gettext("Pilih paling sedikit satu orang untuk “%(label)s”.") % {"label": spec.label}

    def words(self, spec: MembersSpec, answer: Answer, language: str = "id") -> str:
        return "; ".join(str(person["nama"]) for person in self.people(answer))

    def cells(self, spec: MembersSpec) -> frozenset[str]:
        return PERSON_FACTS

    def rows(self, spec: MembersSpec, answer: Answer) -> list[dict[str, str]]:
        people = self.people(answer)
        return [{name: str(text) for name, text in person.items()} for person in people]

    def people(self, answer: Answer) -> list[dict[str, Any]]:
        return answer if isinstance(answer, list) else []

    def sheet_columns(self, spec: MembersSpec) -> None:
        return None

    def as_typed(self, spec: MembersSpec, answer: Answer) -> dict[str, str]:
        return {f"{spec.key}-{person['_id']}": "1" for person in self.people(answer)}

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        return list(bounds("orang"))

    def sample(self, spec: MembersSpec, sampling: Sampling) -> Answer:
        return [samples.person(n, sampling.town) for n in (2, 3)][: spec.max or 2]


kinds.add("members", MembersKind(), order=110)
