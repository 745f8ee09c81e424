"""The official list of areas: what may become a city here, and the territory it arrives with.

Plain data, read once per process from ``data/regions.txt.xz`` (2.5 MiB of text when open).
Codes are Kemendagri's with dots: ``64``, ``64.74``, ``64.74.01``, ``64.74.01.1001``.
"""

import lzma
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("data") / "regions.txt.xz"

# Keppres 41/1987: the provinces outside western time; everything else keeps WIB.
WITA = frozenset("51 52 53 63 64 65 71 72 73 74 75 76".split())
WIT = frozenset("81 82 91 92 93 94 95 96".split())
PONTIANAK = frozenset("61 62".split())

# Roughly the middle of each province, degrees north and east: where a map opens, and no more.
_MIDDLES = """
11 4.2 96.9, 12 2.2 99.0, 13 -0.9 100.5, 14 0.5 101.8, 15 -1.6 102.8, 16 -3.2 104.2,
17 -3.6 102.4, 18 -4.9 105.0, 19 -2.4 106.4, 21 0.9 104.5, 31 -6.2 106.8, 32 -6.9 107.6,
33 -7.2 110.2, 34 -7.9 110.4, 35 -7.7 112.6, 36 -6.4 106.1, 51 -8.4 115.1, 52 -8.6 117.4,
53 -9.3 122.0, 61 0.0 110.9, 62 -1.6 113.4, 63 -3.0 115.4, 64 0.4 116.4, 65 3.1 116.3,
71 1.2 124.5, 72 -1.2 121.0, 73 -4.2 120.1, 74 -4.1 122.3, 75 0.7 122.4, 76 -2.5 119.3,
81 -4.5 129.5, 82 0.8 127.8, 91 -2.8 139.6, 92 -1.9 133.5, 93 -7.0 139.5, 94 -3.7 136.3,
95 -4.1 139.0, 96 -1.1 131.8
"""

# Names that would be mistaken for the platform's own, or for mail and machinery.
RESERVED = frozenset(
    """admin administrator akun api app aplikasi assets auth autoconfig autodiscover backup balai
    bantuan beta billing blog cdn cs daftar dashboard data demo dev docs dokumen email en ftp git
    go gov grafana help helpdesk id imap indonesia info internal kemendagri konsol kontak ldap
    layanan localhost login m mail media metrics monitor mx ns ns1 ns2 ojk operator pemerintah
    platform pop postmaster presiden portal public root sandbox sentry server smtp sso staging
    stage static status support surat template test tes uji vpn web webmail webmaster ws www
    """.split()
)
SUBDOMAIN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class Area:
    """Any entry of the list."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Province(Area):
    @property
    def timezone(self) -> str:
        """IANA name of the province's zone."""
        if self.code in WIT:
            return "Asia/Jayapura"
        if self.code in WITA:
            return "Asia/Makassar"
        return "Asia/Pontianak" if self.code in PONTIANAK else "Asia/Jakarta"


@dataclass(frozen=True, slots=True)
class Regency(Area):
    """A kabupaten or kota; ``name`` with its kind, as in ``Kota Bontang``."""

    province: Province

    @property
    def is_kota(self) -> bool:
        return self.name.startswith("Kota ")

    @property
    def short_name(self) -> str:
        """Without its kind: ``Bontang``, ``Kepulauan Seribu``."""
        return re.sub(r"^(Kabupaten|Kota) (Administrasi )?", "", self.name)

    @property
    def timezone(self) -> str:
        return self.province.timezone

    @property
    def schema_name(self) -> str:
        return "c" + self.code.replace(".", "")


@dataclass(frozen=True, slots=True)
class Village(Area):
    """A kelurahan, desa or desa adat."""

    @property
    def is_kelurahan(self) -> bool:
        return self.code[9] == "1"


@cache
def _text() -> str:
    return "\n" + lzma.decompress(FILE.read_bytes()).decode()


def _below(prefix: str, length: int) -> list[tuple[str, str]]:
    """(code, name) of every line whose code starts with ``prefix`` and has this length."""
    text = _text()
    start = text.find(f"\n{prefix}") + 1
    found: list[tuple[str, str]] = []
    while start and text.startswith(prefix, start):
        end = text.index("\n", start)
        code, _, name = text[start:end].partition("\t")
        if len(code) == length:
            found.append((code, name))
        start = end + 1
    return found


@cache
def _regencies() -> dict[str, Regency]:
    names: dict[str, Province] = {}
    found: dict[str, Regency] = {}
    # Provinces and regencies come before their parts, so one pass over short codes is enough.
    for match in re.finditer(r"\n(\d\d(?:\.\d\d)?)\t([^\n]+)", _text()):
        code, name = match.groups()
        if len(code) == 2:
            names[code] = Province(code, name)
        else:
            found[code] = Regency(code, name, names[code[:2]])
    return found


@cache
def provinces() -> tuple[Province, ...]:
    """All 38, in the order of their codes."""
    return tuple(dict.fromkeys(r.province for r in _regencies().values()))


def regencies(province: str) -> tuple[Regency, ...]:
    """The kabupaten and kota of a province code; empty when there is no such province."""
    return tuple(r for r in _regencies().values() if r.province.code == province)


def all_regencies() -> tuple[Regency, ...]:
    """All 514."""
    return tuple(_regencies().values())


def regency(code: str) -> Regency | None:
    """The kabupaten or kota with this code."""
    return _regencies().get(code)


def kecamatan(regency_code: str) -> list[Area]:
    """The kecamatan (in Papua: distrik) of a kabupaten or kota."""
    if regency_code not in _regencies():
        return []
    return [Area(*pair) for pair in _below(regency_code + ".", 8)]


def villages(code: str) -> list[Village]:
    """The kelurahan and desa of a kecamatan, or of a whole kabupaten or kota."""
    if not re.fullmatch(r"\d\d\.\d\d(\.\d\d)?", code):
        return []
    return [Village(*pair) for pair in _below(code + ".", 13)]


@cache
def _middles() -> dict[str, tuple[float, float]]:
    rows = (entry.split() for entry in _MIDDLES.split(","))
    return {code: (float(north), float(east)) for code, north, east in rows}


def middle(code: str) -> tuple[float, float]:
    """Latitude and longitude near the middle of the province an area lies in."""
    return _middles()[code[:2]]


def plain(text: str) -> str:
    """Small letters and digits without accents, words parted by one space."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", folded).strip()


@cache
def _shared_names() -> frozenset[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for area in _regencies().values():
        (twice if area.short_name in seen else seen).add(area.short_name)
    return frozenset(twice)


def is_shared_name(area: Regency) -> bool:
    """Whether a kabupaten and a kota have this area's name."""
    return area.short_name in _shared_names()


def proposed_subdomain(area: Regency) -> str:
    """``bontang``; where a kabupaten and a kota share a name, ``blitarkab`` and ``blitarkota``."""
    base = re.sub(r"[^a-z0-9]", "", plain(area.short_name))
    if is_shared_name(area):
        base += "kota" if area.is_kota else "kab"
    return base


def subdomain_fault(text: str) -> str | None:
    """Why this cannot be a subdomain, in words for the person who typed it; None when it can."""
    if not 3 <= len(text) <= 40:
        return "Alamat terdiri dari 3 sampai 40 karakter."
    if not SUBDOMAIN.match(text):
        return (
            "Alamat hanya boleh berisi huruf kecil a–z, angka, dan tanda hubung di tengah, "
            "dan dimulai dengan huruf."
        )
    if text in RESERVED:
        return "Alamat ini dipakai oleh Balai sendiri."
    return None
