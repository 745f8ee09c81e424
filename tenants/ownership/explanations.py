"""The pages of an export that explain it: readable in ten years, without Balai."""

import csv
import io
import json
from dataclasses import asdict
from datetime import datetime
from html import escape

from kernel.tanggal import moment_text
from tenants.ownership import columns
from tenants.ownership.archive import own_fingerprint
from tenants.ownership.dictionary import TableEntry
from tenants.registry.models import City

HEAD = (
    "tabel", "kolom", "kolom_tersimpan", "jenis", "wajib", "arti", "merujuk", "nilai", "catatan",
)  # fmt: skip
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1b1b;background:#fff}table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid #ccc}"
    "code{font-size:.9em}h2{margin-top:2.5rem}.out{color:#666}"
)


def pages(
    city: City, entries: list[TableEntry], rows: dict[str, int], at: datetime
) -> dict[str, str]:
    """Name of the member → its text."""
    when = moment_text(at, city.timezone)
    return {
        "BACA-SAYA.txt": _readme(city, rows, when),
        "KAMUS.html": _html(city, entries, rows, when),
        "kamus-data.csv": _csv(entries),
        "kamus-data.json": json.dumps(
            [asdict(entry) for entry in entries], ensure_ascii=False, indent=1
        ),
    }


def _readme(city: City, rows: dict[str, int], when: str) -> str:
    folders = "\n".join(
        f"- {shelf.folder}/  {shelf.name}; daftarnya {shelf.folder}/daftar-{shelf.folder}.csv"
        for shelf in columns.SHELVES
    )
    return f"""SALINAN DATA {city.name.upper()}

Keadaan {when}.

Seluruh data yang dikelola {city.name} di Balai, dalam susunan terbuka yang bisa dibaca
tanpa Balai. Isinya data pribadi warga: simpan di tempat yang aman.

- KAMUS.html  arti setiap tabel dan kolom (juga kamus-data.csv dan kamus-data.json)
- data/  {len(rows)} tabel, {sum(rows.values())} baris;
  .csv untuk lembar kerja, .jsonl untuk program
{folders}
- berkas-lain/  berkas selain itu, bila ada
- manifest.json  jumlah baris, ukuran dan SHA-256 setiap berkas; disegel

CSV: UTF-8, pemisah koma, baris pertama nama kolom. Yang kosong di CSV bisa berarti tidak ada
nilai; .jsonl membedakannya (null).
Buka NIK dan nomor KK sebagai teks; lembar kerja membulatkan angka 16 digit.
Waktu ditulis ISO 8601 dalam UTC.

Yang tidak ikut: kata sandi, sesi, percobaan masuk, tautan sekali pakai, kunci data kota, dan sidik
NIK yang dihitung dari kunci itu. KAMUS.html menyebut semuanya dan sebabnya.

Memulihkan ke pemasangan Balai: manage import_city BERKAS.zip
Sidik segel pemasangan yang membuat salinan ini: {own_fingerprint()}
"""


def _csv(entries: list[TableEntry]) -> str:
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(HEAD)
    for table in entries:
        for entry in table.columns:
            sheet.writerow(
                [
                    table.table, entry.name, entry.column, entry.type,
                    "ya" if entry.required else "tidak", entry.meaning, entry.refers_to,
                    entry.values, table.withheld or entry.note,
                ]
            )  # fmt: skip
    return text.getvalue()


def _html(city: City, entries: list[TableEntry], rows: dict[str, int], when: str) -> str:
    out = [
        '<!doctype html><html lang="id"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>Kamus data {escape(city.name)}</title><style>{STYLE}</style>",
        f"<h1>Kamus data {escape(city.name)}</h1><p>Keadaan {escape(when)}.</p>",
        "<h2>Tabel</h2><table><tr><th>Tabel<th>Arti<th>Baris</tr>",
    ]
    shown = [entry for entry in entries if not entry.withheld]
    out += [
        f'<tr><td><a href="#{e.table}"><code>{e.table}</code></a><td>{escape(e.meaning)}'
        f"<td>{rows[e.table]}</tr>"
        for e in shown
    ]
    out.append("</table><h2>Yang tidak diekspor, dan sebabnya</h2><table>")
    out.append("<tr><th>Tabel atau kolom<th>Arti<th>Sebab</tr>")
    for table in entries:
        if table.withheld:
            out.append(_line(table.table, table.meaning, table.withheld))
        else:
            out += [
                _line(f"{table.table}.{entry.column}", entry.meaning, entry.note)
                for entry in table.columns
                if not entry.name
            ]
    out += [_line(f"folder {name}/", "Berkas", why) for name, why in columns.LEFT_OUT.items()]
    out.append(_line("kunci data kota", "Kunci penyegel NIK dan nomor KK",
                     "Rahasia: tidak pernah meninggalkan pemasangan."))  # fmt: skip
    out.append("</table>")
    for table in shown:
        out.append(f'<h2 id="{table.table}"><code>{table.table}</code></h2>')
        out.append(f"<p>{escape(table.meaning)}. {rows[table.table]} baris.</p>")
        out.append("<table><tr><th>Kolom<th>Jenis<th>Arti<th>Merujuk</tr>")
        for entry in table.exported:
            values = f"<br><small>{escape(entry.values)}</small>" if entry.values else ""
            note = f"<br><small>{escape(entry.note)}</small>" if entry.note else ""
            out.append(
                f"<tr><td><code>{entry.name}</code><td>{escape(entry.type)}"
                f"<td>{escape(entry.meaning)}{values}{note}<td><code>{entry.refers_to}</code></tr>"
            )
        out.append("</table>")
    return "".join(out) + "</html>"


def _line(what: str, meaning: str, why: str) -> str:
    return (
        f'<tr class="out"><td><code>{escape(what)}</code><td>{escape(meaning)}'
        f"<td>{escape(why)}</tr>"
    )
