"""Finding a kabupaten or kota by what people type: usual short names, kinds, slips of the hand.

search(text) -> list[Regency]       what may be meant, best first
meant(text) -> Regency | None       the one that is meant beyond doubt
is_domain_of(domain, area) -> bool  whether a mail domain under .go.id is this area's own
"""

import re
from functools import cache

from tenants.registry import regions
from tenants.registry.regions import Regency, plain

# Usual short names and old names, each with the codes it stands for, the likeliest first.
_SHORT = """
jogja, jogjakarta, yogya, yogja, jogya: 34.71
diy, diyogyakarta: 34.71 34.02 34.04 34.03 34.01
dki, jakarta, dkijakarta, jkt: 31.71 31.72 31.73 31.74 31.75 31.01
jakpus: 31.71; jakut: 31.72; jakbar: 31.73; jaksel: 31.74; jaktim: 31.75; pulauseribu: 31.01
tangsel: 36.74; tng, tgr: 36.71 36.03; bks: 32.75 32.16; bgr: 32.71 32.01
bdg: 32.73 32.04; kbb: 32.17; tasik: 32.78 32.06; cjr: 32.03; krw: 32.15
solo, sala: 33.72; smg: 33.74 33.22; sltg: 33.73; purwokerto: 33.02; wates: 34.01; wonosari: 34.03
sby: 35.78; mlg: 35.73 35.07; sda: 35.15; bwi: 35.10; kepanjen: 35.07
mks, mksr, ujungpandang: 73.71; pangkep: 73.10; sidrap: 73.14; selayar: 73.01
mdn: 12.71; siantar: 12.72; madina: 12.13; humbahas: 12.16; sergai: 12.18; labusel: 12.22
labura: 12.23; paluta: 12.20; palas: 12.21; tapteng: 12.01; taput: 12.02; tapsel: 12.03
bna: 11.71; abdya: 11.12; btm: 21.71; pku: 14.71; inhu: 14.02; inhil: 14.04; rohul: 14.06
rohil: 14.07; kuansing: 14.09; plg: 16.71; oku: 16.01; oki: 16.02; muba: 16.06; mura: 16.05
pali: 16.12; muratara: 16.13; okus: 16.09; okut: 16.08; balam, bdl: 18.71; tubaba: 18.12
babel: 19.71 19.01 19.02 19.03 19.04 19.05 19.06; pgk: 19.71
lobar: 52.01; loteng: 52.02; lotim: 52.03
klu: 52.08; ksb: 52.07; dps: 51.71; tts: 53.02; ttu: 53.03; sbd: 53.18; mabar: 53.15
matim: 53.19; ptk: 61.71; kobar: 62.01; kotim: 62.02; bartim: 62.13; bjm: 63.71; bjb: 63.72
hss: 63.06; hst: 63.07; hsu: 63.08; tanbu: 63.10; tala: 63.01; kukar: 64.02; kubar: 64.07
kutim: 64.08; ppu: 64.09; mahulu: 64.11; bpp: 64.71; smd: 64.72; btg: 64.74
ktt: 65.04; bolmong: 71.01; minsel: 71.05; minut: 71.06; mitra: 71.07; bolmut: 71.08
sitaro: 71.09; boltim: 71.10; bolsel: 71.11; parimo: 72.08; touna: 72.09; bangkep: 72.07
lutra: 73.22; lutim: 73.24; torut: 73.26; konsel: 74.05; konut: 74.09; polman: 76.04
malteng: 81.01; malra: 81.02; sbt: 81.05; sbb: 81.06; mbd: 81.08
halbar: 82.01; halteng: 82.02; halut: 82.03; halsel: 82.04; haltim: 82.06; ptl: 82.08
"""
_KINDS = {
    "kabupaten": "kab", "kab": "kab", "kabup": "kab", "pemkab": "kab",
    "kota": "kota", "kodya": "kota", "kotamadya": "kota", "pemkot": "kota", "pemko": "kota",
}  # fmt: skip
_FILLERS = frozenset("pemerintah pemda daerah administrasi adm provinsi prov diskominfo".split())


@cache
def _short_names() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entry in re.split(r"[;\n]", _SHORT.strip()):
        names, _, codes = entry.partition(":")
        for name in names.split(","):
            found[name.strip()] = tuple(codes.split())
    return found


@cache
def _compact_names() -> tuple[tuple[str, str, str, Regency], ...]:
    """(short name, whole name, whole name with province, area) without spaces."""
    return tuple(
        (
            _compact(area.short_name),
            _compact(area.name),
            _compact(f"{area.name} {area.province.name}"),
            area,
        )
        for area in regions.all_regencies()
    )


def _compact(text: str) -> str:
    return plain(text).replace(" ", "")


def _without_kind(text: str) -> tuple[str, str]:
    """What was typed without its kind and without words that mean any government; the kind."""
    words = [word for word in plain(text).split() if word not in _FILLERS]
    kind = next((_KINDS[word] for word in words if word in _KINDS), "")
    rest = [word for word in words if word not in _KINDS]
    return " ".join(rest), kind


def _is_kind(area: Regency, kind: str) -> bool:
    return not kind or area.is_kota == (kind == "kota")


def _holds(area: Regency, words: list[str]) -> bool:
    text = plain(f"{area.name} {area.province.name}")
    return all(word in text for word in words)


def _ranked(text: str) -> list[tuple[int, Regency]]:
    """(rank, area), best first. 0: named exactly, 1: begins so, 2: contains it, 3: a guess."""
    if not plain(text):
        return []
    whole = _compact(re.sub(r"^kab(up)? ", "kabupaten ", plain(text)))
    exact = [
        area
        for _short, name, long, area in _compact_names()
        if whole in (name, long, _compact(area.code))
    ]
    if exact:
        return [(0, area) for area in exact]
    rest, kind = _without_kind(text)
    typed = rest.replace(" ", "")
    if not typed:
        return []
    found: dict[str, tuple[int, Regency]] = {}
    for code in _short_names().get(typed, ()):
        area = regions.regency(code)
        if area is not None:
            found[code] = (0, area)
    words = rest.split()
    for short, _name, long, area in _compact_names():
        if area.code in found:
            continue
        if short == typed:
            found[area.code] = (0, area)
        elif short.startswith(typed):
            found[area.code] = (1, area)
        elif _holds(area, words) or (len(typed) > 3 and typed in long):
            found[area.code] = (2, area)
    if not found:
        found = {area.code: (3 + far, area) for far, area in _near(typed)}
    right = [entry for entry in found.values() if _is_kind(entry[1], kind)]
    return sorted(right or found.values(), key=lambda entry: entry[0])


def _near(typed: str) -> list[tuple[int, Regency]]:
    """Areas whose name differs by few letters: one in four or five, two up to nine, else three."""
    if len(typed) < 4:
        return []
    most = 1 if len(typed) < 6 else 2 if len(typed) < 10 else 3
    near = []
    for short, _name, _long, area in _compact_names():
        if abs(len(short) - len(typed)) <= most:
            far = _distance(typed, short)
            if far <= most:
                near.append((far, area))
    least = min((far for far, _ in near), default=0)
    return [(far, area) for far, area in near if far <= least + 1]


def _distance(one: str, other: str) -> int:
    """Optimal string alignment: insertions, deletions, changes, neighbours swapped."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def search(text: str, *, limit: int = 20) -> list[Regency]:
    """Kabupaten and kota that may be meant, best first; nothing typed means nothing found."""
    return [area for _, area in _ranked(text)[:limit]]


def meant(text: str) -> Regency | None:
    """The area that is meant beyond doubt: named exactly, and nothing else fits as well.

    None where a kabupaten and a kota share the name, and for a guess after a slip.
    """
    ranked = _ranked(text)
    best = [area for rank, area in ranked if rank == 0]
    _, kind = _without_kind(text)
    return best[0] if len(best) == 1 and (len(ranked) == 1 or kind) else None


def is_domain_of(domain: str, area: Regency) -> bool:
    """Whether a mail domain is this area's: ``diskominfo.bontangkota.go.id`` for Kota Bontang.

    Only the label before ``.go.id`` counts, and it must be the area's name or short name, with
    its own kind where a kabupaten and a kota share the name.
    """
    labels = domain.lower().rstrip(".").split(".")
    if len(labels) < 3 or labels[-2:] != ["go", "id"]:
        return False
    label = labels[-3].replace("-", "")
    names = {_compact(area.short_name)}
    names |= {short for short, codes in _short_names().items() if codes == (area.code,)}
    kinds = ("kota", "pemkot", "pemko") if area.is_kota else ("kab", "kabupaten", "pemkab")
    own = {f"{kind}{name}" for name in names for kind in kinds}
    own |= {f"{name}{kind}" for name in names for kind in kinds}
    if not regions.is_shared_name(area):
        own |= names
    return label in own
