"""The shapes that answers are stored in, one for each kind of question.

text, long-text: a text. number: a whole or decimal number. money: whole pounds. date: ISO text. choice: the
value of an option. choices: a list of such values. table: a list of rows, each a mapping of column keys.
link: a mapping with ``address`` and ``label``. An answer that was emptied is an empty text or list.
"""

import datetime
import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from evidence.models.questionnaire import Question

Kind = Question.Kind

LONGEST_TEXT = 300
LONGEST_LONG_TEXT = 10_000
LONGEST_ADDRESS = 500
LARGEST_NUMBER = 10**12
MOST_POUNDS = 10**9
MOST_ROWS = 60
NOTHING: tuple[Any, ...] = ("", [], {}, None)


def is_empty(value: Any) -> bool:
    return value in NOTHING


def empty_of(question: Question) -> Any:
    """What stands for no answer to it."""
    return [] if question.kind in (Kind.CHOICES, Kind.TABLE) else ""


def checked(question: Question, value: Any) -> Any:
    """The value as it is stored, or ValidationError with a sentence for the person who answers."""
    if is_empty(value):
        return empty_of(question)
    if question.kind == Kind.TABLE:
        return checked_table(question, value)
    return CHECKS[Kind(question.kind)](value, question.labels)


def refuse(message: str) -> ValidationError:
    return ValidationError(message, code="invalid")


def checked_text(value: Any, labels: Any, longest: int = LONGEST_TEXT) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise refuse("Write this as text.")
    if len(value) > longest:
        raise refuse(f"Shorten this to {longest:,} characters: it has {len(value):,}.")
    return value


def checked_long_text(value: Any, labels: Any) -> str:
    return checked_text(value, labels, LONGEST_LONG_TEXT)


def checked_number(value: Any, labels: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LARGEST_NUMBER:
        raise refuse("Write a number, such as 12 or 3.5.")
    return int(value) if value == int(value) else round(value, 4)


def checked_money(value: Any, labels: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_POUNDS:
        raise refuse("Write whole pounds, such as 12,500.")
    return value


def checked_date(value: Any, labels: Any) -> str:
    try:
        return datetime.date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise refuse("Write the day as in 4/3/2015 or 4 March 2015.") from None


def checked_choice(value: Any, labels: dict[str, str]) -> str:
    if not isinstance(value, str) or value not in labels:
        raise refuse("Choose one of the answers.")
    return value


def checked_choices(value: Any, labels: dict[str, str]) -> list[str]:
    if not isinstance(value, list) or any(one not in labels for one in value):
        raise refuse("Choose from the answers.")
    return [option for option in labels if option in value]


def checked_link(value: Any, labels: Any) -> dict[str, str]:
    address = value.get("address", "") if isinstance(value, dict) else ""
    checked_text(address, labels, LONGEST_ADDRESS)
    if not is_web_address(address):
        raise refuse("Write an address that begins with https:// or http://.")
    return {"address": address, "label": checked_text(value.get("label", ""), labels)}


def is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not set(address) & set(" \n\t\\")


CHECKS = {
    Kind.TEXT: checked_text,
    Kind.LONG_TEXT: checked_long_text,
    Kind.NUMBER: checked_number,
    Kind.MONEY: checked_money,
    Kind.DATE: checked_date,
    Kind.CHOICE: checked_choice,
    Kind.CHOICES: checked_choices,
    Kind.LINK: checked_link,
}


def checked_table(question: Question, value: Any) -> list[dict[str, Any]]:
    """Rows that say something, with the table's own columns alone."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise refuse("Write this as rows.")
    if len(value) > MOST_ROWS:
        raise refuse(f"Write at most {MOST_ROWS} rows; put the smaller ones together.")
    rows = [
        {column["key"]: checked_cell(column, row.get(column["key"])) for column in question.columns}
        for row in value
    ]
    return [row for row in rows if not all(is_empty(cell) for cell in row.values())]


def checked_cell(column: dict[str, Any], value: Any) -> Any:
    if is_empty(value):
        return ""
    return CHECKS[Kind(column["kind"])](value, labels_of(column))


def labels_of(column: dict[str, Any]) -> dict[str, str]:
    return {option["value"]: option["label"] for option in column["options"]}


def digest_of(value: Any) -> str:
    """A short sign of a value, by which a page knows whether its person changed what it showed."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
