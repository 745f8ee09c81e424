"""What a service ends with besides letters: a document of another office, a card, a permit."""

from typing import Literal, Self

from pydantic import model_validator

from services.questions.conditions import Condition, Key, Line, Strict

ResultKind = Literal["file", "number", "physical", "permit"]
ResultWay = Literal["download", "pickup", "delivery", "appointment"]


class ResultSpec(Strict):
    """One result, made at a desk and handed over afterwards.

    ``file`` is a document as a file, ``number`` only a number that is noted, ``physical`` something
    that is held in the hand (number and file may be noted too), ``permit`` a number with a file.
    """

    key: Key
    label: Line  # "Kartu Keluarga"
    kind: ResultKind
    step: Key  # the desk that makes it
    ways: list[ResultWay] = []  # how it may reach its holder, the usual one first
    when: list[Condition] = []

    @property
    def needs_number(self) -> bool:
        return self.kind in ("number", "permit")

    @property
    def needs_file(self) -> bool:
        return self.kind in ("file", "permit")

    @model_validator(mode="after")
    def _reaches_its_holder(self) -> Self:
        if (self.kind == "number") == bool(self.ways):
            raise ValueError(
                f"result '{self.key}': a number reaches its holder by itself, anything else in "
                "one of the ways"
            )
        if len(set(self.ways)) < len(self.ways):
            raise ValueError(f"result '{self.key}': a way stands twice")
        return self
