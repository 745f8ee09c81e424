"""One person: of the own household, of the register, or written down."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from django.utils.translation import gettext, gettext_noop

from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from kernel.tanggal import long_date
from kernel.text import digits, line, name, squeeze
from services.questions.choices import NO, OUTSIDE_FACTS, YES
from services.questions.conditions import Answer, Key
from services.questions.editor import SEXES, Slot, alike
from services.questions.groups import OTHER_NAME, GroupKind, GroupWidget, with_relation
from services.questions.kind import (
    PERSON_FACTS,
    Beside,
    Facts,
    FieldSpec,
    House,
    Sampling,
    Typed,
    kinds,
)
from services.questions.reading import day, latin, short
from services.residents import codes

_SEX_WORDS = {"perempuan": gettext_noop("perempuan"), "laki-laki": gettext_noop("laki-laki")}
FIRST = ("nama", "nik")  # asked of everybody; the rest of those the register does not know


class PersonSpec(FieldSpec):
    type: Literal["person"]
    outside: bool = True  # may be someone the register does not know
    sex: Literal["", "laki-laki", "perempuan"] = ""
    other_than: list[Key] = []  # nobody named in these earlier questions

    def compared_with(self) -> list[str]:
        return list(self.other_than)


class PersonWidget(GroupWidget):
    """Somebody of the own household from a list, or anybody by NIK and name."""

    template_name = "questions/person.html"
    spec: PersonSpec

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        typed = value or {}
        context["members"] = [
            (pk, with_relation(facts, "%s (%s)")) for pk, facts in self.house.members.items()
        ]
        context["chosen"] = typed.get(f"{name}-anggota", "")
        context["inputs"] = [
            {
                "name": f"{name}-{key}",
                "label": gettext(label),
                "value": typed.get(f"{name}-{key}", ""),
                "type": "date" if key == "tanggal_lahir" else "text",
                "numeric": key == "nik",
                "extra": key not in FIRST,
                "choices": _CHOICES.get(key, []),
            }
            for key, label in OUTSIDE_FACTS
            if self.spec.outside or key in FIRST
        ]
        return context


_CHOICES = {
    "jenis_kelamin": [label for _, label in codes.Sex.choices],
    "agama": [label for _, label in codes.Religion.choices],
}


class PersonKind(GroupKind[PersonSpec]):
    name = "person"
    label = "Orang (dari data penduduk atau diketik)"
    spec = PersonSpec
    widget = PersonWidget
    weight = 3
    is_person = True
    names_people = True
    settings = {
        "sex": "jenis kelamin",
        "other_than": "larangan orang yang sama",
        "outside": "larangan orang yang tidak terdaftar",
    }

    def parse(self, spec: PersonSpec, typed: Typed, house: House) -> Answer:
        """A member of the own household, somebody in the register, or somebody written down.

        Whoever is not of the household is found only by NIK *and* name. A number of the register
        with another name is answered like an unknown number, so that nobody finds out which
        numbers there are; ``OTHER_NAME`` tells the desk.
        """
        member = typed.get(f"{spec.key}-anggota", "")
        if member:
            if member not in house.members:
                raise RuleBroken(
                    gettext("Pilih orang yang ada di daftar untuk “%(label)s”.")
                    % {"label": spec.label}
                )
            return {**house.members[member], "terdaftar": YES}
        given = {
            fact: _fact(spec, fact, typed.get(f"{spec.key}-{fact}", ""))
            for fact, _ in OUTSIDE_FACTS
        }
        if not any(given.values()):
            return None
        if not given["nama"]:
            raise RuleBroken(gettext("Isi nama lengkap untuk “%(label)s”.") % {"label": spec.label})
        known: Facts | None = None
        if given["nik"]:
            given["nik"] = parse_nik(given["nik"]).digits
            known = house.by_nik(given["nik"])
            if known is not None and squeeze(known["nama"]) == squeeze(given["nama"]):
                return {**known, "terdaftar": YES}
        if not spec.outside:
            raise RuleBroken(
                gettext(
                    "“%(label)s” harus penduduk yang terdaftar di sini. Isi NIK dan nama sesuai "
                    "KTP."
                )
                % {"label": spec.label}
            )
        facts = dict(given)
        if known is not None:  # for the desk alone: the page says the same as for an unknown number
            facts[OTHER_NAME] = YES
        if given["tanggal_lahir"]:
            born = day(gettext("Tanggal lahir"), given["tanggal_lahir"])
            facts["tanggal_lahir"] = long_date(born)
            facts["_lahir"] = born.isoformat()
        place = [part for part in (given["tempat_lahir"], facts["tanggal_lahir"]) if part]
        return {**facts, "ttl": ", ".join(place), "terdaftar": NO}

    def missing(self, spec: PersonSpec) -> str:
        return gettext("Isi NIK dan nama untuk “%(label)s”.") % {"label": spec.label}

    def refuse_impossible(self, spec: PersonSpec, answer: Answer, beside: Beside) -> None:
        assert isinstance(answer, dict)
        if spec.sex and _sex(answer) not in ("", spec.sex):
            raise RuleBroken(
                gettext("“%(label)s” harus %(sex)s. Periksa orang yang Anda pilih.")
                % {"label": spec.label, "sex": gettext(_SEX_WORDS[spec.sex])}
            )
        for key in spec.other_than:
            other = beside.answers.get(key)
            if isinstance(other, dict) and _same_person(answer, other):
                raise RuleBroken(
                    gettext("“%(label)s” harus orang lain daripada “%(other)s”.")
                    % {"label": spec.label, "other": beside.labels[key]}
                )

    def words(self, spec: PersonSpec, answer: Answer, language: str = "id") -> str:
        return str(answer.get("nama") or "") if isinstance(answer, dict) else ""

    def placeholders(self, spec: PersonSpec, answer: Answer) -> dict[str, str]:
        found = super().placeholders(spec, answer)
        if isinstance(answer, dict):
            found |= {f"{spec.key}.{name}": str(text) for name, text in answer.items()}
        return found

    def facts(self, spec: PersonSpec) -> frozenset[str]:
        return PERSON_FACTS

    def people(self, answer: Answer) -> list[dict[str, Any]]:
        return [answer] if isinstance(answer, dict) else []

    def sheet_columns(self, spec: PersonSpec) -> list[tuple[str, str]]:
        return [(f"{spec.key}-nik", "NIK"), (f"{spec.key}-nama", "nama")]

    def looked_up(self, spec: PersonSpec, typed: Typed) -> set[tuple[str, str]]:
        number = digits(typed.get(f"{spec.key}-nik", ""))
        if not number or typed.get(f"{spec.key}-anggota"):
            return set()
        return {(number, squeeze(typed.get(f"{spec.key}-nama", "")))}

    def as_typed(self, spec: PersonSpec, answer: Answer) -> dict[str, str]:
        assert isinstance(answer, dict)
        if answer.get("_id"):
            return {f"{spec.key}-anggota": str(answer["_id"])}
        if answer.get("terdaftar") == YES:
            return {f"{spec.key}-{name}": str(answer[name]) for name in ("nik", "nama")}
        shown = {**answer, "tanggal_lahir": answer.get("_lahir", "")}
        return {f"{spec.key}-{name}": str(shown.get(name, "")) for name, _ in OUTSIDE_FACTS}

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        others = alike(before, self.name)
        return [
            Slot("outside", "Boleh orang yang tidak terdaftar di sini", "yes"),
            Slot("sex", "Jenis kelamin", "choice", choices=SEXES),
            Slot("other_than", "Harus orang lain daripada", "many", choices=others),
        ]

    def sample(self, spec: PersonSpec, sampling: Sampling) -> Answer:
        return next(
            found
            for found in sampling.people
            if not spec.sex or found["jenis_kelamin"].casefold() == spec.sex
        )


def _fact(spec: PersonSpec, fact: str, text: str) -> str:
    if fact == "nik":  # judged as a number
        return line(text)
    if fact == "nama":
        return latin(spec.label, short(spec.label, name(text)))
    return short(spec.label, line(text))


def _sex(person: dict[str, Any]) -> str:
    """As the register or the person's NIK says; empty when neither does."""
    said = str(person.get("jenis_kelamin") or "").casefold()
    if said or not person.get("nik"):
        return said
    return "perempuan" if parse_nik(str(person["nik"])).female else "laki-laki"


def _same_person(one: dict[str, Any], other: dict[str, Any]) -> bool:
    numbers = [str(person.get("nik") or "") for person in (one, other)]
    if all(numbers):
        return numbers[0] == numbers[1]
    births = [str(person.get("tanggal_lahir") or "") for person in (one, other)]
    if all(births) and births[0] != births[1]:
        return False
    return squeeze(str(one["nama"])) == squeeze(str(other["nama"]))


kinds.add("person", PersonKind(), order=100)
