"""The pages people see: front page, checkout, portal, invoice, confirmation. No script needed."""

import re
from datetime import UTC, datetime
from html import escape as e
from typing import Any

from deploy.stripe_standin import cards, checkout, collection, paper, timeline
from deploy.stripe_standin.markup import (
    LABEL,
    STYLE,
    TAX_IDS,
    Page,
    button,
    card_choice,
    day,
    go,
    html,
    money,
    said,
    state,
    wrong,
)
from deploy.stripe_standin.problems import Doc, Problem
from deploy.stripe_standin.webhooks import Postman
from deploy.stripe_standin.world import World

# --- front page ---------------------------------------------------------------------------------


def front(world: World) -> Page:
    store = world.store
    rows = store.rows(
        "SELECT o.id, count(d.id), count(d.next_at), max(d.status) FROM objects o"
        " LEFT JOIN deliveries d ON d.event = o.id WHERE o.kind = 'event'"
        " GROUP BY o.seq ORDER BY o.seq DESC LIMIT 30"
    )
    events = ""
    for name, sent, waiting, status in rows:
        event = store.get("event", name) or {}
        way = "tanpa alamat" if not sent else "menunggu" if waiting else f"terkirim ({status})"
        events += (
            f"<tr><td>{e(event['type'])}<br><span class=k>{e(name)}</span></td><td>{way}</td>"
            f"<td>{button('Kirim ulang', '/kirim-ulang', second=True, event=name)}</td></tr>"
        )
    subs = "".join(
        f"<tr><td>{e(_name(world, one['customer']))}<br><span class=k>{e(one['id'])}</span></td>"
        f"<td>{e(state(one))}</td>"
        f"<td>s.d. {day(one['items']['data'][0]['current_period_end'])}</td></tr>"
        for one in store.find("subscription")[:30]
    )
    bills = "".join(
        f'<tr><td><a href="/tagihan/{e(one["id"])}">{e(one["number"] or one["id"])}</a></td>'
        f"<td>{e(state(one))}</td><td class=n>{money(one['total'])}</td></tr>"
        for one in store.find("invoice")[:30]
    )
    ends = "".join(
        f"<li>{e(one['url'])} ({e(one['status'])})</li>" for one in store.find("webhook_endpoint")
    )
    moment = datetime.fromtimestamp(world.main_clock(), UTC)
    page = html(
        "Stripe tiruan",
        "<p>Menggantikan Stripe di komputer ini: tidak ada uang yang berpindah.</p>"
        f"<h2>Waktu</h2><p>Di sini sekarang <strong>{day(world.main_clock())}</strong>"
        f" pukul {moment:%H.%M} UTC.</p>"
        '<form method="post" action="/maju"><label for="hari">Maju berapa hari?</label>'
        '<input id="hari" type="number" name="hari" value="1" min="0" max="800" step="any">'
        "<button>Majukan waktu</button></form>"
        f"<h2>Langganan</h2><table>{subs or '<tr><td>Belum ada.</td></tr>'}</table>"
        f"<h2>Tagihan</h2><table>{bills or '<tr><td>Belum ada.</td></tr>'}</table>"
        f"<h2>Alamat webhook</h2><ul>{ends or '<li>Belum ada.</li>'}</ul>"
        f"<h2>Peristiwa terakhir</h2><table>{events or '<tr><td>Belum ada.</td></tr>'}</table>",
    )
    page.headers["X-Waktu"] = str(world.main_clock())
    return page


def _name(world: World, customer: str) -> str:
    found = world.store.get("customer", customer) or {}
    return str(found.get("name") or found.get("email") or customer)


# --- checkout -----------------------------------------------------------------------------------


def checkout_page(world: World, session: Doc, error: str = "") -> Page:
    if session["status"] != "open":
        return html("Sesi sudah selesai", "<p>Halaman ini sudah dipakai atau kedaluwarsa.</p>", 410)
    lines = "".join(
        f"<tr><td>{e(one['description'])} × {one['quantity']}</td>"
        f"<td class=n>{money(one['amount_total'])}</td></tr>"
        for one in session.get("_lines", [])
    )
    total = ""
    if session["mode"] == "subscription":
        total = (
            f"<table>{lines}<tr><th>Dibayar sekarang</th>"
            f"<th class=n>{money(session['amount_total'])}</th></tr></table>"
        )
    text = "Simpan kartu" if session["mode"] == "setup" else "Bayar dan berlangganan"
    back = session["cancel_url"]
    return html(
        "Simpan kartu" if session["mode"] == "setup" else "Pembayaran langganan",
        f'{wrong(error)}{total}<form method="post">{card_choice()}<button>{text}</button></form>'
        + (f'<p><a class="b b2" href="{e(back)}">Batal</a></p>' if back else ""),
        402 if error else 200,
    )


def checkout_post(world: World, session: Doc, form: dict[str, str]) -> Page:
    card = cards.BY_NUMBER.get(re.sub(r"\s", "", form.get("kartu", "")))
    if card is None:
        return checkout_page(world, session, "Pilih salah satu kartu uji.")
    if card.proof and form.get("konfirmasi") != "ya":
        if form.get("konfirmasi") == "tidak":
            return checkout_page(world, session, "Konfirmasi ditolak. Coba lagi atau ganti kartu.")
        return html(
            "Konfirmasi bank",
            "<p>Bank (tiruan) bertanya: benarkah Anda yang membayar?</p>"
            + button("Ya, setujui", kartu=card.number, konfirmasi="ya")
            + button("Tolak", second=True, kartu=card.number, konfirmasi="tidak"),
        )
    error = checkout.complete(world, session, card, proven=True)
    if error is not None:
        return checkout_page(world, session, said(error))
    return go(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))


# --- portal -------------------------------------------------------------------------------------


def portal_page(world: World, session: Doc, error: str = "") -> Page:
    world.customer(session["customer"])
    store = world.store
    features = world.need("billing_portal.configuration", session["configuration"])["features"]
    body = wrong(error)
    for sub in store.find("subscription", customer=session["customer"]):
        end = sub["items"]["data"][0]["current_period_end"]
        product = store.get("product", sub["items"]["data"][0]["price"]["product"]) or {}
        body += (
            f"<h2>{e(str(product.get('name')))}</h2><p>Status: {e(state(sub))}, s.d. {day(end)}"
            f"{' (berakhir pada tanggal itu)' if sub['cancel_at_period_end'] else ''}</p>"
        )
        if features["subscription_cancel"]["enabled"] and sub["status"] not in timeline.DONE:
            ending = sub["cancel_at_period_end"]
            what, text = ("lanjut", "Lanjutkan") if ending else ("batal", "Batalkan langganan")
            body += button(text, second=True, make=what, langganan=sub["id"])
    if features["payment_method_update"]["enabled"]:
        body += (
            '<h2>Ganti kartu</h2><form method="post">'
            '<input type="hidden" name="make" value="kartu">'
            f"{card_choice()}<button>Pakai kartu ini</button></form>"
        )
    if features["invoice_history"]["enabled"]:
        rows = "".join(
            f'<tr><td><a href="/tagihan/{e(one["id"])}">{e(one["number"] or "draf")}</a></td>'
            f"<td>{e(state(one))}</td><td class=n>{money(one['total'])}</td></tr>"
            for one in store.find("invoice", customer=session["customer"])
        )
        body += f"<h2>Tagihan</h2><table>{rows}</table>"
    if session["return_url"]:
        body += f'<p><a class="b b2" href="{e(session["return_url"])}">Kembali</a></p>'
    return html(f"Portal pelanggan: {_name(world, session['customer'])}", body)


def portal_post(world: World, session: Doc, form: dict[str, str]) -> Page:
    try:
        checkout.portal_does(world, session, form.get("make", ""), form)
    except Problem as problem:
        if problem.code == "card_declined":
            return portal_page(world, session, said(problem.body["error"]))
        return portal_page(world, session, str(problem))
    return go(f"/portal/{session['id']}")


# --- invoices -----------------------------------------------------------------------------------


def invoice_page(world: World, invoice: Doc, error: str = "") -> Page:
    rows = "".join(
        f"<tr><td>{e(one['description'] or '')}<br><span class=k>{day(one['period']['start'])} –"
        f" {day(one['period']['end'])}</span></td><td class=n>{money(one['amount'])}</td></tr>"
        for one in invoice["lines"]["data"]
    )
    for tax in invoice["total_taxes"]:
        rate = world.store.get("tax_rate", tax["tax_rate_details"]["tax_rate"]) or {}
        included = ", sudah termasuk" if tax["tax_behavior"] == "inclusive" else ""
        rows += (
            f"<tr><td>{e(str(rate.get('display_name')))} {rate.get('percentage'):g}%{included}</td>"
            f"<td class=n>{money(tax['amount'])}</td></tr>"
        )
    rows += f"<tr><th>Jumlah</th><th class=n>{money(invoice['total'])}</th></tr>"
    if invoice["amount_due"] != invoice["total"]:
        rows += f"<tr><th>Harus dibayar</th><th class=n>{money(invoice['amount_due'])}</th></tr>"
    extra = "".join(
        f"<br>{e(one['name'])}: {e(one['value'])}"
        for one in (invoice["custom_fields"] or [])
        + [
            {"name": TAX_IDS.get(one["type"], one["type"]), "value": one["value"]}
            for one in invoice["customer_tax_ids"]
        ]
    )
    body = (
        f"{wrong(error)}<p>Untuk: {e(_name(world, invoice['customer']))}{extra}<br>Status:"
        f" <strong>{e(state(invoice))}</strong><br>Jatuh tempo: {day(invoice['due_date'])}</p>"
        f"<table>{rows}</table>"
    )
    if invoice["status"] == "open":
        body += (
            f'<form method="post"><input type="hidden" name="make" value="bayar">{card_choice()}'
            "<button>Bayar</button></form>" + button("Gagalkan", second=True, make="gagal")
        )
    if invoice["invoice_pdf"]:
        body += f'<p><a class="b b2" href="/tagihan/{e(invoice["id"])}/pdf">Unduh PDF</a></p>'
    return html(f"Tagihan {invoice['number'] or '(draf)'}", body)


def invoice_post(world: World, invoice: Doc, form: dict[str, str]) -> Page:
    world.follow(invoice)
    number = "4000000000000002" if form.get("make") == "gagal" else form.get("kartu", "")
    card = cards.BY_NUMBER.get(number)
    if card is None:
        return invoice_page(world, invoice, "Pilih salah satu kartu uji.")
    method = cards.new_method(world, card)
    error = collection.collect(world, invoice, method, asked=True)
    if error is None:
        return go(f"/tagihan/{invoice['id']}")
    if error["code"] == "authentication_required":
        return go(f"/konfirmasi/{invoice['_intent']}")
    return invoice_page(world, invoice, said(error))


def invoice_pdf(world: World, invoice: Doc) -> Page:
    lines = [
        LABEL.replace("–", "-").upper(),
        "",
        f"Tagihan {invoice['number']}    Status: {state(invoice)}",
        f"Untuk: {_name(world, invoice['customer'])}",
        f"Jatuh tempo: {day(invoice['due_date']).replace('–', '-')}",
        *[f"{one['name']}: {one['value']}" for one in invoice["custom_fields"] or []],
        "",
        *[f"{one['description']}    {money(one['amount'])}" for one in invoice["lines"]["data"]],
        "",
        *[f"Pajak: {money(one['amount'])}" for one in invoice["total_taxes"]],
        f"Jumlah: {money(invoice['total'])}",
        f"Harus dibayar: {money(invoice['amount_due'])}",
    ]
    return Page(paper.pdf(lines), kind="application/pdf")


# --- confirmation -------------------------------------------------------------------------------


def confirm_page(intent: Doc) -> Page:
    if intent["status"] != "requires_action":
        return html("Sudah dijawab", f"<p>Status: {e(intent['status'])}. Tutup halaman ini.</p>")
    amount = f" sebesar {money(intent['amount'])}" if "amount" in intent else ""
    return html(
        "Konfirmasi bank",
        f"<p>Bank (tiruan) bertanya: benarkah Anda yang membayar{amount}?</p>"
        + button("Ya, setujui", jawab="ya")
        + button("Tolak", second=True, jawab="tidak"),
    )


# --- addresses ----------------------------------------------------------------------------------


def answer(
    world: World, postman: Postman, method: str, path: str, form: dict[str, str]
) -> Page | None:
    """The page at ``path``; None for one that does not exist."""
    post = method == "POST"
    if path == "/gaya.css":
        return Page(STYLE.encode(), kind="text/css")
    if path == "/maju" and post:
        try:
            seconds = round(float(form.get("hari", "")) * 86_400)
            timeline.advance_main(world, seconds)
        except ValueError:
            return html("Tidak dapat dimajukan", "<p>Tulis jumlah hari dengan angka.</p>", 400)
        return go("/")
    with world.store.transaction():
        world.begin()
        if path == "/":
            return front(world)
        if path == "/kirim-ulang" and post:
            postman.resend(form.get("event", ""))
            return go("/")
        found = re.fullmatch(r"/(checkout|portal|tagihan|konfirmasi)/(\w+)(/pdf)?", path)
        return _object_page(world, post, form, *found.groups()) if found else None


def _object_page(
    world: World, post: bool, form: dict[str, str], place: str, name: str, tail: Any
) -> Page | None:
    doc = world.store.any(name)
    kinds = {
        "checkout": {"checkout.session"},
        "portal": {"billing_portal.session"},
        "tagihan": {"invoice"},
        "konfirmasi": {"payment_intent", "setup_intent"},
    }
    if doc is None or doc["object"] not in kinds[place] or (tail and place != "tagihan"):
        return None
    if place == "checkout":
        return checkout_post(world, doc, form) if post else checkout_page(world, doc)
    if place == "portal":
        return portal_post(world, doc, form) if post else portal_page(world, doc)
    if place == "konfirmasi":
        if post and doc["status"] == "requires_action":
            back = checkout.confirm(world, doc, yes=form.get("jawab") == "ya")
            return go(back or f"/konfirmasi/{name}")
        return confirm_page(doc)
    if tail:
        return invoice_pdf(world, doc) if doc["status"] != "draft" else None
    return invoice_post(world, doc, form) if post else invoice_page(world, doc)
