"""Code lists of the population register (SIAK numbering as used by the registers we import)."""

from django.db import models


class Sex(models.IntegerChoices):
    MALE = 1, "Laki-laki"
    FEMALE = 2, "Perempuan"


class Religion(models.IntegerChoices):
    ISLAM = 1, "Islam"
    KRISTEN = 2, "Kristen"
    KATHOLIK = 3, "Katholik"
    HINDU = 4, "Hindu"
    BUDDHA = 5, "Buddha"
    KHONGHUCU = 6, "Khonghucu"
    KEPERCAYAAN = 7, "Kepercayaan terhadap Tuhan YME"


class Marital(models.IntegerChoices):
    SINGLE = 1, "Belum kawin"
    MARRIED = 2, "Kawin"
    DIVORCED = 3, "Cerai hidup"
    WIDOWED = 4, "Cerai mati"


class Relation(models.IntegerChoices):
    """Status hubungan dalam keluarga (SHDK)."""

    HEAD = 1, "Kepala keluarga"
    HUSBAND = 2, "Suami"
    WIFE = 3, "Istri"
    CHILD = 4, "Anak"
    CHILD_IN_LAW = 5, "Menantu"
    GRANDCHILD = 6, "Cucu"
    PARENT = 7, "Orang tua"
    PARENT_IN_LAW = 8, "Mertua"
    RELATIVE = 9, "Famili lain"
    HELPER = 10, "Pembantu"
    OTHER = 11, "Lainnya"


class Citizenship(models.IntegerChoices):
    WNI = 1, "WNI"
    WNA = 2, "WNA"
    BOTH = 3, "Dua kewarganegaraan"


class Status(models.IntegerChoices):
    """Status dasar penduduk."""

    ALIVE = 1, "Hidup"
    DEAD = 2, "Mati"
    MOVED = 3, "Pindah"
    MISSING = 4, "Hilang"
    AWAY = 6, "Pergi"
    INVALID = 9, "Tidak valid"


class Education(models.IntegerChoices):
    """Pendidikan dalam KK."""

    NONE = 1, "Tidak/belum sekolah"
    PRIMARY_LEFT = 2, "Belum tamat SD/sederajat"
    PRIMARY = 3, "Tamat SD/sederajat"
    SMP = 4, "SLTP/sederajat"
    SMA = 5, "SLTA/sederajat"
    D2 = 6, "Diploma I/II"
    D3 = 7, "Akademi/Diploma III"
    S1 = 8, "Diploma IV/Strata I"
    S2 = 9, "Strata II"
    S3 = 10, "Strata III"


# Ids as in the registers we import; occupation is shown by name on letters.
OCCUPATIONS: dict[int, str] = dict(
    enumerate(
        [
            "Belum/tidak bekerja",
            "Mengurus rumah tangga",
            "Pelajar/mahasiswa",
            "Pensiunan",
            "Pegawai negeri sipil",
            "Tentara Nasional Indonesia",
            "Kepolisian RI",
            "Perdagangan",
            "Petani/pekebun",
            "Peternak",
            "Nelayan/perikanan",
            "Industri",
            "Konstruksi",
            "Transportasi",
            "Karyawan swasta",
            "Karyawan BUMN",
            "Karyawan BUMD",
            "Karyawan honorer",
            "Buruh harian lepas",
            "Buruh tani/perkebunan",
            "Buruh nelayan/perikanan",
            "Buruh peternakan",
            "Pembantu rumah tangga",
            "Tukang cukur",
            "Tukang listrik",
            "Tukang batu",
            "Tukang kayu",
            "Tukang sol sepatu",
            "Tukang las/pandai besi",
            "Tukang jahit",
            "Tukang gigi",
            "Penata rias",
            "Penata busana",
            "Penata rambut",
            "Mekanik",
            "Seniman",
            "Tabib",
            "Paraji",
            "Perancang busana",
            "Penerjemah",
            "Imam masjid",
            "Pendeta",
            "Pastor",
            "Wartawan",
            "Ustadz/mubaligh",
            "Juru masak",
            "Promotor acara",
            "Anggota DPR-RI",
            "Anggota DPD",
            "Anggota BPK",
            "Presiden",
            "Wakil presiden",
            "Anggota Mahkamah Konstitusi",
            "Anggota kabinet/kementerian",
            "Duta besar",
            "Gubernur",
            "Wakil gubernur",
            "Bupati",
            "Wakil bupati",
            "Wali kota",
            "Wakil wali kota",
            "Anggota DPRD provinsi",
            "Anggota DPRD kabupaten/kota",
            "Dosen",
            "Guru",
            "Pilot",
            "Pengacara",
            "Notaris",
            "Arsitek",
            "Akuntan",
            "Konsultan",
            "Dokter",
            "Bidan",
            "Perawat",
            "Apoteker",
            "Psikiater/psikolog",
            "Penyiar televisi",
            "Penyiar radio",
            "Pelaut",
            "Peneliti",
            "Sopir",
            "Pialang",
            "Paranormal",
            "Pedagang",
            "Perangkat desa",
            "Kepala desa",
            "Biarawati",
            "Wiraswasta",
            "Lainnya",
        ],
        start=1,
    )
)
