"""What search engines may read, by host."""

# Signed-in areas, pages that open by a link somebody holds, and pages that only receive forms.
ON_EVERY_HOST = ("/akun/", "/masuk/", "/keluar/", "/sandi/", "/bahasa/", "/luring/")
ON_CITIES = (
    "/ajukan/", "/permohonan/", "/data-saya/", "/rt-saya/", "/akses/", "/berkas/", "/surat/",
    "/pengantar/", "/rt/", "/meja/", "/lapangan/", "/kas-rt/", "/bantuan/",
    "/kelola/", "/dukungan/", "/api/", "/v/", "/kios/", "/layar/", "/antrean/", "/lacak/",
    "/retribusi/", "/bayar/",
)  # fmt: skip
ON_THE_PLATFORM = (
    "/konsol/", "/daftar/cari/", "/daftar/status/", "/daftar/konfirmasi/", "/kotak-surat/",
    "/penghapusan/", "/stripe/",
)  # fmt: skip


def text(*, in_city: bool, is_demo: bool) -> str:
    """The robots.txt of a host: public pages are open; a demonstration is left out wholly."""
    if is_demo:
        return "User-agent: *\nDisallow: /\n"
    closed = [*ON_EVERY_HOST, *(ON_CITIES if in_city else ON_THE_PLATFORM)]
    return "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in closed)
