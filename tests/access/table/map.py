"""The evidence map."""

from tests.access.rows import READ, Row

ROWS = [
    Row("GET", "evidence:map", "", READ),
    Row("GET", "evidence:map-csv", "", READ),
    Row("GET", "evidence:map-xlsx", "", READ),
]
