"""A receipt of dues as it is shown, printed and shared: by who keeps the book, and by who paid."""

from typing import Any

import segno

from services.dues.models import Receipt
from tenants.registry.current import city


def shown(receipt: Receipt) -> dict[str, Any]:
    """What ``web/dues_receipt.html`` shows: the receipt, and where whoever holds it checks it."""
    if not receipt.check_code:
        return {"receipt": receipt}
    address = city().page("verify", receipt.check_code)
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=2)
    return {"receipt": receipt, "address": address, "picture": picture}
