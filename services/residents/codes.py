"""Code lists of the population register (SIAK numbering as used by the registers we import)."""

from datetime import date

from django.db import models

EARLIEST = date(1900, 1, 1)  # nobody was born before


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


class Studying(models.IntegerChoices):
    """Pendidikan sedang ditempuh."""

    NOT_YET = 1, "Belum masuk TK/kelompok bermain"
    KINDERGARTEN = 2, "Sedang TK/kelompok bermain"
    NEVER = 3, "Tidak pernah sekolah"
    SD = 4, "Sedang SD/sederajat"
    SD_LEFT = 5, "Tidak tamat SD/sederajat"
    SMP = 6, "Sedang SLTP/sederajat"
    SMA = 7, "Sedang SLTA/sederajat"
    D1 = 8, "Sedang D-1/sederajat"
    D2 = 9, "Sedang D-2/sederajat"
    D3 = 10, "Sedang D-3/sederajat"
    S1 = 11, "Sedang S-1/sederajat"
    S2 = 12, "Sedang S-2/sederajat"
    S3 = 13, "Sedang S-3/sederajat"
    SLB_A = 14, "Sedang SLB A/sederajat"
    SLB_B = 15, "Sedang SLB B/sederajat"
    SLB_C = 16, "Sedang SLB C/sederajat"
    ILLITERATE = 17, "Tidak dapat membaca dan menulis huruf Latin/Arab"
    NOT_NOW = 18, "Tidak sedang sekolah"


class Blood(models.IntegerChoices):
    """Golongan darah; 13 says that the person does not know it."""

    A = 1, "A"
    B = 2, "B"
    AB = 3, "AB"
    O = 4, "O"  # noqa: E741 - a blood group
    A_PLUS = 5, "A+"
    A_MINUS = 6, "A-"
    B_PLUS = 7, "B+"
    B_MINUS = 8, "B-"
    AB_PLUS = 9, "AB+"
    AB_MINUS = 10, "AB-"
    O_PLUS = 11, "O+"
    O_MINUS = 12, "O-"
    UNKNOWN = 13, "Tidak tahu"


class Disability(models.IntegerChoices):
    PHYSICAL = 1, "Cacat fisik"
    SIGHT = 2, "Cacat netra/buta"
    HEARING = 3, "Cacat rungu/wicara"
    MENTAL = 4, "Cacat mental/jiwa"
    PHYSICAL_MENTAL = 5, "Cacat fisik dan mental"
    OTHER = 6, "Cacat lainnya"
    NONE = 7, "Tidak cacat"


class Contraception(models.IntegerChoices):
    """Akseptor KB, numbered as in OpenSID."""

    PILL = 1, "Pil"
    IUD = 2, "IUD"
    INJECTION = 3, "Suntik"
    CONDOM = 4, "Kondom"
    IMPLANT = 5, "Susuk KB"
    STERILE_WOMAN = 6, "Sterilisasi wanita"
    STERILE_MAN = 7, "Sterilisasi pria"
    OTHER = 99, "Lainnya"


class Insurance(models.IntegerChoices):
    NONE = 1, "Tidak/belum punya"
    PBI = 2, "BPJS penerima bantuan iuran"
    NON_PBI = 3, "BPJS bukan penerima bantuan iuran"
    OTHER = 99, "Asuransi lainnya"


class CardState(models.IntegerChoices):
    """Kepemilikan KTP elektronik."""

    NONE = 1, "Belum punya"
    KTP_EL = 2, "KTP-el"
    KIA = 3, "KIA"


class Recording(models.IntegerChoices):
    """Status perekaman KTP elektronik."""

    NOT_DUE = 1, "Belum wajib"
    NOT_RECORDED = 2, "Belum rekam"
    RECORDED = 3, "Sudah rekam"
    PRINTED = 4, "Card printed"
    READY = 5, "Print ready record"
    SHIPPED = 6, "Card shipped"
    SENT = 7, "Sent for card printing"
    ISSUED = 8, "Card issued"


class Residency(models.IntegerChoices):
    """Status penduduk."""

    PERMANENT = 1, "Tetap"
    TEMPORARY = 2, "Tidak tetap"


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
