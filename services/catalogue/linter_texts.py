"""The linter's findings about texts: characters that no document prints, and other languages."""

from collections.abc import Iterable, Iterator

from kernel.text import show_sign, tidy, unprintable
from services.catalogue import translation
from services.catalogue.blueprint import Blueprint
from services.catalogue.findings import Finding


def characters(blueprint: Blueprint) -> Iterator[Finding]:
    """Texts of a letter that hold a character no document can print."""
    for kind in ("fields", "outputs"):
        for part in blueprint.model_dump(mode="json")[kind]:
            odd = next((sign for text in _strings(part) if (sign := unprintable(tidy(text)))), "")
            if odd:
                yield Finding(
                    "error",
                    f"{kind}.{part['key']}",
                    f"Tanda {show_sign(odd)} tidak bisa dicetak di surat. Hapus atau ganti.",
                )


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def translations(blueprint: Blueprint, languages: Iterable[str]) -> Iterator[Finding]:
    for language in languages:
        for place in translation.missing(blueprint, language):
            yield Finding(
                "warning",
                f"translations.{language}.{place}",
                "Belum diterjemahkan; warga membacanya dalam bahasa Indonesia.",
            )
    for language in blueprint.translations:
        for place in translation.gone(blueprint, language):
            yield Finding(
                "warning",
                f"translations.{language}.{place}",
                "Ini terjemahan dari bagian yang sudah tidak ada. Hapus terjemahannya.",
            )
