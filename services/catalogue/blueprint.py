"""The blueprint format: one public service as data.

Shipped as ``blueprints/<category>/<slug>/service.toml``; a city's published version has the same
shape. Parsing refuses unknown keys and dangling references, so whatever has been parsed can be
rendered, routed and issued. Texts hold placeholders in braces and nothing else is ever executed.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SerializeAsAny, StringConstraints, field_validator, model_validator

from services.catalogue.deciding import Authority, Term
from services.catalogue.forwarding import REACHES, USUAL, Reach
from services.catalogue.life_events import Event
from services.catalogue.official_forms import FormSpec
from services.catalogue.outputs import Output, Prose
from services.catalogue.results import ResultSpec
from services.catalogue.steps import DeskStep, PostStep, Slug, StepSpec
from services.catalogue.tariff import Tariff, dangling
from services.questions.conditions import Condition, Key, Line, Strict
from services.questions.kind import (
    REGISTER_FACTS,
    FieldSpec,
    kind_of,
    refuse_doubles,
)
from services.residents.wallet.kinds import kinds as document_kinds

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
# Where a text stands: "title", "fields.tujuan.label", "fields.status.options.sewa.label".
Place = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+){0,5}$")]

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)\}")

LETTER_FACTS = frozenset(
    "unit penandatangan tanggal berlaku_sampai nomor_berkas keterangan_rt kewenangan".split()
)


class DocumentSpec(Strict):
    """A file the applicant hands in."""

    key: Key
    label: Line
    help: str = Field("", max_length=500)
    required: bool = True
    show_when: list[Condition] = []
    unless_known: Key | None = None  # not asked when the register has this fact
    # Which document it is, by a key of ``residents.wallet.kinds``, when its label does not say.
    kind: Key | None = None


class Who(Strict):
    """Who may ask for it."""

    sex: Literal["", "laki-laki", "perempuan"] = ""
    min_age: int | None = Field(None, ge=0, le=120)
    max_age: int | None = Field(None, ge=0, le=120)
    marital: list[Literal["belum_kawin", "kawin", "cerai_hidup", "cerai_mati"]] = []
    citizenship: Literal["", "wni", "wna"] = ""
    # Whole months in the city; whoever's beginning the register does not know is not refused.
    resident_months: int | None = Field(None, ge=1, le=600)


class Standard(Strict):
    """The 14 items of a service standard (PermenPANRB 15/2014) that the rest does not say."""

    procedure: str = Field("", max_length=1000)
    product: str = Field("", max_length=500)
    complaints: str = Field("", max_length=500)
    facilities: str = Field("", max_length=500)
    competence: str = Field("", max_length=500)
    supervision: str = Field("", max_length=500)
    staff: str = Field("", max_length=300)
    guarantee: str = Field("", max_length=500)
    safety: str = Field("", max_length=500)
    evaluation: str = Field("", max_length=500)


class Blueprint(Strict):
    """A whole service."""

    format: Literal[1] = 1
    slug: Slug
    release: int = Field(ge=1)
    changes: str = Field("", max_length=1000)  # what this release changed, for city admins
    mandatory_from: date | None = None  # the law requires this release from that day
    title: Line
    summary: Prose
    category: Slug
    icon: Slug
    synonyms: list[Line] = []
    legal_basis: list[Line] = []
    fee: int = Field(0, ge=0)  # rupiah; of a service without tariff, said and not collected here
    tariff: Tariff | None = None  # a city's own, where its law has a fee
    requirements: list[Line] = []
    after: str = Field("", max_length=500)  # what to do with the result: "Bawa ke KUA …"
    offered: bool = True  # to residents on a new city's home page
    # Who files it: residents themselves, or the heads who vouch for them, as a report.
    filed_by: Literal["", "neighbourhood"] = ""
    who: Who = Who()
    event: Event | None = None
    standard: Standard = Standard()
    term: Term = Term()
    authority: Authority | None = None
    located: Key | None = None  # the question that says in which kelurahan the object lies
    # To where its desks may forward a case; empty: nowhere.
    forward_to: list[Reach] = list(USUAL)
    fields: list[SerializeAsAny[FieldSpec]] = []
    documents: list[DocumentSpec] = []
    steps: list[SerializeAsAny[StepSpec]] = Field(min_length=1)
    outputs: list[Output] = []
    results: list[ResultSpec] = []  # what it ends with besides letters
    forms: list[FormSpec] = []  # of the ministry, filled in from the answers
    # The texts residents read, in other languages: by language, then by place. Letters and desks
    # stay Indonesian. See services.catalogue.translation for the places there are.
    translations: dict[Language, dict[Place, Prose]] = {}

    @field_validator("forward_to")
    @classmethod
    def _in_one_order(cls, reaches: list[Reach]) -> list[Reach]:
        return [one for one in REACHES if one in reaches]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        refuse_doubles("fields", [f.key for f in self.fields] + [d.key for d in self.documents])
        refuse_doubles("steps", [step.key for step in self.steps])
        refuse_doubles("outputs", [output.key for output in self.outputs])
        refuse_doubles("results", [result.key for result in self.results])
        refuse_doubles("forms", [form.key for form in self.forms])
        known: dict[str, FieldSpec] = {}
        for field in self.fields:
            for condition in (*field.show_when, *field.require_when):
                if condition.field not in known:
                    raise ValueError(
                        f"field '{field.key}': condition on '{condition.field}', "
                        "which is no field before it"
                    )
            for key in field.compared_with():
                if key not in known or known[key].type != field.type:
                    raise ValueError(
                        f"field '{field.key}': compared with '{key}', which is no {field.type} "
                        "before it"
                    )
            known[field.key] = field
        for place, condition in self.conditions():
            if condition.field not in known:
                raise ValueError(f"{place}: condition on '{condition.field}', which is no field")
        for document in self.documents:
            if document.unless_known and document.unless_known not in REGISTER_FACTS:
                raise ValueError(
                    f"document '{document.key}': no register fact '{document.unless_known}'"
                )
            if document.kind is not None and document.kind not in document_kinds():
                raise ValueError(f"document '{document.key}': no kind '{document.kind}'")
        for wrong in self.event.wrong(known) if self.event else ():
            raise ValueError(f"event: {wrong}")
        for wrong in dangling(self.tariff, known) if self.tariff else ():
            raise ValueError(f"tariff: {wrong}")
        steps, desks = [step.key for step in self.steps], {step.key for step in self.desks()}
        for output in self.outputs:
            if output.step not in steps:
                raise ValueError(f"output '{output.key}': no step '{output.step}'")
            if output.step not in desks:
                raise ValueError(f"output '{output.key}': '{output.step}' is no desk: nobody signs")
            self._check_texts(output, known)
        for wrong in self.authority.wrong(known, steps, desks) if self.authority else ():
            raise ValueError(f"authority: {wrong}")
        if self.authority is None and any(output.authority for output in self.outputs):
            raise ValueError("outputs: 'authority' goes with the authority of the service")
        if self.located is not None and self.located not in known:
            raise ValueError(f"located: no question '{self.located}'")
        for result in self.results:
            if result.step not in desks:
                raise ValueError(f"result '{result.key}': no desk '{result.step}'")
        for number, desk in enumerate(self.desks()):
            before = {other.key for other in self.desks()[:number]}
            if desk.other_than is not None and desk.other_than not in before:
                raise ValueError(f"step '{desk.key}': no desk '{desk.other_than}' before it")
        for form in self.forms:
            for wrong in form.wrong(known):
                raise ValueError(f"form '{form.key}': {wrong}")
        if "id" in self.translations:
            raise ValueError("translations: 'id' is the language of the service itself")
        for language, texts in self.translations.items():
            for place, text in texts.items():
                limit = text_limit(place)
                if any(len(part) > limit for part in _entries(place, text)):
                    raise ValueError(f"translation '{language}' of '{place}': over {limit} letters")
        return self

    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Every condition outside the questions themselves, with its place."""
        if self.event:
            yield from (("event", c) for c in (*self.event.applicant_when, *self.event.when))
        for document in self.documents:
            yield from ((f"document '{document.key}'", c) for c in document.show_when)
        for row in self.tariff.rows if self.tariff else ():
            yield from ((f"tariff '{row.label}'", c) for c in row.when)
        if self.authority:
            yield from (("authority", c) for c in self.authority.usual)
        for step in self.steps:
            yield from ((f"step '{step.key}'", c) for c in step.when)
        for output in self.outputs:
            yield from ((f"output '{output.key}'", c) for c in output.when)
            for block in output.blocks:
                yield from ((f"output '{output.key}'", c) for c in block.when)
        for result in self.results:
            yield from ((f"result '{result.key}'", c) for c in result.when)
        for form in self.forms:
            yield from ((f"form '{form.key}'", c) for c in form.conditions())

    def _check_texts(self, output: Output, known: dict[str, FieldSpec]) -> None:
        at = f"output '{output.key}'"
        people = {f"{k}.{fact}" for k, f in known.items() for fact in kind_of(f).facts(f)}
        allowed = known.keys() | REGISTER_FACTS | LETTER_FACTS | people
        for text in output.texts():
            for name in PLACEHOLDER.findall(text):
                if name not in allowed:
                    raise ValueError(f"{at}: nothing fills '{{{name}}}'")
            if len(PLACEHOLDER.findall(text)) != text.count("{") or text.count("{") != text.count(
                "}"
            ):
                raise ValueError(f"{at}: a brace is no placeholder in: {text[:60]}")
        for witness in output.witnesses:
            if witness not in known or not kind_of(known[witness]).is_person:
                raise ValueError(f"{at}: witness '{witness}' is no field of type person")
        for table in output.tables:
            source = known.get(table.field)
            if source is None or not kind_of(source).has_rows:
                raise ValueError(f"{at}: '{table.field}' is no table and no household members")
            cells = kind_of(source).cells(source) | {"no"}
            for column in table.columns:
                for name in PLACEHOLDER.findall(column.text):
                    if name not in cells:
                        raise ValueError(f"{at}: table '{table.field}' has no '{{{name}}}'")

    def keys(self) -> set[str]:
        """Of every question and file."""
        return {f.key for f in self.fields} | {d.key for d in self.documents}

    def field(self, key: str) -> FieldSpec:
        return next(field for field in self.fields if field.key == key)

    def desks(self) -> list[DeskStep]:
        """The steps that an official decides."""
        return [step for step in self.steps if isinstance(step, DeskStep)]

    def posted(self) -> list[PostStep]:
        """The steps that belong to a post, whatever happens there."""
        return [step for step in self.steps if isinstance(step, PostStep)]

    def desk(self, key: str) -> DeskStep:
        return next(step for step in self.desks() if step.key == key)

    def step(self, key: str) -> StepSpec:
        return next(step for step in self.steps if step.key == key)

    def canonical(self) -> dict[str, Any]:
        """The definition as plain data, the same for the same meaning."""
        found = self.model_dump(mode="json")
        for later in ("citizenship", "resident_months"):  # unset: what it was before they existed
            if not found["who"][later]:
                del found["who"][later]
        if self.term == Term():
            del found["term"]
        for later in ("authority", "located"):
            if found[later] is None:
                del found[later]
        if self.forward_to == list(USUAL):
            del found["forward_to"]
        for output in found["outputs"]:
            if not output["authority"]:
                del output["authority"]
        for later in ("filed_by", "results", "forms"):
            if not found[later]:
                del found[later]
        if self.forms:
            found["forms"] = [form.canonical() for form in self.forms]
        found["fields"] = [field.canonical() for field in self.fields]
        found["steps"] = [step.canonical() for step in self.steps]
        for document in found["documents"]:  # unset: what it was before there were kinds
            if document["kind"] is None:
                del document["kind"]
        if self.tariff is None:
            del found["tariff"]
        if self.event is None:
            del found["event"]
        else:
            found["event"] = self.event.canonical(found["event"])
        # Nothing translated says nothing: the same content as before there were translations.
        told = {language: texts for language, texts in found.pop("translations").items() if texts}
        return {**found, "translations": told} if told else found

    def digest(self) -> str:
        """Content hash: equal exactly when two definitions say the same."""
        text = json.dumps(self.canonical(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


LISTS = frozenset({"synonyms", "requirements"})  # translated as one text, an entry a line


def _entries(place: str, text: str) -> list[str]:
    return text.splitlines() if place in LISTS else [text]


def text_limit(place: str) -> int:
    """How long the text at a place may be, in letters."""
    if place == "summary":
        return 4000
    return 500 if place.rpartition(".")[2] in ("help", "after") else 250


@dataclass(frozen=True, slots=True)
class Stored:
    """A definition known by its digest: equal digests are equal content."""

    digest: str
    definition: dict[str, Any] = dataclass_field(compare=False, repr=False)


@lru_cache(maxsize=2048)
def _parsed(stored: Stored) -> Blueprint:
    return Blueprint.model_validate(stored.definition)


def parse_stored(digest: str, definition: dict[str, Any]) -> Blueprint:
    """A published definition as a Blueprint; parsed once per process for equal content."""
    return _parsed(Stored(digest, definition))


def parse_cached(definition: dict[str, Any]) -> Blueprint:
    """A definition that has no digest yet (a draft) as a Blueprint; parsed once while it stays."""
    return parse_stored(json.dumps(definition, sort_keys=True), definition)
