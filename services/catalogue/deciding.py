"""How a service is decided: in which time by law, and on whose authority. Plain Python.

The Bupati or Wali Kota delegates a part of his powers to the Camat (Permendagri 4/2010, PP
17/2018): by decree, for a service, up to a size or for a kind. Within that the decision is the
Camat's and the case ends there; beyond it the Camat recommends and the case goes on.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from services.questions.conditions import Condition, Key, Line, Strict


class Term(Strict):
    """How long a decision may take by law, and what happens when none was made by then."""

    amount: int = Field(5, ge=1, le=365)
    unit: Literal["hari", "hari_kerja", "jam_kerja"] = "hari_kerja"
    basis: Line = (
        "Pasal 53 ayat (2) Undang-Undang Nomor 30 Tahun 2014 sebagaimana diubah dengan "
        "Undang-Undang Nomor 6 Tahun 2023"
    )
    at_end: Literal["warn", "draft", "issue"] = "draft"
    # What is granted may take something from somebody else: the system never issues it.
    rights_of_others: bool = False

    @model_validator(mode="after")
    def _issues_nothing_of_others(self) -> Self:
        if self.at_end == "issue" and self.rights_of_others:
            raise ValueError("term: what touches rights of others is never issued by the system")
        return self


class Authority(Strict):
    """What of a service may be delegated to the Camat."""

    camat: Key  # the step at which the Camat decides, or recommends
    beyond: list[Key] = Field(min_length=1)  # the steps behind it, where the Camat may not decide
    measures: list[Key] = []  # the questions by which a delegation is limited
    # What the Camat decides in a city that has noted no decree for the service yet.
    usual: list[Condition] = Field(min_length=1)

    def wrong(
        self, questions: Mapping[str, Any], steps: Collection[str], desks: Collection[str]
    ) -> Iterator[str]:
        """What does not fit the rest of the service."""
        for key in (self.camat, *self.beyond):
            if key not in desks:
                yield f"no desk '{key}'"
        order = [key for key in steps if key in {self.camat, *self.beyond}]
        if order and order[0] != self.camat:
            yield "the steps beyond come before that of the Camat"
        for key in self.measures:
            if key not in questions:
                yield f"no question '{key}' to limit it by"
        for condition in self.usual:
            if condition.field not in self.measures:
                yield f"condition on '{condition.field}', which is no measure"
