"""How the steps of a service are declared: one class a kind.

What a step of a kind does stands in ``services.cases.steps``, one file a kind. That file also adds
the class of its declaration to ``step_specs``; the class of desks stands here, since the catalogue
reads it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self, cast

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    StringConstraints,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, ValidationError

from kernel.registry import Registry
from services.catalogue.tariff import Fault, Tariff
from services.questions.conditions import Condition, Key, Line, Strict
from services.questions.editor import Slot
from tenants.office.roles import NEIGHBOURHOOD

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
DESK = "desk"  # what every step was before there were kinds


class Clock(Strict):
    """How long a step may take."""

    amount: int = Field(ge=1, le=365)
    unit: Literal["jam", "jam_kerja", "hari", "hari_kerja"]


class Around(Protocol):
    """What a step's settings are judged against: the service it is a step of."""

    @property
    def steps(self) -> Sequence["StepSpec"]: ...

    @property
    def outputs(self) -> Sequence[Any]: ...

    @property
    def tariff(self) -> Tariff | None: ...


class StepSpec(Strict):
    """One step of a case. A definition read as a ``StepSpec`` gives the class of its ``kind``."""

    label: ClassVar[str]  # of the kind, in lists of steps
    charges: ClassVar[bool] = False  # asks for the fee of the service's tariff
    initials: bool = False  # of a desk alone: see ``DeskStep``

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
        if not self.initials:  # what it was before the setting existed
            del found["initials"]
        return found

    @property
    def must_be_paid(self) -> bool:
        """Whether nothing may be issued before the fee it asks for is paid."""
        return self.charges

    @classmethod
    def blank(cls) -> dict[str, Any] | None:
        """A new step before anybody typed; None for a kind that an admin cannot add."""
        return None

    @classmethod
    def slots(cls) -> list[Slot]:
        """The inputs of its own settings, between its title and its clock."""
        return []

    def findings(self, around: Around) -> Iterator[Fault]:
        """What about this step would disappoint: level, place below the step, and the cure."""
        yield from ()

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


class PostStep(StepSpec):
    """A step that belongs to a post: which role, at the units of which level."""

    levels: ClassVar[tuple[str, ...]] = ("kelurahan", "kecamatan", "kota", "dinas")  # to choose of

    level: Literal["rt", "rw", "dusun", "kelurahan", "kecamatan", "kota", "dinas"]
    dinas: Slug | None = None
    role: Key
    deputies: list[Key] = []  # roles at the same unit who may act instead

    @model_validator(mode="after")
    def _names_its_dinas(self) -> Self:
        if (self.level == "dinas") != (self.dinas is not None):
            raise ValueError(f"step '{self.key}': 'dinas' goes with level 'dinas', and only there")
        return self


class DeskStep(PostStep):
    """A step that an official decides: which post at which level, and what it may do.

    With ``initials`` they put their initials to a draft before the head signs it: such a step is
    passed only where the city has switched it on for the level and role.
    """

    label = "Meja"

    kind: Literal["desk"] = "desk"
    approve: Line  # what the button says: "Benar, warga saya"
    can_return: bool = True
    can_refuse: bool = True
    must_note: bool = False  # an approval says something to the applicant: it is an answer
    # What whoever approves says to have looked at, a line each: all are ticked before the approval.
    checks: list[Line] = Field(default=[], max_length=12)
    on_timeout: Literal["ingatkan", "naikkan", "teruskan"] = "ingatkan"
    optional: bool = False  # nobody holds the post, or the applicant does: pass on
    # An earlier desk: who approved there leaves this approval to somebody else
    # (``services.cases.two_people``).
    other_than: Key | None = None

    @property
    def may_return(self) -> bool:
        """Whether whoever decides may ask the applicant back: who vouches may always."""
        return self.can_return or self.level in NEIGHBOURHOOD

    def canonical(self) -> dict[str, Any]:
        found = super().canonical()
        if not self.must_note:  # what it was before the setting existed
            del found["must_note"]
        if self.other_than is None:
            del found["other_than"]
        if not self.checks:
            del found["checks"]
        return found

    @model_validator(mode="after")
    def _of_an_office_alone(self) -> Self:
        if self.initials and self.level in NEIGHBOURHOOD:
            raise ValueError(f"step '{self.key}': nobody initials in a neighbourhood")
        if self.must_note and self.level in NEIGHBOURHOOD:
            raise ValueError(f"step '{self.key}': whoever vouches writes no answer")
        if self.checks and self.level in NEIGHBOURHOOD:
            raise ValueError(f"step '{self.key}': whoever vouches ticks no list")
        return self


step_specs.add(DESK, DeskStep)
