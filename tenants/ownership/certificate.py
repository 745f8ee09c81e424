"""Berita acara penghapusan: what was destroyed, by whom, how it can be checked, what remains."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from kernel.tanggal import long_date, moment_text
from tenants.ownership.dictionary import meanings
from tenants.ownership.models import DeletionRequest
from tenants.registry.models import Tombstone
from tenants.registry.queries import public_page
from typeset import pdf as typeset

LAYOUT = Path(__file__).parent / "layouts" / "berita-acara.typ"


def page_url(request: DeletionRequest) -> str:
    """Where the certificate can be opened again by whoever holds it."""
    return public_page("certificate", request.certificate_code)


def pdf(request: DeletionRequest, stone: Tombstone) -> bytes:
    """The certificate; equal facts give equal bytes. Raises RenderFailed."""
    assert request.done_at is not None
    url = page_url(request)
    return typeset.compile(
        LAYOUT, _facts(request, stone, url), at=request.done_at.replace(microsecond=0),
        pictures={"qr": typeset.qr_svg(url)},
    )  # fmt: skip


def _when(moment: datetime | None, zone: str) -> str:
    return "–" if moment is None else moment_text(moment, zone)


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _facts(request: DeletionRequest, stone: Tombstone, url: str) -> dict[str, object]:
    zone, found, export = request.zone, request.inventory, request.export
    known = meanings()
    tables = [
        [name, str(known.get(name, {}).get("meaning", "")).split(":")[0].split(".")[0], _number(n)]
        for name, n in sorted(found["tables"].items())
    ]
    rows = sum(found["tables"].values())
    assert request.done_at is not None
    aged = (request.done_at + timedelta(days=settings.BACKUP_DAYS)).date()
    second = (
        "pengelola Balai, karena kota tidak punya admin lain"
        if request.confirmed_by_operator
        else "admin kota"
    )
    changes = int(found.get("changes", 0))
    return {
        "title": "Berita Acara Penghapusan Data",
        "city": f"{request.city_name} ({request.city_code})",
        "opening": f"Seluruh data {request.city_name} di Balai telah dimusnahkan atas permintaan "
        "dua orang yang berbeda, setelah salinan lengkapnya diunduh dan masa tenggang berakhir.",
        "people": [
            ["Alasan", request.reason],
            ["Diminta oleh", f"{request.asked_by_name}, admin kota"],
            ["pada", _when(request.asked_at, zone)],
            ["Disetujui oleh", f"{request.confirmed_by_name}, {second}"],
            ["pada", _when(request.confirmed_at, zone)],
            ["Masa tenggang sampai", _when(request.grace_until, zone)],
        ],
        "export": [
            ["Salinan terakhir dibuat", _when(export.taken_at, zone)],
            ["Diunduh seluruhnya", _when(export.downloaded_at, zone)],
            ["Isinya", f"{_number(export.rows)} baris, {_number(export.files)} berkas"],
            ["SHA-256 manifest.json", _grouped(export.manifest_sha256)],
            ["Perubahan sesudahnya", f"{_number(changes)} catatan, ikut dimusnahkan"
             if changes else "tidak ada"],
        ],
        "destroyed": [
            ["1. Alamat kota ditutup", _when(request.closed_at, zone)],
            ["2. Kunci data dimusnahkan", _when(request.key_destroyed_at, zone)],
            ["SHA-256 kunci itu", _grouped(request.key_fingerprint)],
            ["3. Basis data dihapus", f"{_when(stone.schema_dropped_at, zone)}: {len(tables)} "
             f"tabel, {_number(rows)} baris"],
            ["4. Berkas dihapus", f"{_when(stone.files_deleted_at, zone)}: "
             f"{_number(found['files'])} berkas, {_number(found['bytes'])} byte (termasuk "
             f"{_number(found['copies'])} salinan)"],
        ],
        "tables": tables,
        "remains": [
            f"Catatan bahwa {request.city_name} pernah memakai Balai, permintaan penghapusan ini "
            "dengan nama kedua orang, berita acara ini, dan jejak tindakan pengelola.",
            "Tagihan dan akun tagihan, karena hukum pajak mewajibkan penyimpanannya; tidak memuat "
            "data warga.",
            f"Cadangan sistem milik pengelola, yang terhapus sendiri paling lambat "
            f"{long_date(aged)} ({settings.BACKUP_DAYS} hari). Kunci data di dalamnya terbungkus "
            "kunci induk yang disimpan terpisah.",
            "Salinan yang diunduh kota sendiri menjadi tanggung jawab kota.",
        ],
        "check": f"Dapat diperiksa di {url}",
        "signed": f"Dibuat otomatis oleh Balai pada {_when(request.done_at, zone)}.",
    }  # fmt: skip


def _grouped(digest: str) -> str:
    """A hash that can break across lines and be compared by eye."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8)) or "–"
