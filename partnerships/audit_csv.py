"""The audit record as a table of comma-separated values, made while it is sent."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC

from django.db.models import QuerySet

from partnerships.csv_lines import UTF_8_MARK, Line, harmless
from partnerships.models import AuditRow

ROWS_AT_A_TIME = 2_000
COLUMNS = (
    "number",
    "at",
    "by",
    "name",
    "verb",
    "target_kind",
    "target_key",
    "details",
    "previous_hash",
    "hash",
)


def audit_csv(rows: QuerySet[AuditRow]) -> Iterator[str]:
    """The lines of a file with these rows, in their order: all that the hashes are of, and people's names."""
    writer = csv.writer(Line())
    yield UTF_8_MARK
    yield writer.writerow(COLUMNS)
    for row in rows.select_related("by").iterator(chunk_size=ROWS_AT_A_TIME):
        cells = (
            row.number,
            row.at.astimezone(UTC).isoformat(timespec="microseconds"),
            row.by_id,
            row.by.name if row.by else "",
            row.verb,
            row.target_kind,
            row.target_key,
            json.dumps(row.details, sort_keys=True, ensure_ascii=False),
            row.previous_hash,
            row.hash,
        )
        yield writer.writerow([harmless(cell) for cell in cells])
