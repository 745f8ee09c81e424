"""English for what shipped services share: ready-made questions and documents, desks.

A blueprint that has English of its own gets these wherever it uses the Indonesian text unchanged.
"""

from typing import Any

TEXTS: dict[str, str] = {
    # questions
    "Surat ini untuk keperluan apa?": "What do you need this letter for?",
    "Misalnya: melamar pekerjaan di PT Pupuk Kaltim.": "For example: applying for a job at PT "
    "Pupuk Kaltim.",
    "Keterangan lain": "Anything else",
    "Apa hubungan Anda dengan orang itu?": "How are you related to this person?",
    "Misalnya: anak kandung.": "For example: own child (anak kandung).",
    "Di kelurahan atau desa mana letaknya?": "In which village does it lie?",
    "Kosongkan bila di kelurahan atau desa tempat tinggal Anda.": "Leave it empty when it is the "
    "village where you live.",
    "Saksi pertama": "First witness",
    "Saksi kedua": "Second witness",
    # what several services ask
    "Anak": "Child",
    "Batas-batas tanah": "Boundaries of the land",
    "Bukti yang dimiliki": "Proof you have",
    "Ibu": "Mother",
    "Letak tanah": "Location of the land",
    "Luas tanah": "Area of the land",
    "Nomor bukti": "Number of the proof",
    "Suami atau istri": "Husband or wife",
    "Tempat": "Place",
    "Utara, timur, selatan, dan barat.": "North, east, south, and west.",
    # documents
    "Surat pernyataan bermeterai": "Stamped statement",
    "Tulis dan tanda tangani sendiri, tempel meterai Rp10.000, lalu foto.": "Write and sign it "
    "yourself, put a Rp10,000 duty stamp on it, then take a photo.",
    "Buku nikah atau akta perkawinan": "Marriage book or certificate",
    "Akta cerai": "Divorce certificate",
    "Akta kelahiran": "Birth certificate",
    "Akta atau surat keterangan kematian": "Death certificate or notification",
    "Surat keterangan lahir dari bidan, puskesmas, atau rumah sakit": "Birth letter from the "
    "midwife, community health centre, or hospital",
    "Surat keterangan kematian dari rumah sakit, puskesmas, atau dokter": "Death letter from a "
    "hospital, community health centre, or doctor",
    "Bila meninggal di rumah, boleh tidak diisi.": "May be left out when the death was at home.",
    "Surat tanda lapor kehilangan dari kepolisian": "Police report of the loss",
    "Pas foto berwarna": "Passport photo in colour",
    "Foto tempat usaha": "Photo of the place of business",
    "Foto lokasi": "Photo of the place",
    "Ijazah terakhir": "Latest school or university diploma",
    "Paspor": "Passport",
    "KTP orang yang tidak terdaftar di sini": "Identity card of whoever is not registered here",
    "Bukti hak atas tanah": "Proof of the right to the land",
    "Sertifikat, AJB, girik, atau letter C.": "Certificate, deed of sale (AJB), "
    "girik, or letter C.",
    "SPPT dan bukti lunas PBB tahun terakhir": "Latest land tax bill (SPPT) and proof of payment",
    "Surat persetujuan pemilik tempat": "Consent of the owner of the place",
    "Surat persetujuan tetangga": "Consent of the neighbours",
    "Proposal kegiatan": "Proposal of the activity",
    "Akta pendirian dan pengesahannya": "Deed of establishment and its ratification",
    "Dokumen yang membuktikan perubahan itu": "Document that proves the change",
    # desks
    "Ketua RT membenarkan": "The head of the RT confirms",
    "Ketua RW mengetahui": "The head of the RW takes note",
    "Loket kelurahan memeriksa": "The village office checks",
    "Kelurahan memeriksa laporan": "The village office checks the report",
    "Kasi memeriksa dan memaraf": "The head of section checks and initials it",
    "Sekretaris memaraf": "The secretary initials it",
    "Kasi kecamatan memeriksa dan memaraf": "The head of section at the district initials it",
    "Sekretaris kecamatan memaraf": "The secretary of the district initials it",
    "Lurah menyetujui": "The head of the village approves",
    "Loket kecamatan memeriksa": "The district office checks",
    "Keberatan diperiksa": "The objection is looked into",
    "Camat menyetujui": "The head of the district approves",
    "Disdukcapil memproses": "The civil registry (Disdukcapil) processes it",
    "Disdukcapil memeriksa": "The civil registry (Disdukcapil) checks it",
    "Disdukcapil menyelesaikan": "The civil registry (Disdukcapil) completes it",
    "DPMPTSP memproses": "The licensing office (DPMPTSP) processes it",
    "Dinas Sosial memproses": "The social affairs office processes it",
}
_READ = ("label", "help", "title")


def shared_texts(raw: dict[str, Any]) -> dict[str, str]:
    """English by place for everything in an expanded service that reads as it is ready-made."""
    return {
        f"{part}.{thing['key']}.{name}": TEXTS[thing[name]]
        for part in ("fields", "documents", "steps")
        for thing in raw.get(part, [])
        for name in _READ
        if thing.get(name) in TEXTS
    }
