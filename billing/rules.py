"""Money on its way to Stripe. Plain Python."""


def to_stripe_amount(rupiah: int) -> int:
    """Integer rupiah as Stripe counts it: IDR is a two-decimal currency there, so times 100.

    Raises ValueError for a negative amount, or for one beyond Stripe's twelve digits.
    """
    amount = rupiah * 100
    if rupiah < 0 or amount > 999_999_999_999:
        raise ValueError(f"{rupiah} rupiah cannot be charged")
    return amount


def from_stripe_amount(amount: int) -> int:
    """Stripe's IDR amount as integer rupiah. Raises ValueError when sen are left over."""
    rupiah, sen = divmod(amount, 100)
    if sen:
        raise ValueError(f"{amount} is not a whole number of rupiah")
    return rupiah
