"""The ZIP itself: written member by member in bounded memory, read back with every byte checked.

``manifest.json`` is the last member. It lists size and SHA-256 of all others and is signed with
an Ed25519 key derived from the installation's master key: anyone can check that nothing changed
since, and the fingerprint of the public key says which installation made it.
"""

import base64
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

FORMAT = "balai-salinan-terbuka"
VERSION = 1
MANIFEST = "manifest.json"
PART = 1024 * 1024
LARGEST_MANIFEST = 512 * 1024 * 1024
AS_IT_IS = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".webp", ".zip"})  # compressed already


class BadExport(Exception):
    """The file cannot be taken in here; the message says why, in Indonesian."""


# --- whose file it is ----------------------------------------------------------------------------


def _signing_key() -> Ed25519PrivateKey:
    master = base64.urlsafe_b64decode(settings.MASTER_KEY)
    seed = HKDF(SHA256(), 32, salt=None, info=b"balai open export").derive(master)
    return Ed25519PrivateKey.from_private_bytes(seed)


def _public_bytes() -> bytes:
    return _signing_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def fingerprint_of(public: bytes) -> str:
    """A public key as people compare it: ``1a2b-3c4d-…``, 64 bits."""
    text = hashlib.sha256(public).hexdigest()[:16]
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def own_fingerprint() -> str:
    """This installation's."""
    return fingerprint_of(_public_bytes())


def _canonical(body: dict[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed(body: dict[str, Any]) -> dict[str, Any]:
    """The manifest with its seal."""
    return {
        **body,
        "seal": {
            "algorithm": "ed25519",
            "public_key": _public_bytes().hex(),
            "fingerprint": own_fingerprint(),
            "signature": _signing_key().sign(_canonical(body)).hex(),
        },
    }


def _check_seal(manifest: dict[str, Any], trust: str) -> None:
    body = {name: value for name, value in manifest.items() if name != "seal"}
    try:
        seal = manifest["seal"]
        public = bytes.fromhex(seal["public_key"])
        Ed25519PublicKey.from_public_bytes(public).verify(
            bytes.fromhex(seal["signature"]), _canonical(body)
        )
    except (InvalidSignature, KeyError, TypeError, ValueError) as wrong:
        raise BadExport("Segel salinan ini tidak cocok: berkasnya diubah.") from wrong
    maker = fingerprint_of(public)
    if maker != own_fingerprint() and maker != trust.strip().lower():
        raise BadExport(
            f"Salinan ini disegel pemasangan lain (sidik {maker}). Cocokkan sidik itu dengan yang "
            "tertulis di halaman Data kota atau e-mail asalnya, lalu ulangi dengan "
            f"--trust {maker}."
        )


# --- out -----------------------------------------------------------------------------------------


class Writer:
    """Adds members; remembers what the manifest must say about each."""

    def __init__(self, target: IO[bytes], *, at: datetime) -> None:
        self.zip = zipfile.ZipFile(target, "w", allowZip64=True)
        self.moment = at.timetuple()[:6]
        self.members: dict[str, dict[str, object]] = {}

    @contextmanager
    def member(self, name: str) -> Iterator["_Hashing"]:
        info = zipfile.ZipInfo(name, self.moment)
        stored = PurePosixPath(name).suffix.lower() in AS_IT_IS
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self.zip.open(info, "w", force_zip64=True) as raw:
            out = _Hashing(raw)
            yield out
        self.members[name] = {"sha256": out.digest.hexdigest(), "bytes": out.size}

    def add(self, name: str, text: str) -> None:
        with self.member(name) as out:
            out.write(text.encode())

    def close(self, body: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """Write the manifest; returns it and its SHA-256."""
        manifest = signed({**body, "members": self.members})
        content = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        with self.zip.open(zipfile.ZipInfo(MANIFEST, self.moment), "w") as raw:
            raw.write(content)
        self.zip.close()
        return manifest, hashlib.sha256(content).hexdigest()


class _Hashing:
    def __init__(self, raw: IO[bytes]) -> None:
        self.raw = raw
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, part: bytes) -> None:
        self.digest.update(part)
        self.size += len(part)
        self.raw.write(part)


# --- in ------------------------------------------------------------------------------------------

BROKEN = "Salinan ini rusak atau terpotong. Unduh atau salin ulang dari tempat asalnya."


class Reader:
    """An opened and wholly checked archive; closes with ``with``."""

    def __init__(self, source: Path, *, trust: str = "") -> None:
        try:
            self.zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError, NotImplementedError) as wrong:
            raise BadExport(BROKEN) from wrong
        try:
            self.manifest = self._manifest()
            _check_seal(self.manifest, trust)
            self._check_members()
        except BaseException:
            self.zip.close()
            raise

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.zip.close()

    def _manifest(self) -> dict[str, Any]:
        try:
            info = self.zip.getinfo(MANIFEST)
        except KeyError as absent:
            raise BadExport("Ini bukan salinan data Balai: manifest.json tidak ada.") from absent
        if info.file_size > LARGEST_MANIFEST:
            raise BadExport(BROKEN)
        with _readable(), self.zip.open(info) as raw:
            content = raw.read(LARGEST_MANIFEST)
        try:
            manifest = json.loads(content)
        except ValueError as wrong:
            raise BadExport("Salinan ini rusak: manifest.json salah.") from wrong
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise BadExport("Ini bukan salinan data Balai.")
        if manifest.get("version") != VERSION:
            raise BadExport(
                "Salinan ini dibuat oleh rilis Balai yang lebih baru (susunan berkasnya lain). "
                "Perbarui Balai dulu."
            )
        return manifest

    def _check_members(self) -> None:
        """Every byte, before anything is written anywhere."""
        there = [info.filename for info in self.zip.infolist()]
        listed = self.manifest["members"]
        if len(there) != len(set(there)) or set(there) != {*listed, MANIFEST}:
            raise BadExport("Isi salinan ini tidak cocok dengan daftarnya: ada yang hilang atau "
                            "ditambahkan.")  # fmt: skip
        for name, said in listed.items():
            digest, size = hashlib.sha256(), 0
            with _readable(), self.zip.open(name) as raw:
                while part := raw.read(PART):
                    size += len(part)
                    if size > said["bytes"]:
                        break
                    digest.update(part)
            if size != said["bytes"] or digest.hexdigest() != said["sha256"]:
                raise BadExport(f"Isi salinan ini tidak cocok dengan daftarnya: {name} berubah.")

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        with self.zip.open(name) as raw:
            yield raw

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of a ``.jsonl`` member."""
        with self.zip.open(name) as raw, io.TextIOWrapper(raw, "utf-8", newline="\n") as text:
            for line in text:
                yield json.loads(line)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, RuntimeError) as wrong:
        raise BadExport(BROKEN) from wrong
    except NotImplementedError as wrong:
        raise BadExport("Ini bukan salinan data Balai.") from wrong
