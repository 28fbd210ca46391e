"""The picture of a spread: where each thing of it stands. A table beside it shows the same figures."""

from dataclasses import dataclass

from evidence.models.rating import STEPS
from evidence.queries.spreads import Programme, Spread

COLUMN, GAP, TALLEST, TOP = 26, 8, 40, 14
BASE = TOP + TALLEST
WIDTH = len(STEPS) * (COLUMN + GAP) + GAP
HEIGHT = BASE + 14


@dataclass(frozen=True)
class Column:
    """One step: a column as high as many people chose it."""

    x: int
    y: float
    height: float
    count: int
    step: int

    @property
    def centre(self) -> float:
        return self.x + COLUMN / 2


@dataclass(frozen=True)
class Reach:
    """The range of other partnerships, as a line below the columns with a point at its middle."""

    start: float
    end: float
    middle: float


@dataclass(frozen=True)
class Picture:
    """A spread as columns from the lowest step to the highest."""

    title: str
    description: str
    columns: list[Column]
    reach: Reach | None
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE
    column_width: int = COLUMN


def picture_of(title: str, description: str, spread: Spread, programme: Programme | None = None) -> Picture:
    most = max([spread.counts[step] for step in STEPS] + [1])
    columns = []
    for place, step in enumerate(STEPS):
        count = spread.counts[step]
        height = round(TALLEST * count / most, 1)
        x = GAP + place * (COLUMN + GAP)
        columns.append(Column(x, round(BASE - height, 1), height, count, int(step)))
    return Picture(title, description, columns, reach_of(programme) if programme else None)


def reach_of(programme: Programme) -> Reach:
    return Reach(place_of(programme.lowest), place_of(programme.highest), place_of(programme.middle))


def place_of(value: float) -> float:
    """Where a step, or a place between two, lies from left to right."""
    return round(GAP + COLUMN / 2 + (value - 1) * (COLUMN + GAP), 1)
