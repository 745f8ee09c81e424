"""What a city's administrators are told about money, in the platform's own schema: such mails
are no part of any quota."""

from datetime import datetime, timedelta

from billing.models import Account, Invoice
from billing.rules import GRACE
from kernel.identities import folded
from kernel.rupiah import format_rupiah
from kernel.tanggal import long_date
from messaging import mail
from tenants.backend.scope import in_city, in_public
from tenants.office import queries as office
from tenants.registry.entitlements import PAGE
from tenants.registry.models import City

S = City.Status
CONTACT = "kontak"
SAFE = (
    "Tidak ada data yang dihapus karena tagihan. Surat yang sudah terbit tetap bisa diunduh dan "
    "dicek warga, dan data kota tetap bisa Anda unduh."
)


def recipients(account: Account, city: City, at: datetime) -> dict[str, str]:
    """Every administrator of the city and the billing contact, each address once, by what a
    mail's key calls them: keys are logged and must name nobody."""
    with in_city(city):
        admins = office.admins(at.astimezone(city.tz).date())
    found = {f"admin-{user.pk}": user.email for user in admins} | {CONTACT: account.email}
    once: dict[str, str] = {}
    for name, address in found.items():
        if address and folded(address) not in once.values():
            once[name] = folded(address)
    return once


def _send(
    account: Account, city: City, subject: str, text: str, key: str, at: datetime, *,
    admins: bool = True,
) -> None:  # fmt: skip
    greeting = f"Yth. pengelola {city.name},\n\n"
    end = f"\n\nHalaman langganan: {city.url(PAGE)}\n\nBalai\n"
    to = recipients(account, city, at)
    with in_public():
        for name, address in to.items():
            if admins or name == CONTACT:
                mail.send(address, subject, greeting + text + end, key=f"{key}:{name}")


def _what(invoice: Invoice | None, about: str, city: City) -> str:
    if invoice is not None:
        amount = format_rupiah(invoice.remaining)
        pay = f"\nBayar di sini: {invoice.hosted_url}" if invoice.hosted_url else ""
        return f"Tagihan {invoice.number or invoice.stripe_id} sebesar {amount}" + (
            f" jatuh tempo {_day(invoice.due_at, city)}" if invoice.due_at else ""
        ) + f" belum kami terima pembayarannya.{pay}"  # fmt: skip
    if about.startswith("trial:"):
        return (
            f"Masa coba {city.name} sudah berakhir dan belum ada paket yang dipilih. Pilih paket "
            "di halaman langganan: dengan tagihan berjatuh tempo atau dengan kartu."
        )
    if about.startswith("ended:"):
        return (
            f"Langganan {city.name} sudah berakhir dan belum ada paket baru yang dipilih. Pilih "
            "paket di halaman langganan bila ingin melanjutkan."
        )
    return f"Pembayaran langganan {city.name} belum kami terima."


def _day(moment: datetime, city: City) -> str:
    return long_date(moment.astimezone(city.tz).date())


def reminder(
    account: Account,
    city: City,
    invoice: Invoice | None,
    *,
    about: str,
    days: int,
    since: datetime,
    at: datetime,
) -> None:
    """The first, second or last reminder, ``days`` after the payment was due."""
    what = _what(invoice, about, city)
    if days >= 14:
        stop = _day(at + GRACE, city)
        subject = f"Pengingat terakhir: langganan {city.name}"
        text = (
            f"{what}\n\nBila belum ada pembayaran sampai {stop}, halaman {city.name} menjadi hanya "
            f"baca: warga belum bisa mengajukan permohonan baru. {SAFE}"
        )
    else:
        subject = f"Pengingat: langganan {city.name}"
        text = f"{what}\n\nLayanan {city.name} tetap berjalan seperti biasa. {SAFE}"
    _send(account, city, subject, text, f"billing:{account.pk}:{about}:{days}", at)


def trial_ends(account: Account, city: City, *, ends_at: datetime, days: int, at: datetime) -> None:
    """The trial ends in ``days`` days, or fewer where nobody looked in time."""
    left = -(-(ends_at - at) // timedelta(days=1))
    _send(
        account, city, f"Masa coba {city.name} berakhir {left} hari lagi",
        f"Masa coba {city.name} berakhir {_day(ends_at, city)}. Pilih paket agar surat terbit "
        f"tanpa tanda UJI COBA; kartu maupun tagihan dengan jatuh tempo bisa dipakai. {SAFE}",
        f"billing:{account.pk}:trial-ends:{ends_at:%Y-%m-%d}:{days}", at,
    )  # fmt: skip


def issued(account: Account, city: City, invoice: Invoice, at: datetime) -> None:
    """An invoice with a due date has been issued."""
    due = f" Jatuh tempo {_day(invoice.due_at, city)}." if invoice.due_at else ""
    reference = (
        f"\nNomor pesanan: {account.purchase_reference}" if account.purchase_reference else ""
    )
    pay = f"\nLihat dan bayar: {invoice.hosted_url}" if invoice.hosted_url else ""
    paper = f"\nTagihan (PDF): {invoice.pdf_url}" if invoice.pdf_url else ""
    _send(
        account, city, f"Tagihan {invoice.number or invoice.stripe_id}: langganan {city.name}",
        f"Tagihan {invoice.number or invoice.stripe_id} sudah terbit: "
        f"{format_rupiah(invoice.remaining)} dengan PPN.{due}\n{reference}{pay}{paper}\n\n"
        "Kuitansi bisa diunduh di halaman langganan setelah tagihan lunas.",
        f"billing:{account.pk}:issued:{invoice.pk}", at,
    )  # fmt: skip


def turned(
    account: Account, city: City, *, stops: bool, until: datetime | None, key: str, at: datetime
) -> None:
    """Somebody asked to stop at the end of the period, or took that back."""
    day = _day(until, city) if until else "akhir masa yang sudah dibayar"
    if stops:
        _send(
            account, city, f"Langganan {city.name} berhenti {day}",
            f"Sesuai permintaan admin, langganan {city.name} berhenti {day}. Sampai hari itu semua "
            f"berjalan seperti biasa dan bisa dilanjutkan dengan satu tombol. {SAFE}", key, at,
        )  # fmt: skip
    else:
        _send(
            account, city, f"Langganan {city.name} dilanjutkan",
            f"Langganan {city.name} tidak jadi berhenti dan diperpanjang seperti biasa {day}.",
            key, at,
        )  # fmt: skip


def status_changed(
    account: Account, city: City, *, before: str, after: str, at: datetime, by_hand: bool = False
) -> None:
    """The city was stopped, or works again; other changes are told by reminders. Of what an
    operator did ``by_hand`` the console tells the administrators itself."""
    key = f"billing:{account.pk}:status:{after}:{at:%Y-%m-%dT%H:%M:%S}"
    if after == S.SUSPENDED:
        back = (
            f"Alasan pengelola Balai: {account.held_reason}"
            if account.held_reason
            else "Begitu pembayaran kami terima, semuanya langsung berjalan lagi."
        )
        _send(
            account, city, f"{city.name} sekarang hanya baca",
            f"Mulai sekarang halaman {city.name} hanya bisa dibaca: warga belum bisa mengajukan "
            f"permohonan baru. {back} {SAFE}", key, at, admins=not by_hand,
        )  # fmt: skip
    elif after == S.ACTIVE and before in (S.PAST_DUE, S.SUSPENDED):
        _send(
            account, city, f"{'' if by_hand else 'Terima kasih: '}{city.name} aktif kembali",
            f"{city.name} berjalan seperti biasa lagi. Tidak ada data yang hilang.", key, at,
            admins=not by_hand,
        )  # fmt: skip
    elif after == S.ACTIVE and before == S.TRIAL:
        _send(
            account, city, f"Langganan {city.name} sudah berjalan",
            f"Terima kasih. Langganan {city.name} berjalan mulai hari ini; surat yang terbit dari "
            "sekarang tanpa tanda UJI COBA. Tagihan, kuitansi, dan pemakaian ada di halaman "
            "langganan.", key, at,
        )  # fmt: skip


def change_failed(
    account: Account, city: City, *, what: str, problem: str, key: str, at: datetime
) -> None:
    """Something a person asked for could not be done in Stripe."""
    _send(account, city, f"{what} belum berhasil: {city.name}", problem, key, at)
