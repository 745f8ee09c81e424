"""The blueprint format: one public service as data.

A blueprint is shipped as ``blueprints/<category>/<slug>/service.toml``; a city's published version
has the same shape. Parsing refuses unknown keys and dangling references, so whatever has been
parsed can be rendered, routed and issued. Texts hold placeholders in braces and nothing else is
ever executed.
"""

import hashlib
import json
import re
from collections import Counter
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")

# What a letter may say without a field: facts of the register and of the letter itself.
REGISTER_FACTS = frozenset(
    [
        "nama",
        "nik",
        "no_kk",
        "tempat_lahir",
        "tanggal_lahir",
        "ttl",
        "umur",
        "jenis_kelamin",
        "agama",
        "status_kawin",
        "pekerjaan",
        "pendidikan",
        "kewarganegaraan",
        "hubungan_keluarga",
        "nama_ayah",
        "nama_ibu",
        "alamat",
        "rt",
        "rw",
        "kelurahan",
        "kecamatan",
        "kota",
        "provinsi",
    ]
)
LETTER_FACTS = frozenset(["unit", "penandatangan", "tanggal", "berlaku_sampai", "nomor_berkas"])


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(Strict):
    """One comparison of an answer with a fixed value."""

    field: Key
    op: Literal["=", "!=", ">", ">=", "<", "<=", "in"]
    value: str | int | bool | list[str]


class Option(Strict):
    value: Key
    label: Line


class FieldSpec(Strict):
    """One question."""

    key: Key
    type: Literal["text", "textarea", "number", "rupiah", "date", "choice", "yesno"]
    label: Line
    help: str = ""
    required: bool = True
    min: int | None = None
    max: int | None = None
    unit: str = ""  # shown behind a number: "m²", "orang"
    decimals: int = Field(0, ge=0, le=2)
    options: list[Option] = []
    register_fact: Key | None = None  # prefilled from the register
    show_when: list[Condition] = []
    sensitive: bool = False  # never in lists, mails or logs

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if (self.type == "choice") != bool(self.options):
            raise ValueError(
                f"field '{self.key}': options belong to a choice, and a choice needs them"
            )
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"field '{self.key}': min is greater than max")
        if self.register_fact and self.register_fact not in REGISTER_FACTS:
            raise ValueError(f"field '{self.key}': no register fact '{self.register_fact}'")
        return self


class DocumentSpec(Strict):
    """A file the applicant hands in."""

    key: Key
    label: Line
    help: str = ""
    required: bool = True
    show_when: list[Condition] = []


class Clock(Strict):
    """How long a step may take."""

    amount: int = Field(ge=1, le=365)
    unit: Literal["jam", "jam_kerja", "hari", "hari_kerja"]


class StepSpec(Strict):
    """One desk the dossier passes: which post at which level, what it may do, and how fast."""

    key: Key
    title: Line  # what happens here: "Loket memeriksa"
    level: Literal["rt", "rw", "kelurahan", "kecamatan", "kota", "dinas"]
    dinas: Slug | None = None
    role: Key
    approve: Line  # what the button says: "Benar, warga saya"
    can_return: bool = True
    can_refuse: bool = True
    clock: Clock
    when: list[Condition] = []
    skip_when_vacant: bool = False  # nobody holds the post, or the applicant does: pass on

    @model_validator(mode="after")
    def _names_its_dinas(self) -> Self:
        if (self.level == "dinas") != (self.dinas is not None):
            raise ValueError(f"step '{self.key}': 'dinas' goes with level 'dinas', and only there")
        return self


class DatedCode(Strict):
    """A classification code and the day it came into force."""

    since: date
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}(\.[0-9]{1,4})*$")]


class Validity(Strict):
    amount: int = Field(ge=1, le=120)
    unit: Literal["hari", "bulan", "tahun"]


class Fact(Strict):
    label: Line
    text: Line


class Output(Strict):
    """A letter this service ends in."""

    key: Key
    step: Key  # issued, and signed, when this step approves
    title: Line
    subject: Line  # how the register of letters and the check page call it
    codes: list[DatedCode] = Field(min_length=1)
    validity: Validity | None = None
    opening: Prose
    identity: list[Fact] = Field(min_length=1)
    body: list[Prose] = Field(min_length=1)
    details: list[Fact] = []
    closing: Prose
    when: list[Condition] = []

    def texts(self) -> list[str]:
        facts = [*self.identity, *self.details]
        return [self.opening, *self.body, self.closing, *(fact.text for fact in facts)]

    def code_on(self, day: date) -> str:
        """The classification code in force on a day; the oldest one before that."""
        ordered = sorted(self.codes, key=lambda dated: dated.since)
        past = [dated for dated in ordered if dated.since <= day]
        return (past or ordered[:1])[-1].code


class Blueprint(Strict):
    """A whole service."""

    format: Literal[1] = 1
    slug: Slug
    release: int = Field(ge=1)
    title: Line
    summary: Prose
    category: Slug
    icon: Slug
    synonyms: list[Line] = []
    legal_basis: list[Line] = []
    fee: int = Field(0, ge=0)  # rupiah
    requirements: list[Line] = []
    fields: list[FieldSpec] = []
    documents: list[DocumentSpec] = []
    steps: list[StepSpec] = Field(min_length=1)
    outputs: list[Output] = []

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _unique("fields", [f.key for f in self.fields] + [d.key for d in self.documents])
        _unique("steps", [step.key for step in self.steps])
        _unique("outputs", [output.key for output in self.outputs])
        known = {f.key: f for f in self.fields}
        for place, condition in self._conditions():
            if condition.field not in known:
                raise ValueError(f"{place}: condition on '{condition.field}', which is no field")
        steps = {step.key for step in self.steps}
        for output in self.outputs:
            if output.step not in steps:
                raise ValueError(f"output '{output.key}': no step '{output.step}'")
            allowed = known.keys() | REGISTER_FACTS | LETTER_FACTS
            for text in output.texts():
                for name in PLACEHOLDER.findall(text):
                    if name not in allowed:
                        raise ValueError(f"output '{output.key}': nothing fills '{{{name}}}'")
        return self

    def _conditions(self) -> list[tuple[str, Condition]]:
        return [
            *((f"field '{f.key}'", c) for f in self.fields for c in f.show_when),
            *((f"document '{d.key}'", c) for d in self.documents for c in d.show_when),
            *((f"step '{s.key}'", c) for s in self.steps for c in s.when),
            *((f"output '{o.key}'", c) for o in self.outputs for c in o.when),
        ]

    def step(self, key: str) -> StepSpec:
        return next(step for step in self.steps if step.key == key)

    def canonical(self) -> dict[str, object]:
        """The definition as plain data, the same for the same meaning."""
        return self.model_dump(mode="json")

    def digest(self) -> str:
        """Content hash: equal exactly when two definitions say the same."""
        text = json.dumps(self.canonical(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _unique(what: str, keys: list[str]) -> None:
    doubled = [key for key, count in Counter(keys).items() if count > 1]
    if doubled:
        raise ValueError(f"{what}: key '{doubled[0]}' is used twice")


@lru_cache(maxsize=512)
def _parsed(text: str) -> Blueprint:
    return Blueprint.model_validate_json(text)


def parse_cached(definition: dict[str, object]) -> Blueprint:
    """A stored definition as a Blueprint; parsed once per process for equal content."""
    return _parsed(json.dumps(definition, sort_keys=True))
