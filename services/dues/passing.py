"""The cash book at a hand-over: the successor has it at once, and both see how it stands."""

from kernel.rupiah import format_rupiah
from services.dues import books, cash
from services.dues.models import Entry
from tenants.office.handing_over import Line, passed_on
from tenants.office.models import Post


def _cash_book(post: Post) -> Line:
    if not books.keeping([post]):
        return Line("Baris buku kas", 0)
    hint = f"Saldo menurut buku: {format_rupiah(cash.balance(post.unit))}. Hitung uangnya bersama."
    return Line("Baris buku kas", Entry.objects.filter(unit=post.unit).count(), hint)


passed_on.add("cash", _cash_book)
