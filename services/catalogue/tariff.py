"""What a service costs where the law has a fee: a table of rows, and the sum for a set of answers.

Shipped services are free. A city writes the table of its own Perda; without one nothing is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.questions.conditions import Answers, Condition, Key, Line, Strict, all_hold
from services.questions.kind import FieldSpec, kind_of
from services.questions.numeric import Numeric

MOST = 1_000_000_000  # rupiah of one row; beyond it somebody's finger rested on the key

# A kode rekening of the regional budget: "4.1.02.03.01.0001".
Account = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}(\.[0-9]{1,4}){2,7}$")]


class TariffRow(Strict):
    """One line of the table. It counts when all its conditions hold."""

    label: Line
    amount: int = Field(ge=0, le=MOST)  # rupiah; of one unit where ``per`` names a question
    per: Key | None = None  # a question answered with a number, which the amount is multiplied by
    unit: str = Field("", max_length=20)  # what is counted: "m²"
    minimum: int = Field(0, ge=0, le=MOST)  # of this line, in rupiah
    when: list[Condition] = []


class Tariff(Strict):
    """The fee a city takes for a service, and the regional law that lets it."""

    law: Line  # "Perda Kota … Nomor 2 Tahun 2024 tentang Pajak Daerah dan Retribusi Daerah"
    dated: date
    account: Account
    rows: list[TariffRow] = Field(min_length=1, max_length=40)


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of an order, in whole rupiah."""

    label: str
    quantity: str  # "10 m²"; empty where nothing is counted
    price: int  # of one
    amount: int


def quantity_of(row: TariffRow, answers: Answers) -> Decimal:
    """How many times the amount of a row is asked: once, or as often as a number says. A number
    that was not answered, or is not above zero, makes nothing."""
    if row.per is None:
        return Decimal(1)
    try:
        number = Decimal(str(answers.get(row.per)))
    except InvalidOperation:
        return Decimal(0)
    return max(number, Decimal(0)) if number.is_finite() else Decimal(0)


def charges(tariff: Tariff, answers: Answers) -> list[Charge]:
    """The lines of an order: every row whose conditions hold, times its number, each rounded to the
    nearest rupiah (half a rupiah up) and not below its minimum. Lines of nothing are left out."""
    return [charge for row in tariff.rows if (charge := _charge(row, answers)) is not None]


def _charge(row: TariffRow, answers: Answers) -> Charge | None:
    if not all_hold(row.when, answers):
        return None
    quantity = quantity_of(row, answers)
    if not quantity:
        return None
    with localcontext(prec=60):  # whatever somebody typed as a number is multiplied exactly
        exact = (quantity * row.amount).quantize(Decimal(1), ROUND_HALF_UP)
    amount = max(int(exact), row.minimum)
    if not amount:
        return None
    counted = f"{quantity.normalize():f}".replace(".", ",") if row.per else ""
    return Charge(row.label, f"{counted} {row.unit}".strip() if counted else "", row.amount, amount)


def total(lines: list[Charge]) -> int:
    return sum(line.amount for line in lines)


Fault = tuple[Literal["error", "warning"], str, str]  # level, place, words


def faults(tariff: Tariff, fields: dict[str, FieldSpec]) -> Iterator[Fault]:
    """What would go wrong with a table. Places are below ``tariff``."""
    if not any(char.isdigit() for char in tariff.law):
        yield (
            "error", "law",
            "Tulis nomor dan tahun Perdanya, misalnya: Perda Nomor 2 Tahun 2024 tentang Pajak "
            "Daerah dan Retribusi Daerah.",
        )  # fmt: skip
    for number, row in enumerate(tariff.rows, start=1):
        if not row.amount and not row.minimum:
            yield (
                "error", "rows",
                f"Tarif baris {number} (“{row.label}”) nol. Tulis tarifnya, atau hapus barisnya.",
            )  # fmt: skip
        asked = fields.get(row.per) if row.per else None
        if asked is None:
            continue
        promised = {condition.field for condition in row.when}
        unsure = not asked.required or asked.show_when or asked.require_when
        if unsure and asked.key not in promised:
            yield (
                "warning", "rows",
                f"Baris {number} (“{row.label}”) dihitung dari “{asked.label}”, yang boleh tidak "
                "dijawab; yang tidak menjawab tidak membayar baris ini. Wajibkan pertanyaannya.",
            )  # fmt: skip


def dangling(tariff: Tariff, fields: dict[str, FieldSpec]) -> Iterator[str]:
    """What a table names that the service does not ask."""
    for row in tariff.rows:
        if row.per is not None and (
            row.per not in fields or not isinstance(kind_of(fields[row.per]), Numeric)
        ):
            yield f"row '{row.label}': '{row.per}' is no field with a number"
