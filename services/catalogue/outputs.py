"""The letters a service ends in, as its blueprint declares them."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.questions.conditions import Condition, Key, Line, Strict

Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]


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
    # Of a service whose decision may be delegated: comes where the Camat decides ("delegated"), or
    # only where the offices behind do ("beyond").
    authority: Literal["", "delegated", "beyond"] = ""

    def texts(self) -> Iterator[str]:
        """Every text that may hold placeholders, tables' columns left out."""
        yield from (self.opening, *self.body, self.closing, self.addressed_to)
        yield self.applicant_signs
        yield from (*self.copies, *self.about)
        for block in self.blocks:
            yield block.intro
            yield from (fact.text for fact in block.facts)

    def code_on(self, day: date) -> str:
        """The classification code in force on a day; before all of them, the oldest."""
        ordered = sorted(self.codes, key=lambda dated: dated.since)
        past = [c for c in ordered if c.since <= day and (c.until is None or day <= c.until)]
        return (past or ordered[:1])[-1].code
