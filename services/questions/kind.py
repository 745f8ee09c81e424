"""What a kind of question is: how it is declared, read, said, shown, edited and tried out.

A kind is one file that adds one ``Kind`` to ``kinds``. Whoever works with questions asks the kind
(``kind_of(spec)``) and never compares the name of a kind.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from django import forms
from django.utils.translation import gettext
from pydantic import Field, GetJsonSchemaHandler, ModelWrapValidatorHandler, model_validator
from pydantic_core import CoreSchema, InitErrorDetails, ValidationError

from kernel.registry import Registry
from kernel.text import tidy
from services.questions.conditions import Answer, Answers, Condition, Key, Line, Strict
from services.questions.editor import Slot

# What the register knows of a person: ``{nama}`` is the applicant's, ``{ibu.nama}`` that of the
# person answered to the field ``ibu``.
PERSON_FACTS = frozenset(
    "nama nik tempat_lahir tanggal_lahir ttl umur jenis_kelamin agama status_kawin pekerjaan "
    "pendidikan kewarganegaraan alamat nama_ayah nama_ibu hubungan_keluarga".split()
)
REGISTER_FACTS = PERSON_FACTS | frozenset(
    "no_kk kepala_keluarga rt rw kelurahan kecamatan kota provinsi".split()
)
SEALED_FACTS = frozenset({"nik", "no_kk"})  # the register keeps them in no other way

Facts = dict[str, str]
Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class House:
    """What the register may tell while a request is filled in; nothing, by default."""

    today: date
    members: Mapping[str, Facts] = field(default_factory=dict)  # by person id, as text
    by_nik: Callable[[str], Facts | None] = lambda nik: None
    applicant: Facts = field(default_factory=dict)
    filed: date | None = None  # when the request was first sent; None for a draft


@dataclass(frozen=True, slots=True)
class Beside:
    """What an answer must agree with: the earlier answers, all labels, and the day of filing."""

    answers: Answers
    labels: Mapping[str, str]
    filed: date


@dataclass(frozen=True, slots=True)
class Sampling:
    """What an invented answer may draw on."""

    today: date
    town: str
    people: Iterator[dict[str, str]]  # a new one each time
    earlier: Answers


# --- how a question is declared -----------------------------------------------------------------

# What format 1 writes for a setting that a question's kind does not have: definitions were kept so
# before each kind had settings of its own, and equal content keeps its digest.
NEUTRAL: dict[str, Any] = {
    "min": None, "max": None, "unit": "", "decimals": 0, "format": "", "past": False,
    "future": False, "options": [], "code_list": "", "columns": [], "after": None,
    "lead_days": None, "sex": "", "other_than": [], "outside": True,
}  # fmt: skip
# Left out where unset: they came later.
LATER = ("after", "lead_days", "sex", "other_than", "reportable")


class FieldSpec(Strict):
    """One question. Each kind has a class of its own with its settings; reading a definition as a
    ``FieldSpec`` gives that of its ``type``."""

    key: Key
    type: str
    label: Line
    help: str = Field("", max_length=500)
    required: bool = True
    require_when: list[Condition] = []  # required only then; ``required`` must be false
    show_when: list[Condition] = []
    register_fact: Key | None = None  # prefilled from the register
    sensitive: bool = False  # never in lists, mails, logs, or before the Ketua RT
    reportable: bool = False  # kept in clear besides, to be counted, filtered and mapped

    @model_validator(mode="wrap")
    @classmethod
    def _of_its_kind(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, Mapping):
            return handler(value)
        if cls is FieldSpec:
            return cast(Self, _spec_class(value).model_validate(value))
        foreign = [name for name in NEUTRAL.keys() & value.keys() if name not in cls.model_fields]
        for name in sorted(foreign):
            if value[name] != NEUTRAL[name]:
                raise ValueError(f"field '{value.get('key')}': its kind has no '{name}'")
        return handler({name: given for name, given in value.items() if name not in foreign})

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        at = f"field '{self.key}'"
        if self.register_fact and self.register_fact not in REGISTER_FACTS:
            raise ValueError(f"{at}: no register fact '{self.register_fact}'")
        if self.require_when and self.required:
            raise ValueError(f"{at}: require_when needs required = false")
        if self.reportable and self.sensitive:
            raise ValueError(f"{at}: what is sensitive is not reportable")
        if self.reportable and not kind_of(self).reports:
            raise ValueError(f"{at}: its kind has nothing to report")
        if self.reportable and self.register_fact in SEALED_FACTS:
            raise ValueError(f"{at}: a number that is kept sealed is not reportable")
        self.check(at)
        return self

    def check(self, at: str) -> None:
        """Raise ValueError, beginning with ``at``, when the settings contradict each other."""

    def compared_with(self) -> list[str]:
        """Keys of earlier questions of the same kind that the answer is compared with."""
        return []

    def canonical(self) -> dict[str, Any]:
        """The definition as plain data, as format 1 writes it."""
        found = {**NEUTRAL, **self.model_dump(mode="json")}
        return {name: value for name, value in found.items() if value or name not in LATER}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        if cls is not FieldSpec:
            return handler(core_schema)
        return {"oneOf": [handler(kind.spec.__pydantic_core_schema__) for kind in kinds]}


def _spec_class(value: Mapping[str, Any]) -> type[FieldSpec]:
    name = value.get("type")
    kind = kinds.get(name) if isinstance(name, str) else None
    if kind is not None:
        return kind.spec
    if name is None:
        error = InitErrorDetails(type="missing", loc=("type",), input=value)
    else:
        known = ", ".join(f"'{other}'" for other in kinds.names())
        error = InitErrorDetails(
            type="literal_error", loc=("type",), input=name, ctx={"expected": known}
        )
    raise ValidationError.from_exception_data("FieldSpec", [error])


class Bounded(FieldSpec):
    """A question whose answer has a least and a most: letters, an amount, or rows."""

    min: int | None = None
    max: int | None = None

    def check(self, at: str) -> None:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"{at}: min is greater than max")


def refuse_doubles(at: str, keys: Sequence[str]) -> None:
    """Raise ValueError when a key stands twice."""
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"{at}: key '{key}' is used twice")


# --- what a kind does -------------------------------------------------------------------------

S = TypeVar("S", bound=FieldSpec)


class Kind(Generic[S]):
    """Everything about one kind of question. The methods here serve a kind of one input whose
    answer is a text; a kind overrides what it does otherwise."""

    name: ClassVar[str]
    label: ClassVar[str]  # in the list of kinds an admin chooses from
    spec: type[S]
    family: ClassVar[str] = ""  # kinds of one family keep bounds and conditions when exchanged
    weight: ClassVar[int] = 1  # of a page of the form; a heavier one stands on a page alone
    from_register: ClassVar[bool] = False  # may be prefilled with a fact of the register
    has_order: ClassVar[bool] = False  # conditions may ask for more and less
    has_map: ClassVar[bool] = False
    of_city: ClassVar[bool] = False  # its values are those of a city, read when it is asked
    reports: ClassVar[bool] = True  # an answer has a ``fact`` or a ``point``
    is_person: ClassVar[bool] = False  # one person: may sign as a witness, ``{ibu.nama}``
    has_rows: ClassVar[bool] = False  # a letter may print them as a table
    lasts: ClassVar[bool] = True  # an answer may be proposed in the next request of the same kind
    names_people: ClassVar[bool] = False  # an event of the register may be about them
    settings: ClassVar[Mapping[str, str]] = {}  # its own, as an admin calls each
    compares: ClassVar[frozenset[str]] = frozenset()  # of them, what names questions of this kind

    # reading

    def parse(self, spec: S, typed: Typed, house: House) -> Answer:
        """The answer, or None when it was left empty. Raises RuleBroken with the cure."""
        text = tidy(typed.get(spec.key, ""))
        return self.read(spec, text, house) if text else None

    def read(self, spec: S, text: str, house: House) -> Answer:
        """The answer in a text that is not empty. Raises RuleBroken with the cure."""
        raise NotImplementedError

    def missing(self, spec: S) -> str:
        """What to say when a required answer is absent."""
        return gettext("Isi “%(label)s”.") % {"label": spec.label}

    def refuse_impossible(self, spec: S, answer: Answer, beside: Beside) -> None:
        """Raise RuleBroken when the answer cannot be true beside the others."""

    # saying

    def words(self, spec: S, answer: Answer, language: str = "id") -> str:
        """An answer, not None, as people read it."""
        return str(answer)

    def on_form(self, spec: S, answer: Answer) -> str:
        """An answer, not None, as its place on a form of the ministry takes it: the key of what was
        chosen, a day as eight digits, a number without its unit, anything else in words."""
        return self.words(spec, answer)

    def placeholders(self, spec: S, answer: Answer) -> dict[str, str]:
        """What a letter may print: by the question's key, and below it."""
        return {spec.key: "" if answer is None else self.words(spec, answer)}

    def facts(self, spec: S) -> frozenset[str]:
        """What a letter may print of the answer besides the answer: ``{key.fact}``."""
        return frozenset()

    def cells(self, spec: S) -> frozenset[str]:
        """What a table of a letter may print of each row, where there are rows."""
        return frozenset()

    def rows(self, spec: S, answer: Answer) -> list[dict[str, str]]:
        """The rows of the answer in words, by the names of ``cells``."""
        return []

    def people(self, answer: Answer) -> list[dict[str, Any]]:
        """The persons in an answer."""
        return []

    def looked_up(self, spec: S, typed: Typed) -> set[tuple[str, str]]:
        """NIK and name, to be compared, of those outside the household who are named by NIK."""
        return set()

    def point(self, answer: Answer) -> tuple[str, str]:
        """Latitude and longitude in degrees; empty when the answer has none."""
        return "", ""

    def fact(self, spec: S, answer: Answer) -> Decimal | date | str | None:
        """The answer, not None, as a value to count, sort and filter by; None: it is no such."""
        return str(answer)

    def texts(self, spec: S) -> dict[str, str]:
        """What residents read besides label and help, by place below the question."""
        return {}

    def columns(self, spec: S) -> list[tuple[str, str]]:
        """Key and label of the columns an applicant fills in; none where there are no rows."""
        return []

    # showing

    def as_typed(self, spec: S, answer: Answer) -> dict[str, str]:
        """A kept answer, not None, by input name, the way people type."""
        return {spec.key: self.typed(answer)}

    def typed(self, answer: Answer) -> str:
        """The text of the one input."""
        return str(answer)

    def initial(self, spec: S, typed: Typed, applicant: Facts) -> Any:
        """What the form's field shows at first."""
        return typed.get(spec.key) or applicant.get(spec.register_fact or "", "")

    def field(self, spec: S, house: House, **common: Any) -> forms.Field:
        """The form's field; ``common`` are label, help_text and required."""
        return forms.CharField(**common)

    # lists of people

    def sheet_columns(self, spec: S) -> list[tuple[str, str]] | None:
        """The inputs that columns of a spreadsheet fill in, each with what its heading says after
        the label of the question; None: no column can."""
        return [(spec.key, "")]

    def sheet_options(self, spec: S) -> list[tuple[str, str]]:
        """Values and the words that stand for them in a spreadsheet; none: anything may."""
        return self.options(spec)

    # conditions

    def options(self, spec: S) -> list[tuple[str, str]]:
        """Values and labels to choose from; none when anything may be typed."""
        return []

    def shown_options(self, spec: S, language: str) -> list[tuple[str, str]]:
        """The same for a reader."""
        return self.options(spec)

    def unit(self, spec: S) -> str | None:
        """What may be written behind the number; None when the answer is no number."""
        return None

    def bounds(self, spec: S) -> tuple[int | None, int | None] | None:
        """The least and the most number there may be; None when the answer is no number."""
        return None

    # editing and trying out

    def blank(self) -> dict[str, Any]:
        """The definition of a question of this kind before anybody typed."""
        fields = self.spec.model_fields.items()
        own = {name: "" if one.is_required() else deepcopy(one.default) for name, one in fields}
        return {**deepcopy(NEUTRAL), **own, "type": self.name}

    def is_like(self, other: "Kind[Any]") -> bool:
        """Whether bounds and conditions mean the same for the other kind."""
        return self is other or bool(self.family and self.family == other.family)

    def lost_as(self, other: "Kind[Any]") -> dict[str, str]:
        """The settings a question loses as the other kind, as an admin calls them."""
        lost = {
            name: words
            for name, words in self.settings.items()
            if name not in other.settings or name in self.compares
        }
        if self.from_register and not other.from_register:
            lost["register_fact"] = "isian otomatis dari data penduduk"
        if self.reports and not other.reports:
            lost["reportable"] = "pemakaian dalam laporan"
        if not self.is_like(other):
            lost |= dict.fromkeys(("min", "max"), "batas paling sedikit dan paling banyak")
        return lost

    def options_in(self, definition: Mapping[str, Any]) -> set[str] | None:
        """The values to choose from in a definition, none while it is unfinished; None when
        anything may be typed."""
        return None

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        """The inputs of its settings on the page where a question is edited; ``before`` are the
        questions above it."""
        return []

    def sample(self, spec: S, sampling: Sampling) -> Answer:
        """A plausible answer."""
        raise NotImplementedError

    def findings(self, spec: S) -> list[tuple[str, str]]:
        """Settings that no answer fulfils: place below the question, and what to do."""
        return []


class CellKind(Kind[S]):
    """A kind that may also be a column of a table."""

    column_label: ClassVar[str]  # in the list of kinds of a column
    input_type: ClassVar[str] = "text"  # of the <input>
    is_numeric: ClassVar[bool] = False

    def read_cell(self, label: str, text: str) -> Answer:
        """The answer in a text that is not empty. Raises RuleBroken with the cure."""
        raise NotImplementedError

    def cell_words(self, answer: Answer, language: str = "id") -> str:
        """One cell, not None, as people read it."""
        return str(answer)

    def cell_sample(self, key: str, label: str, row: int, today: date) -> Answer:
        """A plausible cell of the n-th row."""
        raise NotImplementedError


kinds: Registry[Kind[Any]] = Registry("kinds_of_question", "kinds of question a service may ask")


def kind_of(spec: FieldSpec) -> Kind[Any]:
    """The kind of a question."""
    return kinds[spec.type]


def cell_kinds() -> dict[str, CellKind[Any]]:
    """The kinds that may be a column of a table, by name."""
    return {name: kind for name, kind in kinds.items() if isinstance(kind, CellKind)}
