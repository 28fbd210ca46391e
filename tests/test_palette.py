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


@pytest.mark.parametrize(
    "path", sorted((Path(settings.BASE_DIR) / "static" / "css").iterdir()), ids=lambda path: path.name
)
def test_a_stylesheet_closes_every_rule_that_it_opens(path: Path) -> None:
    """A brace that is missing takes every rule after it out of use, and no page complains."""
    depth, deepest = 0, []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        depth += line.count("{") - line.count("}")
        # A rule inside a condition inside another: deeper than that is a rule that was not closed.
        if depth > 3 or (line and not line[0].isspace() and line[0] not in "}/*@" and depth > 1):
            deepest.append(f"{path.name}:{number}: {line}")
    assert (depth, deepest) == (0, [])
