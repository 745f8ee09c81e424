"""The face a page wears: the platform's own, or the one a city chose.

``ui`` lies below the tenants, so it asks a source they registered (in ``AppConfig.ready``)
instead of reading their tables.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kernel.registry import Registry, name_of

DEFAULT_ACCENT = "#0b6b5d"


@dataclass(frozen=True, slots=True)
class Brand:
    """How the current host presents itself."""

    name: str  # "Kota Bontang"
    government: str = ""  # "Pemerintah Kota Bontang"
    accent: str = DEFAULT_ACCENT
    logo: str = ""  # address of the logo, "" without one
    website: str = ""
    contact: str = ""
    languages: tuple[tuple[str, str], ...] = (("id", "Bahasa Indonesia"),)  # code, own name

    @property
    def initial(self) -> str:
        """The letter on the crest: of the place's own name, not of 'Kota' or 'Kabupaten'."""
        words = [w for w in self.name.split() if w not in {"Kota", "Kabupaten", "Administrasi"}]
        return (words or [self.name or "B"])[0][:1].upper()

    @property
    def version(self) -> str:
        """Changes with the accent, so that browsers fetch the new colour at once."""
        return self.accent.lstrip("#")


PLATFORM = Brand(
    name="Balai", government="Balai", languages=(("id", "Bahasa Indonesia"), ("en", "English"))
)

BrandSource = Callable[[], Brand | None]
LogoSource = Callable[[], bytes | None]
brands: Registry[BrandSource] = Registry("brands", "who knows the current city's brand")
logos: Registry[LogoSource] = Registry("logos", "who knows the current city's logo")


def register(brand: BrandSource, logo: LogoSource) -> None:
    """Name who knows the current city's brand and its logo (PNG bytes)."""
    brands.add(name_of(brand), brand)
    logos.add(name_of(logo), logo)


def current() -> Brand:
    """The brand of the current host; the platform's own outside a city."""
    return next((found for source in brands if (found := source())), PLATFORM)


def logo() -> bytes | None:
    """The current city's logo as PNG bytes."""
    return next((found for source in logos if (found := source())), None)
