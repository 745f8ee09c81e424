"""A city's colour: is it readable, and which shade of it is readable in the dark?

Contrast is WCAG 2.2's ratio of relative luminances (1.4.3: at least 4.5 for text). Mixing
follows CSS ``color-mix(in oklab, ...)``, because the stylesheet mixes the soft tint that way.
"""

import re

from kernel.errors import RuleBroken

PAPER, SURFACE = "#fbfaf6", "#ffffff"
DARK_PAPER, DARK_SURFACE = "#12161c", "#191f27"
READABLE = 4.5
SOFT = 0.09  # share of the accent in --accent-soft; see balai.css

Triple = tuple[float, float, float]


def parse_hex(text: str) -> str:
    """``#0B6B5D`` or ``0b6b5d`` as ``#0b6b5d``; RuleBroken when it is no such colour."""
    match = re.fullmatch(r"#?([0-9a-fA-F]{6})", text.strip())
    if not match:
        raise RuleBroken(
            "Tulis warna sebagai # dan enam angka atau huruf a–f, misalnya #0b6b5d.",
            field="accent",
        )
    return f"#{match[1].lower()}"


def _channels(colour: str) -> Triple:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _gamma(value: float) -> float:
    value = min(1.0, max(0.0, value))
    return value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = (_linear(value) for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _to_oklab(colour: str) -> Triple:
    red, green, blue = (_linear(value) for value in _channels(colour))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lab: Triple) -> str:
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(_gamma(value) * 255):02x}" for value in linear)


def mix(colour: str, share: float, ground: str) -> str:
    """``color-mix(in oklab, colour share, ground)``; share between 0 and 1."""
    one, other = _to_oklab(colour), _to_oklab(ground)
    mixed = tuple(share * x + (1 - share) * y for x, y in zip(one, other, strict=True))
    return _from_oklab(mixed)  # type: ignore[arg-type]


def _readable_on(colour: str, paper: str, surface: str) -> bool:
    grounds = (paper, surface, mix(colour, SOFT, paper))
    return all(contrast(colour, ground) >= READABLE for ground in grounds)


def _moved(colour: str, towards: float, paper: str, surface: str) -> str:
    """The nearest shade of the same hue, lighter or darker, that is readable on the grounds."""
    light, a, b = _to_oklab(colour)
    for step in range(101):
        rest = 1 - step / 100
        shade = _from_oklab((towards + (light - towards) * rest, a * rest**0.3, b * rest**0.3))
        if _readable_on(shade, paper, surface):
            return shade
    return "#ffffff" if towards else "#000000"


def readable_accent(colour: str) -> str:
    """The colour itself if text in it can be read on light paper, else its nearest darker shade."""
    return _moved(parse_hex(colour), 0.0, PAPER, SURFACE)


def dark_accent(colour: str) -> str:
    """The shade of the city's colour that stands in for it on dark paper."""
    light, a, b = _to_oklab(parse_hex(colour))
    # On dark paper a colour needs light to stay itself: begin at a lightness that glows.
    bright = _from_oklab((max(light, 0.72), a * 1.15, b * 1.15))
    return _moved(bright, 1.0, DARK_PAPER, DARK_SURFACE)


def ink_on(colour: str) -> str:
    """Near-black or white, whichever is easier to read on this colour."""
    return max("#ffffff", "#0b1512", key=lambda ink: contrast(ink, colour))


def check_accent(text: str) -> str:
    """A colour fit to be a city's accent, or RuleBroken with the nearest one that is."""
    colour = parse_hex(text)
    fit = readable_accent(colour)
    if fit != colour:
        raise RuleBroken(
            f"Warna {colour} terlalu muda: tulisan di atas kertas putih sulit dibaca. "
            f"Warna terdekat yang terbaca adalah {fit}.",
            field="accent",
        )
    return colour


def accent_css(accent: str) -> str:
    """The stylesheet that gives one city its colour, in light and in dark."""
    light = readable_accent(accent)
    dark = dark_accent(accent)
    return (
        f":root{{--accent:{light};--accent-ink:{ink_on(light)}}}"
        f"@media (prefers-color-scheme:dark)"
        f"{{:root{{--accent:{dark};--accent-ink:{ink_on(dark)}}}}}"
    )
