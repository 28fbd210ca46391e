"""Saved searches: everybody's own, and nobody else's."""

from tests.access.rows import Row, after

SIGNED_IN = "login 200 200 200 200 200 200 200 login"
# The evaluator saved it.
OWNER = "login 404 404 404 200 404 404 404 login"
SENT = {"name": "On boards", "q": "boards", "kinds": ["finding"], "is_told": "on"}
ROWS = [
    Row("GET", "evidence:saved-search-list", "", SIGNED_IN),
    Row("GET", "evidence:saved-search-create", "", SIGNED_IN),
    Row("POST", "evidence:saved-search-create", "", after(SIGNED_IN), SENT),
    Row("GET", "evidence:saved-search-open", "saved search", after(OWNER)),
    Row("GET", "evidence:saved-search-edit", "saved search", OWNER),
    Row("POST", "evidence:saved-search-edit", "saved search", after(OWNER), SENT),
    Row("GET", "evidence:saved-search-delete", "saved search", OWNER),
    Row("POST", "evidence:saved-search-delete", "saved search", after(OWNER)),
]
