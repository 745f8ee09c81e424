"""What pydantic says of a definition that is refused, and the same in Indonesian with the cure."""

COMPLAINTS: tuple[tuple[str, str], ...] = (
    (r"field '(.+)': options belong", "Pertanyaan “{0}”: tulis sedikitnya satu pilihan jawaban; "
     "hanya jenis pilihan yang memilikinya."),
    (r"field '(.+)': columns belong", "Pertanyaan “{0}”: tulis sedikitnya satu kolom; hanya jenis "
     "tabel yang memilikinya."),
    (r"field '(.+)': 'code_list' belongs", "Pertanyaan “{0}”: pilih daftar bakunya."),
    (r"field '(.+)': no code list '(.+)'; known: (.+)", "Pertanyaan “{0}”: tidak ada daftar baku "
     "“{1}”. Yang ada: {2}."),
    (r"field '(.+)': min is greater", "Pertanyaan “{0}”: nilai paling sedikit lebih besar daripada "
     "paling banyak. Tukar keduanya."),
    (r"field '(.+)': no register fact '(.+)'", "Pertanyaan “{0}”: data penduduk tidak punya "
     "“{1}”. Pilih dari daftar."),
    (r"field '(.+)': require_when needs", "Pertanyaan “{0}”: hilangkan tanda “Wajib dijawab” bila "
     "hanya wajib dengan syarat."),
    (r"field '(.+)': condition on '(.+)', which", "Pertanyaan “{0}” memakai syarat dari “{1}”, "
     "yang tidak ada di atasnya. Pindahkan “{1}” ke atas, atau hapus syaratnya."),
    (r"field '(.+)': compared with '(.+)', which", "Pertanyaan “{0}” dibandingkan dengan “{1}”, "
     "yang tidak ada di atasnya atau berjenis lain. Hapus perbandingannya dulu."),
    (r"field '(.+)': its kind has no '(.+)'", "Pertanyaan “{0}”: jenisnya tidak mengenal “{1}”. "
     "Hapus bagian itu."),
    (r"(document|step|output|result) '(.+)': condition on '(.+)', which", "{0} “{1}” memakai "
     "syarat dari “{2}”, yang tidak ditanyakan. Hapus syaratnya dulu, atau kembalikan "
     "pertanyaannya."),
    (r"document '(.+)': no register fact '(.+)'", "Dokumen “{0}”: data penduduk tidak punya “{1}”. "
     "Pilih dari daftar."),
    (r"output '(.+)': no step '(.+)'", "Surat “{0}” terbit setelah langkah “{1}”, yang tidak ada. "
     "Pilih langkah lain di halaman surat itu dulu."),
    (r"output '(.+)': nothing fills '(.+)'", "Surat “{0}”: tidak ada yang mengisi {1}. Tambahkan "
     "pertanyaannya, atau hapus {1} dari suratnya dulu."),
    (r"output '(.+)': a brace is no placeholder in: (.*)", "Surat “{0}”: ada kurung kurawal yang "
     "bukan isian pada “{1}”. Hapus kurungnya, atau tulis seperti {{nama}}."),
    (r"output '(.+)': witness '(.+)' is", "Surat “{0}”: saksi “{1}” bukan pertanyaan jenis orang. "
     "Hapus saksinya dari surat dulu."),
    (r"output '(.+)': '(.+)' is no table", "Surat “{0}”: “{1}” bukan tabel atau anggota keluarga. "
     "Hapus tabelnya dari surat dulu."),
    (r"output '(.+)': table '(.+)' has no '(.+)'", "Surat “{0}”: tabel “{1}” tidak punya {2}. "
     "Hapus atau ganti kolom itu di suratnya."),
    (r"field '(.+)': what is sensitive is not", "Pertanyaan “{0}”: yang rahasia tidak dipakai "
     "dalam laporan. Matikan salah satunya."),
    (r"field '(.+)': its kind has nothing", "Pertanyaan “{0}”: jenis ini tidak dapat dipakai "
     "dalam laporan. Matikan “Dipakai dalam laporan”."),
    (r"field '(.+)': a number that is kept sealed", "Pertanyaan “{0}”: NIK dan nomor KK tidak "
     "dipakai dalam laporan. Matikan “Dipakai dalam laporan”."),
    (r"step '(.+)': 'dinas' goes", "Langkah “{0}”: pilih dinas untuk tingkat dinas, dan kosongkan "
     "untuk tingkat lain."),
    (r"tariff '(.+)': condition on '(.+)', which", "Baris tarif “{0}” memakai syarat dari “{1}”, "
     "yang tidak ditanyakan. Hapus syaratnya, atau kembalikan pertanyaannya."),
    (r"tariff: row '(.+)': '(.+)' is no field", "Baris tarif “{0}” dikalikan “{1}”, yang bukan "
     "pertanyaan angka. Pilih pertanyaan lain."),
    (r"event: condition on '(.+)', which", "Peristiwa di data penduduk memakai syarat dari “{0}”, "
     "yang tidak ditanyakan. Kembalikan pertanyaannya."),
    (r"event: '(.+)' is no field of type person", "Peristiwa di data penduduk: “{0}” bukan "
     "pertanyaan jenis orang atau anggota keluarga. Kembalikan pertanyaannya."),
    (r"event: '(.+)' is in '(.+)', which", "Peristiwa di data penduduk memakai jawaban “{1}”, yang "
     "tidak ditanyakan atau berjenis lain. Kembalikan pertanyaannya."),
    (r"event: '(.+)' has no fact '(.+)'; known: (.+)", "Peristiwa “{0}” tidak mengenal “{1}”. Yang "
     "ada: {2}."),
    (r"event: '(.+)' names nobody", "Peristiwa “{0}” tidak menyebut orangnya. Isi “people”, "
     "“applicant”, atau “applicant_when”."),
    (r"event: '(.+)' lacks (.+)", "Peristiwa “{0}” belum menyebut pertanyaan untuk: {1}."),
    (r"step '(.+)': no desk '(.+)' before it", "Langkah “{0}” harus disetujui orang lain daripada "
     "langkah “{1}”, yang bukan meja sebelumnya. Pilih langkah lain, atau kosongkan."),
    (r"result '(.+)': no desk '(.+)'", "Hasil “{0}” dicatat di langkah “{1}”, yang bukan meja di "
     "layanan ini. Pilih langkah lain di halaman hasil itu dulu."),
    (r"result '(.+)': a number reaches", "Hasil “{0}”: centang paling sedikit satu cara "
     "menerimanya; hanya untuk “Nomor saja” semuanya dikosongkan."),
    (r"form '(.+)': (?:no such form; known: )?(.+)", "Formulir “{0}” tidak cocok dengan layanan "
     "ini ({1})."),
    (r"result '(.+)': a way stands twice", "Hasil “{0}”: ada cara menerima yang ditulis dua kali."),
    (r"translations: 'id' is the language", "Terjemahan: “id” adalah bahasa layanan itu sendiri. "
     "Hapus bagian ini."),
    (r"translation '(.+)' of '(.+)': over (.+) letters", "Terjemahan “{0}” untuk “{1}” terlalu "
     "panjang. Paling banyak {2} huruf."),
    (r"(.+): key '(.+)' is used twice", "{0}: “{1}” dipakai dua kali. Ganti salah satunya."),
)  # fmt: skip
