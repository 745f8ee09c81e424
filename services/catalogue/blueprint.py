"""The blueprint format: one public service as data.

Shipped as ``blueprints/<category>/<slug>/service.toml``; a city's published version has the same
shape. Parsing refuses unknown keys and dangling references, so whatever has been parsed can be
rendered, routed and issued. Texts hold placeholders in braces and nothing else is ever executed.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=250, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
# Where a text stands: "title", "fields.tujuan.label", "fields.status.options.sewa.label".
Place = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+){0,5}$")]

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)\}")

# What the register knows of a person: ``{nama}`` is the applicant's, ``{ibu.nama}`` that of the
# person answered to the field ``ibu``.
PERSON_FACTS = frozenset(
    "nama nik tempat_lahir tanggal_lahir ttl umur jenis_kelamin agama status_kawin pekerjaan "
    "pendidikan kewarganegaraan alamat nama_ayah nama_ibu hubungan_keluarga".split()
)
REGISTER_FACTS = PERSON_FACTS | frozenset(
    "no_kk kepala_keluarga rt rw kelurahan kecamatan kota provinsi".split()
)
LETTER_FACTS = frozenset(
    "unit penandatangan tanggal berlaku_sampai nomor_berkas keterangan_rt".split()
)
CODE_LISTS = frozenset(
    "jenis_kelamin agama status_kawin hubungan pendidikan pekerjaan kewarganegaraan hari".split()
)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(Strict):
    """One comparison of an answer with a fixed value."""

    field: Key
    op: Literal["=", "!=", ">", ">=", "<", "<=", "in"]
    value: str | int | bool | list[str]


class Option(Strict):
    key: Key
    label: Line


class Column(Strict):
    """One column of a repeating table."""

    key: Key
    label: Line
    type: Literal["text", "number", "rupiah", "date"] = "text"
    required: bool = True


FieldType = Literal[
    "text", "textarea", "number", "rupiah", "date", "time", "choice", "list", "yesno",
    "person", "members", "table", "place",
]  # fmt: skip


class FieldSpec(Strict):
    """One question."""

    key: Key
    type: FieldType
    label: Line
    help: str = Field("", max_length=500)
    required: bool = True
    require_when: list[Condition] = []  # required only then; ``required`` must be false
    show_when: list[Condition] = []
    min: int | None = None  # letters, amount, or rows
    max: int | None = None
    unit: str = Field("", max_length=12)  # shown behind a number: "m²", "orang"
    decimals: int = Field(0, ge=0, le=2)
    format: Literal["", "nib", "npwp", "nop", "telepon", "nopol"] = ""
    past: bool = False  # a date not after today
    future: bool = False  # a date not before today
    options: list[Option] = []  # of a choice
    code_list: str = ""  # of a list field
    columns: list[Column] = []  # of a table
    # A date not before, or a time later than, the answer to this earlier question. A time up to
    # 05.00 is taken for the next morning.
    after: Key | None = None
    lead_days: int | None = Field(None, ge=1, le=365)  # a date at least so far ahead when sent
    sex: Literal["", "laki-laki", "perempuan"] = ""  # of a person
    other_than: list[Key] = []  # a person: nobody named in these earlier questions
    outside: bool = True  # a person may be someone the register does not know
    register_fact: Key | None = None  # prefilled from the register
    sensitive: bool = False  # never in lists, mails, logs, or before the Ketua RT

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        at = f"field '{self.key}'"
        if (self.type == "choice") != bool(self.options):
            raise ValueError(f"{at}: options belong to a choice, and a choice needs them")
        if (self.type == "table") != bool(self.columns):
            raise ValueError(f"{at}: columns belong to a table, and a table needs them")
        if (self.type == "list") != bool(self.code_list):
            raise ValueError(f"{at}: 'code_list' belongs to a list field, and it needs one")
        if self.code_list and self.code_list not in CODE_LISTS:
            raise ValueError(f"{at}: no code list '{self.code_list}'; known: {_known(CODE_LISTS)}")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"{at}: min is greater than max")
        if self.register_fact and self.register_fact not in REGISTER_FACTS:
            raise ValueError(f"{at}: no register fact '{self.register_fact}'")
        if self.require_when and self.required:
            raise ValueError(f"{at}: require_when needs required = false")
        if self.after and self.type not in ("date", "time"):
            raise ValueError(f"{at}: 'after' belongs to a date or a time")
        if self.lead_days and self.type != "date":
            raise ValueError(f"{at}: 'lead_days' belongs to a date")
        if (self.sex or self.other_than) and self.type != "person":
            raise ValueError(f"{at}: 'sex' and 'other_than' belong to a person")
        _unique(at, [option.key for option in self.options])
        _unique(at, [column.key for column in self.columns])
        return self


class DocumentSpec(Strict):
    """A file the applicant hands in."""

    key: Key
    label: Line
    help: str = Field("", max_length=500)
    required: bool = True
    show_when: list[Condition] = []
    unless_known: Key | None = None  # not asked when the register has this fact


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
    deputies: list[Key] = []  # roles at the same unit who may act instead
    approve: Line  # what the button says: "Benar, warga saya"
    can_return: bool = True
    can_refuse: bool = True
    clock: Clock
    on_timeout: Literal["ingatkan", "naikkan", "teruskan"] = "ingatkan"
    when: list[Condition] = []
    parallel: Key | None = None  # neighbours with the same word run side by side
    optional: bool = False  # nobody holds the post, or the applicant does: pass on

    @model_validator(mode="after")
    def _names_its_dinas(self) -> Self:
        if (self.level == "dinas") != (self.dinas is not None):
            raise ValueError(f"step '{self.key}': 'dinas' goes with level 'dinas', and only there")
        return self


class DatedCode(Strict):
    """A classification code and the days it is in force."""

    since: date
    until: date | None = None
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}(\.[0-9]{1,4})*$")]


class Validity(Strict):
    amount: int = Field(ge=1, le=120)
    unit: Literal["hari", "bulan", "tahun"]


class Fact(Strict):
    label: Line
    text: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class Block(Strict):
    """A group of facts under a sentence of its own: "dengan seorang wanita:"."""

    intro: str = Field("", max_length=1000)
    facts: list[Fact] = Field(min_length=1)
    when: list[Condition] = []


class LetterTable(Strict):
    """A repeating answer (table or household members) printed as a table."""

    field: Key
    intro: str = Field("", max_length=500)
    columns: list[Fact] = Field(min_length=1, max_length=7)


Layout = Literal["keterangan", "pengantar", "rekomendasi", "izin", "pernyataan", "formulir"]


class Output(Strict):
    """A letter this service ends in."""

    key: Key
    step: Key  # issued, and signed, when this step approves
    layout: Layout = "keterangan"
    title: Line
    subject: Line  # how the register of letters and the check page call it
    codes: list[DatedCode] = Field(min_length=1)
    validity: Validity | None = None
    addressed_to: str = Field("", max_length=200)  # "Kepala Kantor Urusan Agama {kecamatan}"
    opening: Prose
    blocks: list[Block] = Field(min_length=1)
    body: list[Prose] = []
    tables: list[LetterTable] = []
    closing: Prose
    applicant_signs: str = Field("", max_length=80)  # "Yang membuat pernyataan"; empty: does not
    witnesses: list[Key] = []  # person fields that sign too
    witnesses_as: Line = "Saksi-saksi"  # in what capacity
    copies: list[Line] = []  # tembusan
    # Whom the letter is about, for the check page: "{siswa.nama}". Empty: the first name in it.
    about: list[Line] = Field([], max_length=4)
    when: list[Condition] = []

    def texts(self) -> Iterator[str]:
        """Every text that may hold placeholders, tables' columns left out."""
        yield from (self.opening, *self.body, self.closing, self.addressed_to)
        yield self.applicant_signs
        yield from self.about
        for block in self.blocks:
            yield block.intro
            yield from (fact.text for fact in block.facts)

    def code_on(self, day: date) -> str:
        """The classification code in force on a day; before all of them, the oldest."""
        ordered = sorted(self.codes, key=lambda dated: dated.since)
        past = [c for c in ordered if c.since <= day and (c.until is None or day <= c.until)]
        return (past or ordered[:1])[-1].code


class Who(Strict):
    """Who may ask for it."""

    sex: Literal["", "laki-laki", "perempuan"] = ""
    min_age: int | None = Field(None, ge=0, le=120)
    max_age: int | None = Field(None, ge=0, le=120)
    marital: list[Literal["belum_kawin", "kawin", "cerai_hidup", "cerai_mati"]] = []
    citizenship: Literal["", "wni", "wna"] = ""
    # Whole months in the city; whoever's beginning the register does not know is not refused.
    resident_months: int | None = Field(None, ge=1, le=600)


class Event(Strict):
    """What happened to people of the register when this request is done. The desk confirms it for
    each of them; nothing is written by itself."""

    kind: Literal["death", "move"]  # died; moved away from the city
    people: list[Key] = []  # questions of type person or members that name them
    applicant_when: list[Condition] = []  # the applicant is one of them when all of these hold
    applicant: bool = False  # the applicant always is


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
    fee: int = Field(0, ge=0)  # rupiah
    requirements: list[Line] = []
    after: str = Field("", max_length=500)  # what to do with the result: "Bawa ke KUA …"
    offered: bool = True  # to residents on a new city's home page
    who: Who = Who()
    event: Event | None = None
    standard: Standard = Standard()
    fields: list[FieldSpec] = []
    documents: list[DocumentSpec] = []
    steps: list[StepSpec] = Field(min_length=1)
    outputs: list[Output] = []
    # The texts residents read, in other languages: by language, then by place. Letters and desks
    # stay Indonesian. See services.catalogue.translation for the places there are.
    translations: dict[Language, dict[Place, Prose]] = {}

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _unique("fields", [f.key for f in self.fields] + [d.key for d in self.documents])
        _unique("steps", [step.key for step in self.steps])
        _unique("outputs", [output.key for output in self.outputs])
        known: dict[str, FieldSpec] = {}
        for field in self.fields:
            for condition in (*field.show_when, *field.require_when):
                if condition.field not in known:
                    raise ValueError(
                        f"field '{field.key}': condition on '{condition.field}', "
                        "which is no field before it"
                    )
            for key in (*field.other_than, *([field.after] if field.after else [])):
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
        for key in self.event.people if self.event else []:
            if key not in known or known[key].type not in ("person", "members"):
                raise ValueError(f"event: '{key}' is no field of type person or members")
        steps = {step.key for step in self.steps}
        for output in self.outputs:
            if output.step not in steps:
                raise ValueError(f"output '{output.key}': no step '{output.step}'")
            self._check_texts(output, known)
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
            yield from (("event", c) for c in self.event.applicant_when)
        for document in self.documents:
            yield from ((f"document '{document.key}'", c) for c in document.show_when)
        for step in self.steps:
            yield from ((f"step '{step.key}'", c) for c in step.when)
        for output in self.outputs:
            yield from ((f"output '{output.key}'", c) for c in output.when)
            for block in output.blocks:
                yield from ((f"output '{output.key}'", c) for c in block.when)

    def _check_texts(self, output: Output, known: dict[str, FieldSpec]) -> None:
        at = f"output '{output.key}'"
        people = {f"{k}.{fact}" for k, f in known.items() if f.type == "person"
                  for fact in PERSON_FACTS}  # fmt: skip
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
            if witness not in known or known[witness].type != "person":
                raise ValueError(f"{at}: witness '{witness}' is no field of type person")
        for table in output.tables:
            source = known.get(table.field)
            if source is None or source.type not in ("table", "members"):
                raise ValueError(f"{at}: '{table.field}' is no table and no household members")
            cells = (
                {column.key for column in source.columns}
                if source.type == "table"
                else PERSON_FACTS
            )
            for column in table.columns:
                for name in PLACEHOLDER.findall(column.text):
                    if name not in cells | {"no"}:
                        raise ValueError(f"{at}: table '{table.field}' has no '{{{name}}}'")

    def keys(self) -> set[str]:
        """Of every question and file."""
        return {f.key for f in self.fields} | {d.key for d in self.documents}

    def field(self, key: str) -> FieldSpec:
        return next(field for field in self.fields if field.key == key)

    def step(self, key: str) -> StepSpec:
        return next(step for step in self.steps if step.key == key)

    def canonical(self) -> dict[str, Any]:
        """The definition as plain data, the same for the same meaning."""
        found = self.model_dump(mode="json")
        for later in ("citizenship", "resident_months"):  # unset: what it was before they existed
            if not found["who"][later]:
                del found["who"][later]
        for field in found["fields"]:
            for later in ("after", "lead_days", "sex", "other_than"):
                if not field[later]:
                    del field[later]
        if self.event is None:
            del found["event"]
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


def _unique(what: str, keys: list[str]) -> None:
    doubled = [key for key, count in Counter(keys).items() if count > 1]
    if doubled:
        raise ValueError(f"{what}: key '{doubled[0]}' is used twice")


def _known(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))


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
