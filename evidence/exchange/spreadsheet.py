"""Spreadsheets (XLSX), written row by row, so that a long one takes no more memory than a short one."""

import datetime
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from evidence.exchange.printable import printable

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a cell can hold at the most, less what says that something was left out.
LONGEST_CELL = 32_700
LEFT_OUT = " … (cut: too long for a cell)"
LONGEST_NAME = 31
FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
NARROWEST, WIDEST = 12, 60


@dataclass(frozen=True)
class Worksheet:
    """One sheet: its name, the heading of each column, and its rows, which are read once."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def spreadsheet(title: str, worksheets: Iterable[Worksheet]) -> bytes:
    """The file. Texts stay texts, whatever they begin with: nothing in them becomes a formula or a link.

    A cell is a text, a number, a day (shown day first), yes or no, or empty for ``None``.
    """
    content = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "d mmmm yyyy",
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(content, options) as workbook:
        workbook.set_properties({"title": printable(title), "author": "Partnership evidence"})
        heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        text = workbook.add_format({"text_wrap": True, "valign": "top"})
        names: set[str] = set()
        for worksheet in worksheets:
            write(workbook, worksheet, free_name(worksheet.name, names), heading, text)
    return content.getvalue()


def write(workbook: Any, worksheet: Worksheet, name: str, heading: Any, text: Any) -> None:
    sheet = workbook.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    for column, label in enumerate(worksheet.columns):
        sheet.set_column(column, column, min(WIDEST, max(NARROWEST, len(label) + 2)))
        sheet.write_string(0, column, cell_text(label), heading)
    last = 0
    for last, row in enumerate(worksheet.rows, start=1):
        for column, value in enumerate(row):
            write_cell(sheet, last, column, value, text)
    sheet.autofilter(0, 0, last, max(0, len(worksheet.columns) - 1))


def write_cell(sheet: Any, row: int, column: int, value: Any, text: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "Yes" if value else "No", text)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, column, value)
    else:
        sheet.write_string(row, column, cell_text(str(value)), text)


def cell_text(value: str) -> str:
    value = printable(value)
    return value if len(value) <= LONGEST_CELL else value[: LONGEST_CELL - len(LEFT_OUT)] + LEFT_OUT


def free_name(name: str, taken: set[str]) -> str:
    """A name that sheets can have and none has yet; spreadsheet programs take no account of capitals."""
    stem = " ".join(name.translate(FORBIDDEN_IN_NAMES).split()) or "Sheet"
    number, found = 1, stem[:LONGEST_NAME].strip()
    while found.lower() in taken:
        number += 1
        end = f" {number}"
        found = stem[: LONGEST_NAME - len(end)].strip() + end
    taken.add(found.lower())
    return found
