"""Pages of the site itself."""

from tests.access.rows import READ, Row

ROWS = [
    Row("GET", "accessibility", "", READ),
    Row("GET", "components", "", READ),
    Row("GET", "healthz", "", READ),
    Row("GET", "robots", "", READ),
]
