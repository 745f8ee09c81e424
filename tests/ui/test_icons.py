"""Every icon that a page, a menu or a service names is in the sprite."""

import re
from pathlib import Path

from services.catalogue.categories import CATEGORIES

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("platform", "tenants", "services", "billing")


def _used() -> set[str]:
    names: set[str] = set()
    for top in SOURCES:
        for page in (ROOT / top).rglob("*.html"):
            text = page.read_text("utf-8")
            names |= set(re.findall(r"""\{% icon ["']([a-z0-9-]+)["']""", text))
            names |= set(re.findall(r"""\b(?:picture|icon)=["']([a-z0-9-]+)["']""", text))
        for module in (ROOT / top).rglob("*.py"):
            text = module.read_text("utf-8")
            names |= set(re.findall(r"""\bLink\("[^"]+", "[^"]+", "([a-z0-9-]+)\"""", text))
            names |= set(re.findall(r"""\bicon=["']([a-z0-9-]+)["']""", text))
        for blueprint in (ROOT / top).rglob("*.toml"):
            names |= set(
                re.findall(r"""^icon = "([a-z0-9-]+)"$""", blueprint.read_text("utf-8"), re.M)
            )
    return names


def test_sprite_holds_every_icon_that_is_used() -> None:
    sprite = (ROOT / "platform/ui/static/ui/icons.svg").read_text("utf-8")
    held = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = _used() | {icon for *_, icon in CATEGORIES}
    assert len(used) > 20
    assert used - held == set()
    listed = set((ROOT / "platform/ui/icons.txt").read_text("utf-8").split())
    assert listed == held


def test_pages_carry_nothing_the_content_security_policy_refuses() -> None:
    bad: list[str] = []
    for top in SOURCES:
        for page in (ROOT / top).rglob("*.html"):
            text = page.read_text("utf-8")
            if re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text):
                bad.append(str(page.relative_to(ROOT)))
            # A link a person may follow is no content of the page.
            if re.search(
                r"""src=["'](https?:)?//|<(link|use|image)[^>]*href=["'](https?:)?//""", text
            ):
                bad.append(str(page.relative_to(ROOT)))
    assert bad == []
