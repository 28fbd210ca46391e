"""What changed between two texts, word by word, in bounded time however long they are.

Paragraphs are matched first, then sentences, then words, by Python's difflib. Where two stretches have too
much in them to be matched, or hardly anything in common, one is shown as removed and the other as added.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

SAME, REMOVED, ADDED = "same", "removed", "added"

# What each part of a thing says, by the part's name. Lists have one line for each entry.
Wording = Mapping[str, str]

MOST_PAIRS = 1_000_000  # pairs of units that are matched with each other
LEAST_IN_COMMON = 0.3  # of the words of two stretches
LONGEST_SAME = 280  # characters that stand still, around which a shortened difference leaves the middle out
KEPT_AROUND = 110


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, went or came."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of a thing before and after, as one run of pieces."""

    label: str
    pieces: list[Piece]

    @property
    def before(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind != ADDED]

    @property
    def after(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind != REMOVED]


def differences(before: Wording, after: Wording, labels: Mapping[str, str]) -> list[Difference]:
    """The parts that differ, in the order of ``labels``."""
    return [
        Difference(label, list(pieces_of(before.get(part, ""), after.get(part, ""), part in LISTS)))
        for part, label in labels.items()
        if before.get(part, "") != after.get(part, "")
    ]


def shortened(difference: Difference) -> Difference:
    """The same without the middle of long stretches in which nothing changed."""
    last = len(difference.pieces) - 1
    pieces = [
        Piece(SAME, abridged(piece.text, first=place == 0, last=place == last))
        if piece.kind == SAME and len(piece.text) > LONGEST_SAME
        else piece
        for place, piece in enumerate(difference.pieces)
    ]
    return Difference(difference.label, pieces)


def abridged(text: str, *, first: bool, last: bool) -> str:
    head = "" if first else text[:KEPT_AROUND].rpartition(" ")[0]
    tail = "" if last else text[-KEPT_AROUND:].partition(" ")[2]
    return f"{head} … {tail}"


# Parts that hold one entry a line: an entry is added or removed as a whole.
LISTS = frozenset(
    {
        "partnerships",
        "organisations",
        "sectors",
        "source",
        "codings",
        "references",
        "evaluators",
        "planned_interviews",
        "synonyms",
        "place",
    }
)

Splitter = Callable[[str], list[str]]


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def sentences(text: str) -> list[str]:
    return re.findall(r".+?(?:[.!?]+\s+|\Z)", text, re.DOTALL)


def words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def pieces_of(before: str, after: str, is_list: bool = False) -> Iterator[Piece]:
    """The two texts as one run of pieces, neighbours of one kind joined."""
    if is_list:  # each entry ends its line, so that the last one is compared like the others
        found = matched(with_end(before), with_end(after), [lines])
    else:
        found = matched(before, after, [lines, sentences, words])
    for kind, group in groupby(found, key=lambda piece: piece.kind):
        yield Piece(kind, "".join(piece.text for piece in group))


def with_end(text: str) -> str:
    return f"{text}\n" if text else ""


def matched(before: str, after: str, splitters: Sequence[Splitter]) -> Iterator[Piece]:
    """Pieces by the first splitter; what differs is matched more finely by the next one."""
    split, *finer = splitters
    old, new = split(before), split(after)
    head = common_length(zip(old, new, strict=False))
    tail = common_length(zip(old[head:][::-1], new[head:][::-1], strict=False))
    yield from piece(SAME, old[:head])
    yield from middle(old[head : len(old) - tail], new[head : len(new) - tail], finer)
    yield from piece(SAME, old[len(old) - tail :])


def middle(old: list[str], new: list[str], finer: Sequence[Splitter]) -> Iterator[Piece]:
    if not old or not new or len(old) * len(new) > MOST_PAIRS:
        yield from replaced(old, new, finer if len(old) == len(new) == 1 else ())
        return
    matcher = SequenceMatcher(None, old, new)
    if not finer and in_common(matcher, old, new) < LEAST_IN_COMMON:
        yield from replaced(old, new, ())
        return
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            yield from piece(SAME, old[old_start:old_end])
        else:
            yield from replaced(old[old_start:old_end], new[new_start:new_end], finer)


def in_common(matcher: SequenceMatcher[str], old: list[str], new: list[str]) -> float:
    """The share of the words of both that were matched; none where there are only blanks."""
    matched_words = sum(
        words_among(old[start : start + size]) for start, _, size in matcher.get_matching_blocks()
    )
    return 2 * matched_words / ((words_among(old) + words_among(new)) or 1)


def words_among(units: list[str]) -> int:
    return sum(1 for unit in units if not unit.isspace())


def replaced(old: list[str], new: list[str], finer: Sequence[Splitter]) -> Iterator[Piece]:
    if old and new and finer:
        yield from matched("".join(old), "".join(new), finer)
        return
    yield from piece(REMOVED, old)
    yield from piece(ADDED, new)


def piece(kind: str, units: list[str]) -> Iterator[Piece]:
    if units:
        yield Piece(kind, "".join(units))


def common_length(pairs: Iterator[tuple[str, str]]) -> int:
    """How many pairs from the start are equal."""
    length = 0
    for one, other in pairs:
        if one != other:
            break
        length += 1
    return length
