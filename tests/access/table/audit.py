"""The audit record."""

from tests.access.rows import Row, after

# Who may read the audit record.
RECORD = "login 403 403 403 403 403 200 200 login"
ROWS = [
    Row("GET", "partnerships:audit", "", RECORD),
    Row("POST", "partnerships:audit", "", after(RECORD)),
    Row("GET", "partnerships:audit-csv", "", RECORD),
]
