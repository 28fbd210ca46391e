"""Editions: read by everybody, made by leads."""

from tests.access.rows import READ, Row

MAKING = "login 403 403 403 403 403 200 403 login"
MAKING_SENT = MAKING.replace("login", "403")  # signed out in between: the words come back
# Nothing that the public reads has changed since the world's edition: the page comes again, and says so.
ROWS = [
    Row("GET", "evidence:edition-list", "", READ),
    Row("GET", "evidence:edition-create", "", MAKING),
    Row(
        "POST",
        "evidence:edition-create",
        "",
        MAKING.replace("login", "403"),
        {"note": "Again.", "last_seen": 1},
    ),
    Row("GET", "evidence:edition-compare", "", READ),
    Row("GET", "evidence:edition-detail", "edition", READ),
    Row("GET", "evidence:edition-json", "edition", READ),
    Row("GET", "evidence:edition-item", "lesson in edition", READ),
]
