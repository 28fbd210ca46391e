"""Text and CSV: checked to be text, copied as they are."""

from pathlib import Path

from evidence.attachments.formats import Refused
from evidence.attachments.report import Report

CHARACTERS_AT_A_TIME = 1 << 20
CONTROLS = frozenset(map(chr, (*range(9), 11, *range(14, 32), 127)))
# Turn the writing round, or take no space: a reader does not see what a program reads.
UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(path: Path, to: Path) -> Report:
    """Copy a text without characters that cannot be seen. Raises Refused for what is no UTF-8 text."""
    report = Report()
    try:
        with path.open(encoding="utf-8-sig", newline="") as text, to.open("w", newline="") as copy:
            while part := text.read(CHARACTERS_AT_A_TIME):
                if not CONTROLS.isdisjoint(part):
                    raise Refused("It holds bytes that no text has. Save it as plain text and add that.")
                if not UNSEEN.isdisjoint(part):
                    report.note("Characters that cannot be seen")
                    part = "".join(character for character in part if character not in UNSEEN)
                copy.write(part)
    except UnicodeDecodeError:
        raise Refused("It is not in UTF-8. Save it as text in UTF-8 and add that.") from None
    return report
