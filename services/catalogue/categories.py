"""How people look for things."""

# Slug, name, what it holds, icon.
CATEGORIES: tuple[tuple[str, str, str, str], ...] = (
    ("kelahiran", "Kelahiran dan anak", "Akta, kenal lahir, wali", "baby"),
    ("sekolah", "Sekolah", "SPMB, beasiswa, penghasilan orang tua", "graduation-cap"),
    ("kerja", "Kerja", "SKCK, pekerjaan, izin keluarga", "briefcase-business"),
    ("menikah", "Menikah dan keluarga", "N1 sampai N6, janda/duda, cerai", "heart"),
    ("pindah", "Pindah dan domisili", "Pindah, datang, tempat tinggal", "truck"),
    ("ktp-kk", "KTP, KK, dan data diri", "Baru, rusak, hilang, keliru", "id-card"),
    ("usaha", "Usaha", "Keterangan usaha, reklame, proposal", "store"),
    ("rumah", "Rumah dan tanah", "Tanah, bangunan, PBB", "house"),
    ("bantuan", "Bantuan dan kesehatan", "Tidak mampu, jaminan kesehatan", "hand-helping"),
    ("acara", "Acara dan lingkungan", "Keramaian, sumbangan, tetangga", "megaphone"),
    ("kematian", "Kematian dan waris", "Akta, pemakaman, ahli waris", "flower"),
    ("umum", "Surat lainnya", "Keterangan umum, kuasa, legalisasi", "file-text"),
)
