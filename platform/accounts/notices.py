"""Mails to a person about a change of their own account, so that a stranger's change is seen."""

from accounts.models import User
from kernel.clock import now
from kernel.identities import folded
from messaging import mail

END = (
    "Bila bukan Anda yang melakukannya, segera pilih “Lupa kata sandi” di halaman masuk untuk "
    "mengganti kata sandi, lalu hubungi kantor Anda.\n\nBalai\n"
)


def tell(user: User, subject: str, words: str, *, key: str, also: str = "") -> None:
    """Mail ``words`` to the person's stored address, and to ``also`` (an earlier address).

    Call in the transaction that changes the account. Whoever has no address is told nothing.
    """
    stored = user.email or (user.login if "@" in user.login else "")
    addresses = dict.fromkeys(folded(address) for address in (stored, also) if address)
    for number, address in enumerate(addresses):
        mail.send(
            address,
            subject,
            f"Yth. {user.name},\n\n{words}\n\n{END}",
            key=f"account:{user.pk}:{key}:{now().isoformat()}:{number}",
            essential=True,
        )
