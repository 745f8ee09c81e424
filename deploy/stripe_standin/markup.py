"""Pieces of the stand-in's pages: the frame, buttons, amounts, days and states in words."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape as e

from deploy.stripe_standin import cards
from deploy.stripe_standin.problems import Doc
from kernel.rupiah import format_rupiah
from kernel.tanggal import long_date

LABEL = "Stripe tiruan – bukan pembayaran sungguhan"


STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:Canvas;color:CanvasText}
.tiruan{background:#8a5300;color:#fff;padding:.6rem 1rem;text-align:center;font-weight:600}
main{max-width:44rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem;margin:.8rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.45rem .5rem .45rem 0;
border-bottom:1px solid #8886;vertical-align:top}td:first-child{overflow-wrap:anywhere}
td.n,th.n{text-align:right;white-space:nowrap}
label{display:block;padding:.4rem 0}input[type=text],input[type=number],select{font:inherit;
padding:.6rem;width:100%;box-sizing:border-box;border:1px solid #888;border-radius:8px}
button,.b{font:inherit;display:inline-block;min-height:2.9rem;padding:.6rem 1.1rem;margin:.3rem
.3rem .3rem 0;border:1px solid #0b6b5d;border-radius:8px;background:#0b6b5d;color:#fff;
cursor:pointer;text-decoration:none;box-sizing:border-box}
.b2{background:transparent;color:inherit;border-color:#888}
.galat{border-left:4px solid #a8261c;padding:.4rem .8rem;font-weight:600}
a{color:inherit}.k{color:GrayText;font-size:.9rem}
"""


@dataclass
class Page:
    """An answer for a browser."""

    body: bytes
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def html(title: str, body: str, status: int = 200) -> Page:
    text = (
        '<!doctype html><html lang="id"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<title>{e(title)} – Stripe tiruan</title><link rel="stylesheet" href="/gaya.css"></head>'
        f'<body><div class="tiruan">{LABEL}</div><main><h1>{e(title)}</h1>{body}</main>'
        "</body></html>"
    )
    return Page(text.encode(), status)


def go(url: str) -> Page:
    return Page(b"", 303, headers={"Location": url})


def money(amount: int | None) -> str:
    """Sen as rupiah; what Stripe counts below a rupiah is shown, not hidden."""
    if amount is None:
        return "–"
    whole, sen = divmod(abs(amount), 100)
    text = format_rupiah(whole) + (f",{sen:02d}" if sen else "")
    return f"-{text}" if amount < 0 else text


def day(moment: int | None) -> str:
    return long_date(datetime.fromtimestamp(moment, UTC).date()) if moment else "–"


def button(text: str, action: str = "", second: bool = False, **fields: str) -> str:
    inside = "".join(
        f'<input type="hidden" name="{e(k)}" value="{e(v)}">' for k, v in fields.items()
    )
    look = ' class="b2"' if second else ""
    return (
        f'<form method="post" action="{e(action)}">{inside}<button{look}>{e(text)}</button></form>'
    )


def card_choice() -> str:
    options = "".join(
        f'<option value="{card.number}">{card.number} – {e(card.label)}</option>'
        for card in cards.CARDS
    )
    return f'<label for="kartu">Kartu uji</label><select id="kartu" name="kartu">{options}</select>'


def wrong(text: str) -> str:
    return f'<p class="galat" role="alert">{e(text)}</p>' if text else ""


TAX_IDS = {"id_npwp": "NPWP"}


STATUS = {
    "active": "aktif",
    "canceled": "berakhir",
    "draft": "draf",
    "incomplete": "menunggu pembayaran pertama",
    "incomplete_expired": "tidak jadi",
    "open": "belum dibayar",
    "paid": "lunas",
    "past_due": "menunggak",
    "paused": "dijeda",
    "trialing": "masa percobaan",
    "uncollectible": "tidak tertagih",
    "unpaid": "tidak dibayar",
    "void": "dibatalkan",
}


def state(doc: Doc) -> str:
    """Stripe's word beside ours: who compares the two needs both."""
    return f"{STATUS.get(doc['status'], '')} ({doc['status']})"


DECLINED = {
    "generic_decline": "Kartu ditolak. Pilih kartu lain.",
    "insufficient_funds": "Saldo kartu tidak cukup. Pilih kartu lain.",
}


def said(error: Doc) -> str:
    return DECLINED.get(error.get("decline_code") or "", str(error["message"]))
