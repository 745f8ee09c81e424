"""Languages a city may offer its services in; Indonesian is always there."""

ORIGINAL = ("id", "Bahasa Indonesia")
OTHERS: tuple[tuple[str, str], ...] = (
    ("en", "English"),
    ("jv", "Basa Jawa"),
    ("su", "Basa Sunda"),
    ("mad", "Basa Madura"),
    ("min", "Baso Minang"),
    ("bug", "Basa Ugi"),
    ("ban", "Basa Bali"),
    ("bjn", "Bahasa Banjar"),
    ("ace", "Bahsa Acèh"),
)
NAMES = dict((ORIGINAL, *OTHERS))


def offered(codes: str) -> tuple[tuple[str, str], ...]:
    """Codes and names of the languages in a city's setting, Indonesian first."""
    return (ORIGINAL, *((code, NAMES[code]) for code in codes.split(",") if code in NAMES))
