"""Signing in and one's own account."""

from tests.access.rows import READ, Row, after, everybody
from tests.factories import PASSWORD

OWN = "login 200 200 200 200 200 200 200 login"
NEW = "slow green kettle"
FOR_SIGNING_IN = "200 302 302 302 302 302 302 302 200"
ROWS = [
    Row("GET", "login", "", FOR_SIGNING_IN),
    Row("POST", "login", "", FOR_SIGNING_IN, {"username": "nobody@example.org", "password": "wrong"}),
    Row("POST", "login", "", FOR_SIGNING_IN, {"username": "closed@example.org", "password": PASSWORD}),
    Row("GET", "logout", "", everybody("405")),
    Row("POST", "logout", "", everybody("302")),
    Row("GET", "partnerships:account", "", OWN),
    Row(
        "POST", "partnerships:account", "", after(OWN), {"name": "Another name", "notice_frequency": "daily"}
    ),
    Row("GET", "password-change", "", OWN),
    Row(
        "POST",
        "password-change",
        "",
        after(OWN),
        {
            "old_password": PASSWORD,
            "new_password1": "slow green kettle",
            "new_password2": "slow green kettle",
        },
    ),
    Row("GET", "password-reset", "", READ),
    Row("POST", "password-reset", "", everybody("302"), {"email": "lead@example.org"}),
    Row("GET", "password-reset-sent", "", READ),
    Row("GET", "password-reset-complete", "", READ),
    Row("GET", "password-reset-confirm", "no such link", READ),
    Row("POST", "password-reset-confirm", "no such link", READ, {"new_password1": NEW, "new_password2": NEW}),
]
