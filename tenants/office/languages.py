"""Languages a city may offer its services in: those Balai's own pages have. Indonesian is always
there."""

ORIGINAL = ("id", "Bahasa Indonesia")
OTHERS: tuple[tuple[str, str], ...] = (("en", "English"),)
USUAL = "en"  # what a new city offers; services without it are marked in lists
# What the languages are called that a service's own texts may be translated into.
NAMES = dict(
    (
        ORIGINAL,
        *OTHERS,
        ("jv", "Basa Jawa"),
        ("su", "Basa Sunda"),
        ("mad", "Basa Madura"),
        ("min", "Baso Minang"),
        ("bug", "Basa Ugi"),
        ("ban", "Basa Bali"),
        ("bjn", "Bahasa Banjar"),
        ("ace", "Bahsa Acèh"),
    )
)


def offered(codes: str) -> tuple[tuple[str, str], ...]:
    """Codes and names of the languages in a city's setting, Indonesian first; a language that
    the pages do not have is left out."""
    chosen = codes.split(",")
    return (ORIGINAL, *(language for language in OTHERS if language[0] in chosen))
