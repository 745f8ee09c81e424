"""Sums of fees, and what may be done with an order. Plain Python."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kernel.errors import RuleBroken
from kernel.rupiah import format_rupiah
from kernel.text import tidy

LARGEST = 10**13  # rupiah of one order: more than any region takes in a year
REASON = 5  # characters


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order, in whole rupiah."""

    label: str
    quantity: str
    price: int
    amount: int


def total(lines: Iterable[OrderLine]) -> int:
    """The sum of an order: of its lines, and nothing else. Raises RuleBroken where a line is
    negative or the sum is beyond all reason."""
    amounts = [line.amount for line in lines]
    if any(amount < 0 for amount in amounts):
        raise RuleBroken("Ada baris tagihan di bawah nol. Minta admin memeriksa tarifnya.")
    found = sum(amounts)
    if found > LARGEST:
        raise RuleBroken(
            f"Tagihannya menjadi {format_rupiah(found)}. Periksa lagi angka pada isiannya."
        )
    return found


def require_whole(typed: int, due: int) -> None:
    """Raises RuleBroken where somebody pays another amount than what is due."""
    if typed == due:
        return
    how = "kurang" if typed < due else "lebih"
    raise RuleBroken(
        f"Tagihan ini {format_rupiah(due)}, sedangkan yang Anda tulis {format_rupiah(typed)}: "
        f"{how} {format_rupiah(abs(due - typed))}. Tagihan dibayar sekaligus, jadi terima tepat "
        f"{format_rupiah(due)}.",
        field="amount",
    )


def left_to_refund(paid: int, refunds: Sequence[int]) -> int:
    """What of a payment may still be given back; refunds that were not agreed to are not among
    ``refunds``."""
    return max(paid - sum(refunds), 0)


def state_after(paid: int, given_back: int) -> str:
    """The state of an order by what came and what was given back."""
    if not paid:
        return "open"
    if not given_back:
        return "paid"
    return "refunded" if given_back >= paid else "part"


def reason_of(typed: str) -> str:
    """Why something is taken back. Raises RuleBroken where it says nothing."""
    words = tidy(typed)[:300]
    if len(words) < REASON:
        raise RuleBroken("Tulis alasannya dengan jelas.", field="reason")
    return words
