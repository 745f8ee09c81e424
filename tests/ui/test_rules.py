import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import RuleBroken
from ui import rules

colours = st.tuples(*[st.integers(0, 255)] * 3).map(lambda c: "#{:02x}{:02x}{:02x}".format(*c))


def test_contrast_matches_wcag_examples() -> None:
    assert rules.contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert rules.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_mixing_equals_what_browsers_compute() -> None:
    # Chromium: color-mix(in oklab, #0b6b5d 9%, #fbfaf6) -> color(srgb 0.902 0.929 0.906)
    assert rules.mix("#000000", 0.5, "#ffffff") == "#636363"
    assert rules.mix("#0b6b5d", 0.0, "#fbfaf6") == "#fbfaf6"


@given(colours)
def test_every_colour_gets_readable_shades_on_light_and_dark(colour: str) -> None:
    light, dark = rules.readable_accent(colour), rules.dark_accent(colour)
    for ground in (rules.PAPER, rules.SURFACE, rules.mix(light, rules.SOFT, rules.PAPER)):
        assert rules.contrast(light, ground) >= 4.5
    grounds = (rules.DARK_PAPER, rules.DARK_SURFACE, rules.mix(dark, rules.SOFT, rules.DARK_PAPER))
    for ground in grounds:
        assert rules.contrast(dark, ground) >= 4.5
    assert rules.contrast(light, rules.ink_on(light)) >= 4.5
    assert rules.contrast(dark, rules.ink_on(dark)) >= 4.5


def test_a_readable_accent_is_left_alone() -> None:
    assert rules.check_accent("0B6B5D") == "#0b6b5d"


def test_a_pale_accent_is_refused_with_a_proposal_that_would_pass() -> None:
    with pytest.raises(RuleBroken) as refused:
        rules.check_accent("#ffd400")
    proposal = refused.value.message.rstrip(".").split()[-1]
    assert rules.check_accent(proposal) == proposal
    assert refused.value.field == "accent"


@pytest.mark.parametrize(
    "text", ["", "red", "#12345", "#12345g", "red;}body{display:none", "#1234567"]
)
def test_only_hex_colours_reach_the_stylesheet(text: str) -> None:
    with pytest.raises(RuleBroken):
        rules.accent_css(text)
