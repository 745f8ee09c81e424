"""How the steps of a service are declared: one class a kind.

What a step of a kind does stands in ``services.cases.steps``, one file a kind. That file also adds
the class of its declaration to ``step_specs``; the class of desks stands here, since the catalogue
reads it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    StringConstraints,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, ValidationError

from kernel.registry import Registry
from services.questions.conditions import Condition, Key, Line, Strict
from tenants.office.roles import NEIGHBOURHOOD

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
DESK = "desk"  # what every step was before there were kinds


class Clock(Strict):
    """How long a step may take."""

    amount: int = Field(ge=1, le=365)
    unit: Literal["jam", "jam_kerja", "hari", "hari_kerja"]


class StepSpec(Strict):
    """One step of a case. A definition read as a ``StepSpec`` gives the class of its ``kind``."""

    label: ClassVar[str]  # of the kind, in lists of steps

    kind: str = DESK
    key: Key
    title: Line  # what happens here: "Loket memeriksa"
    clock: Clock
    when: list[Condition] = []
    parallel: Key | None = None  # neighbours with the same word run side by side

    @model_validator(mode="wrap")
    @classmethod
    def _of_its_kind(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if cls is StepSpec and isinstance(value, Mapping):
            return cast(Self, _spec_class(value).model_validate(value))
        return handler(value)

    def canonical(self) -> dict[str, Any]:
        """The definition as plain data, the same for the same meaning."""
        found = self.model_dump(mode="json")
        if self.kind == DESK:
            del found["kind"]
        return found

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        if cls is not StepSpec:
            return handler(core_schema)
        return {"oneOf": [handler(spec.__pydantic_core_schema__) for spec in step_specs]}


step_specs: Registry[type[StepSpec]] = Registry(
    "step_specs", "how steps of each kind are declared in a service"
)


def _spec_class(value: Mapping[str, Any]) -> type[StepSpec]:
    name = value.get("kind", DESK)
    spec = step_specs.get(name) if isinstance(name, str) else None
    if spec is not None:
        return spec
    known = ", ".join(f"'{other}'" for other in step_specs.names())
    error = InitErrorDetails(
        type="literal_error", loc=("kind",), input=name, ctx={"expected": known}
    )
    raise ValidationError.from_exception_data("StepSpec", [error])


class DeskStep(StepSpec):
    """A step that an official decides: which post at which level, and what it may do."""

    label = "Meja"

    kind: Literal["desk"] = "desk"
    level: Literal["rt", "rw", "dusun", "kelurahan", "kecamatan", "kota", "dinas"]
    dinas: Slug | None = None
    role: Key
    deputies: list[Key] = []  # roles at the same unit who may act instead
    approve: Line  # what the button says: "Benar, warga saya"
    can_return: bool = True
    can_refuse: bool = True
    must_note: bool = False  # an approval says something to the applicant: it is an answer
    on_timeout: Literal["ingatkan", "naikkan", "teruskan"] = "ingatkan"
    optional: bool = False  # nobody holds the post, or the applicant does: pass on

    @property
    def may_return(self) -> bool:
        """Whether whoever decides may ask the applicant back: who vouches may always."""
        return self.can_return or self.level in NEIGHBOURHOOD

    def canonical(self) -> dict[str, Any]:
        found = super().canonical()
        if not self.must_note:  # what it was before the setting existed
            del found["must_note"]
        return found

    @model_validator(mode="after")
    def _names_its_dinas(self) -> Self:
        if (self.level == "dinas") != (self.dinas is not None):
            raise ValueError(f"step '{self.key}': 'dinas' goes with level 'dinas', and only there")
        if self.must_note and self.level in NEIGHBOURHOOD:
            raise ValueError(f"step '{self.key}': whoever vouches writes no answer")
        return self


step_specs.add(DESK, DeskStep)
