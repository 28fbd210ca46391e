"""What every table of comma-separated values is made of, line by line, while it is sent."""

from typing import Any

# Spreadsheet programs tell UTF-8 by this mark.
UTF_8_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
# A spreadsheet takes a cell that begins so for a formula. The apostrophe is taken off again on import.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Line:
    """A file to write to that hands each line back."""

    def write(self, line: str) -> str:
        return line


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; dates and moments in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    text = cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
