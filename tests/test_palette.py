"""The palette keeps the contrast that static/css/tokens.css promises, in light and in dark."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text()
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")
PAIRS = re.findall(r"^contrast: (\S+) (\S+) ([\d.]+)$", TOKENS, re.MULTILINE)
DIRECTIONS = ["supports", "refines", "challenges"]


def colours(stylesheet: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", stylesheet))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("stylesheet", [LIGHT, DARK], ids=["light", "dark"])
class TestPalette:
    def test_every_listed_pair_keeps_its_ratio(self, stylesheet: str) -> None:
        palette = colours(stylesheet)
        wanting = [
            f"{foreground} on {background}: {ratio:.2f}"
            for foreground, background, least in PAIRS
            if (ratio := contrast(palette[foreground], palette[background])) < float(least)
        ]
        assert len(PAIRS) > 40
        assert wanting == []

    def test_directions_stay_apart_in_grey(self, stylesheet: str) -> None:
        palette = colours(stylesheet)
        lightness = sorted(116 * luminance(palette[direction]) ** (1 / 3) - 16 for direction in DIRECTIONS)
        gaps = [upper - lower for lower, upper in pairwise(lightness)]
        assert min(gaps) > 10
