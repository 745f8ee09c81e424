"""What the gateway answers, before any fault. Each function gives status, media type, headers and
body."""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.esign_standin.marks import Picture
from deploy.esign_standin.world import Official, World, der


@dataclass
class Reply:
    status: int
    body: bytes | dict[str, Any]
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    # The same call answered as if nothing had been done; for faults before the work.
    has_worked: bool = False


def spring(status: int, error: str, path: str) -> Reply:
    """The shape of errors of the framework below the gateway."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000+00:00", time.gmtime())
    return Reply(status, {"timestamp": stamp, "status": status, "error": error, "path": path})


def refused(code: int, error: str) -> Reply:
    return Reply(400, {"error": error, "status_code": code})


def _official(world: World, body: Mapping[str, Any]) -> Official | None:
    return world.officials.get(str(body.get("nik") or body.get("email") or ""))


def sign_v2(world: World, body: Mapping[str, Any]) -> Reply:
    who = _official(world, body)
    if who is None:
        return refused(2011, "User tidak terdaftar")
    wrong = _wrong(who, str(body.get("passphrase") or ""), str(body.get("totp") or ""))
    if wrong is not None:
        return wrong
    files, looks = body.get("file"), body.get("signatureProperties")
    if not isinstance(files, list) or len(files) != 1 or not isinstance(looks, list) or not looks:
        return refused(2041, "signatureProperties dan file wajib diisi")
    look = looks[0]
    if look.get("tampilan") == "VISIBLE" and not look.get("imageBase64"):
        return refused(2041, "imageBase64 wajib diisi")
    pdf = base64.b64decode(files[0])
    if not pdf.startswith(b"%PDF-"):
        return refused(2041, "Proses signing gagal : com.itextpdf.kernel.InvalidPdfException")
    mark = None
    if look.get("tampilan") == "VISIBLE":
        mark = Picture(
            int(look["page"]), float(look["originX"]), float(look["originY"]),
            float(look["width"]), float(look["height"]), base64.b64decode(look["imageBase64"]),
        )  # fmt: skip
    made = world.sign(
        who, pdf, reason=str(look.get("reason") or ""), place=str(look.get("location") or ""),
        mark=mark,
    )  # fmt: skip
    answer = {"time": 900, "file": [base64.b64encode(made).decode()]}
    return Reply(200, answer, has_worked=True)


def _wrong(who: Official, passphrase: str, totp: str) -> Reply | None:
    if who.status != "ISSUE":
        return refused(2021, f"Sertifikat {who.status}")
    if totp:
        return None if totp == who.totp else refused(2031, "Kode TOTP anda salah")
    return None if passphrase == who.passphrase else refused(2031, "Passphrase anda salah")


def sign_v1(world: World, form: Mapping[str, bytes]) -> Reply:
    who = world.officials.get(form.get("nik", b"").decode())
    if who is None:
        return refused(2011, "User tidak terdaftar")
    wrong = _wrong(who, form.get("passphrase", b"").decode(), "")
    if wrong is not None:
        return wrong
    pdf = form.get("file", b"")
    if not pdf.startswith(b"%PDF-"):
        return refused(2041, "Proses signing gagal : com.itextpdf.kernel.InvalidPdfException")
    mark = None
    if form.get("tampilan") == b"visible":
        mark = Picture(
            int(form["page"]), float(form["xAxis"]), float(form["yAxis"]), float(form["width"]),
            float(form["height"]), form["imageTTD"],
        )  # fmt: skip
    made = world.sign(
        who, pdf, reason=form.get("reason", b"").decode(),
        place=form.get("location", b"").decode(), mark=mark,
    )  # fmt: skip
    number = world.keep_download(made)
    if form.get("jenis_response") == b"BASE64":
        answer: bytes | dict[str, Any] = {"base64_signed_file": base64.b64encode(made).decode()}
        return Reply(200, answer, headers={"id_dokumen": number}, has_worked=True)
    return Reply(200, made, "application/pdf", {"id_dokumen": number}, has_worked=True)


def download(world: World, number: str) -> Reply:
    """Once; a second time there is nothing."""
    with world.lock:
        found = world.downloads.pop(number, None)
    if found is None:
        return Reply(404, {"error": "Dokumen tidak ditemukan", "status_code": 404})
    return Reply(200, found, "application/pdf")


def status_v2(world: World, body: Mapping[str, Any]) -> Reply:
    named = str(body.get("nik") or body.get("email") or "")
    who = world.officials.get(named)
    if who is not None:
        words = {"status_code": 1111, "message": "OK", "status": who.status}
    elif named.isdigit() and len(named) == 16:
        words = {"status_code": 2021, "message": "Tidak ada", "status": "NO_CERTIFICATE"}
    else:
        words = {"status_code": 2011, "message": "Tidak terdaftar", "status": "NOT_REGISTERED"}
    return Reply(200, words)


def status_v1(world: World, nik: str) -> Reply:
    code = 1111 if nik in world.officials else 1110
    return Reply(200, {"status_code": code, "message": "", "status": ""})


def chain(world: World, named: str) -> Reply:
    who = world.officials.get(named)
    if who is None:
        return Reply(400, b"Tidak ditemukan", "application/json")  # as one endpoint really does
    data = [base64.b64encode(der(one)).decode() for one in (world.root, who.certificate)]
    return Reply(200, {"success": True, "data": data})


def totp(world: World, body: Mapping[str, Any]) -> Reply:
    if _official(world, body) is None:
        return refused(2011, "User tidak terdaftar")
    return Reply(200, {"success": True, "message": "Buka aplikasi BeSign Mobile"})
