"""What units and their heads are called where. Plain Python; each city can change it.

Which law says so: UU 6/2014 art. 1 (desa atau yang disebut dengan nama lain) and art. 6; UU
23/2014 art. 229 and 230 (kelurahan, led by a lurah). Aceh: UU 11/2006 art. 115 and the qanun of
each kabupaten. Sumatera Barat: Perda 7/2018 on nagari; the cities, Mentawai and the desa of
Pariaman and Sawahlunto keep desa. DIY: Perdais 1/2018 and Pergub 25/2019. Papua: UU 21/2001
art. 1 as changed by UU 2/2021. Other kabupaten: their own perda on desa. Why this table and no
other: docs/decisions/0015-words-of-office.md.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The word for a kind of unit, as it stands before a name, and the title of its head."""

    word: str
    head: str


KECAMATAN, KELURAHAN, DESA = "kecamatan", "kelurahan", "desa"
DUSUN, LINGKUNGAN = "dusun", "lingkungan"  # below a desa, below a kelurahan

_USUAL = {
    KECAMATAN: Words("Kecamatan", "Camat"),
    KELURAHAN: Words("Kelurahan", "Lurah"),
    DESA: Words("Desa", "Kepala Desa"),
    DUSUN: Words("Dusun", "Kepala Dusun"),
    LINGKUNGAN: Words("Lingkungan", "Kepala Lingkungan"),
    "rw": Words("RW", "Ketua RW"),
    "rt": Words("RT", "Ketua RT"),
}

_GAMPONG = Words("Gampong", "Keuchik")
_GAYO = Words("Kampung", "Reje")
_NAGARI = {DESA: Words("Nagari", "Wali Nagari"), DUSUN: Words("Jorong", "Wali Jorong")}
_PAPUA = {
    KECAMATAN: Words("Distrik", "Kepala Distrik"),
    DESA: Words("Kampung", "Kepala Kampung"),
}
_KAMPUNG = {DESA: Words("Kampung", "Kepala Kampung")}
_PERATIN = {DESA: Words("Pekon", "Peratin"), DUSUN: Words("Pemangku", "Kepala Pemangku")}
_PEKON = {DESA: Words("Pekon", "Kepala Pekon")}
_LEMBANG = {DESA: Words("Lembang", "Kepala Lembang")}
_HUKUM_TUA = {DESA: Words("Desa", "Hukum Tua")}
_PETINGGI = {DESA: Words("Kampung", "Petinggi")}
_KUWU = {DESA: Words("Desa", "Kuwu")}
_DESA = {DESA: _USUAL[DESA], DUSUN: _USUAL[DUSUN]}

# By the longest code that fits: a province ("34"), its kota ("13.7"), or one kabupaten or kota.
TABLE: dict[str, dict[str, Words]] = {
    "11": {DESA: _GAMPONG},
    "11.02": {DESA: Words("Kute", "Pengulu")},  # Aceh Tenggara
    "11.04": {DESA: _GAYO},  # Aceh Tengah
    "11.09": _DESA,  # Simeulue
    "11.10": _KAMPUNG,  # Aceh Singkil
    "11.13": {DESA: Words("Kampung", "Pengulu")},  # Gayo Lues
    "11.16": {DESA: Words("Kampung", "Datok Penghulu")},  # Aceh Tamiang
    "11.17": {DESA: _GAYO},  # Bener Meriah
    "11.75": {DESA: Words("Kampong", "Kepala Kampong")},  # Subulussalam
    "13": _NAGARI,
    "13.05": {**_NAGARI, DUSUN: Words("Korong", "Wali Korong")},  # Padang Pariaman
    "13.09": _DESA,  # Kepulauan Mentawai
    "13.7": _DESA,  # its cities: Sawahlunto and Pariaman have desa beside kelurahan
    "14.07": {DESA: Words("Kepenghuluan", "Penghulu")},  # Rokan Hilir
    "14.08": {DESA: Words("Kampung", "Penghulu")},  # Siak
    "15.08": {DESA: Words("Dusun", "Rio"), DUSUN: Words("Kampung", "Kepala Kampung")},  # Bungo
    "18.02": _KAMPUNG,  # Lampung Tengah
    "18.04": _PERATIN,  # Lampung Barat
    "18.05": _KAMPUNG,  # Tulang Bawang
    "18.06": _PEKON,  # Tanggamus
    "18.08": _KAMPUNG,  # Way Kanan
    "18.10": _PEKON,  # Pringsewu
    "18.12": {DESA: Words("Tiyuh", "Kepala Tiyuh")},  # Tulang Bawang Barat
    "18.13": _PERATIN,  # Pesisir Barat
    "32.09": _KUWU,  # Cirebon
    "32.12": _KUWU,  # Indramayu
    "34": {
        KECAMATAN: Words("Kapanewon", "Panewu"),
        DESA: Words("Kalurahan", "Lurah"),
        DUSUN: Words("Padukuhan", "Dukuh"),
    },
    "34.71": {KECAMATAN: Words("Kemantren", "Mantri Pamong Praja")},  # Kota Yogyakarta
    "51": {
        DESA: Words("Desa", "Perbekel"),
        DUSUN: Words("Banjar Dinas", "Kelian Banjar Dinas"),
    },
    "64.03": _KAMPUNG,  # Berau
    "64.07": _PETINGGI,  # Kutai Barat
    "64.11": _PETINGGI,  # Mahakam Ulu
    "71.02": _HUKUM_TUA,  # Minahasa
    "71.03": {DESA: Words("Kampung", "Kapitalaung")},  # Kepulauan Sangihe
    "71.05": _HUKUM_TUA,  # Minahasa Selatan
    "71.06": _HUKUM_TUA,  # Minahasa Utara
    "71.07": _HUKUM_TUA,  # Minahasa Tenggara
    "73.18": _LEMBANG,  # Tana Toraja
    "73.26": _LEMBANG,  # Toraja Utara
    "81.01": {DESA: Words("Negeri", "Kepala Pemerintah Negeri")},  # Maluku Tengah
    **dict.fromkeys(("91", "92", "93", "94", "95", "96"), _PAPUA),
}


def usual_words(kind: str, code: str) -> Words:
    """What a unit of this kind is called in the kabupaten or kota its code begins with.

    A kind that has no word before its names (a dinas, the city itself) gives empty words.
    """
    for length in range(5, 1, -1):
        found = TABLE.get(code[:length], {})
        if kind in found:
            return found[kind]
    return _USUAL.get(kind, Words("", ""))


# Every word that stands before a name somewhere, in small letters: as people type them.
_BELOW = ("rw", "rt", DUSUN, LINGKUNGAN)
ALL_WORDS = frozenset(
    words.word.casefold()
    for table in (_USUAL, *TABLE.values())
    for kind, words in table.items()
    if kind in (KECAMATAN, KELURAHAN, DESA, *_BELOW)
)
VILLAGE_WORDS = frozenset(
    words.word.casefold()
    for table in (_USUAL, *TABLE.values())
    for kind, words in table.items()
    if kind in (KELURAHAN, DESA)
)
DUSUN_WORDS = frozenset(
    words.word.casefold()
    for table in (_USUAL, *TABLE.values())
    for kind, words in table.items()
    if kind in (DUSUN, LINGKUNGAN)
)
