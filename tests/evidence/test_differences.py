"""What changed between two texts: nothing is lost, nothing invented, and long texts take no time."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.queries.differences import Difference, Piece, differences, pieces_of, shortened

TEXTS = st.text(alphabet="ab .!\n<é", max_size=80)


def shown(before: str, after: str, is_list: bool = False) -> str:
    marks = {"removed": "[-{}-]", "added": "[+{}+]", "same": "{}"}
    return "".join(marks[piece.kind].format(piece.text) for piece in pieces_of(before, after, is_list))


@given(before=TEXTS, after=TEXTS)
def test_both_texts_can_be_read_off_the_pieces(before: str, after: str) -> None:
    difference = Difference("Text", list(pieces_of(before, after)))
    assert "".join(piece.text for piece in difference.before) == before
    assert "".join(piece.text for piece in difference.after) == after


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Nine of ten stayed.", "Eight of ten stayed.", "[-Nine-][+Eight+] of ten stayed."),
        ("They stayed.", "They stayed. All of them.", "They stayed.[+ All of them.+]"),
        ("One.\n\nTwo.", "One.\n\nTwo and a half.", "One.\n\nTwo[+ and a half+]."),
        ("", "New.", "[+New.+]"),
        ("Old words here.", "Nothing alike at all", "[-Old words here.-][+Nothing alike at all+]"),
    ],
)
def test_words_are_compared(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


def test_entries_of_a_list_come_and_go_whole() -> None:
    assert shown("Humber\nLeeds", "Humber\nLeicester", True) == "Humber\n[-Leeds\n-][+Leicester\n+]"


def test_parts_that_are_equal_are_no_difference() -> None:
    labels = {"title": "Headline", "text": "What was found"}
    found = differences({"title": "A", "text": "B"}, {"title": "A", "text": "C"}, labels)
    assert [difference.label for difference in found] == ["What was found"]


def test_the_middle_of_what_stayed_can_be_left_out() -> None:
    long = "word " * 200
    difference = Difference("Text", list(pieces_of(f"Old {long}end.", f"New {long}end!")))
    short = shortened(difference)
    assert [piece.kind for piece in short.pieces] == [piece.kind for piece in difference.pieces]
    assert sum(len(piece.text) for piece in short.pieces) < 300
    assert any(" … " in piece.text for piece in short.pieces)
    assert shortened(Difference("Text", [Piece("same", "short")])).pieces == [Piece("same", "short")]


def test_no_text_takes_long() -> None:
    chance = random.Random(7)  # noqa: S311  (the same words each time, no secret)
    words = [chance.choice(["the", "of", *map(str, range(2000))]) for _ in range(16_000)]
    reordered = sorted(words)
    nasty = [
        (" ".join(words), " ".join(reordered)),
        ("a " * 50_000, "b " * 50_000),
        ("a\nb\n" * 20_000, "b\na\n" * 20_000),
        ("a. " * 30_000, "b. a. " * 15_000),
        ("x" * 100_000, "x" * 99_999),
        (
            " ".join(chance.choice("ab") for _ in range(999)),
            " ".join(chance.choice("ab") for _ in range(999)),
        ),
    ]
    began = time.monotonic()
    for before, after in nasty:
        list(pieces_of(before, after))
    assert time.monotonic() - began < 3
