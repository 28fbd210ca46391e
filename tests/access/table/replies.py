"""The right of reply."""

from tests.access.rows import CHECKLIST, Row, after
from tests.access.table.findings import LEADS_ON_WHAT_WAITS, TYPED

# What a partnership is asked: its reporter answers, the team reads, leads look after it.
ASKED = "login 200 404 404 200 200 200 404 login"
LEADS_ON_REPLIES = "login 403 404 404 403 403 200 404 login"
ROWS = [
    Row("GET", "evidence:finding-ask", "submitted", LEADS_ON_WHAT_WAITS),
    Row("GET", "evidence:finding-ask", "for-public", "login 403 403 403 403 403 302 403 login"),
    Row(
        "POST",
        "evidence:finding-ask",
        "submitted",
        after(LEADS_ON_WHAT_WAITS),
        {"version": 1, "partnerships": "{partnership}", "checklist": CHECKLIST},
    ),
    Row("GET", "evidence:reply-detail", "asked", ASKED),
    Row(
        "POST",
        "evidence:reply-detail",
        "asked",
        "403 302 404 404 403 403 403 404 403",
        {"version": 1, "answer": "comment", "reply": "It was so."},
    ),
    Row(
        "POST",
        "evidence:typed-form-keep-reply",
        "asked",
        "401 200 403 403 403 403 403 403 401",
        TYPED | {"reply": "It was", "typed_person": "{reporter}"},
    ),
    Row("GET", "evidence:reply-respond", "asked", LEADS_ON_REPLIES),
    Row("GET", "evidence:reply-extend", "asked", LEADS_ON_REPLIES),
    Row("GET", "evidence:reply-cancel", "asked", LEADS_ON_REPLIES),
    Row("POST", "evidence:reply-respond", "asked", after(LEADS_ON_REPLIES), {"version": 1}),
    Row("POST", "evidence:reply-extend", "asked", LEADS_ON_REPLIES, {"version": 1, "due_on": ""}),
    Row(
        "POST",
        "evidence:reply-cancel",
        "asked",
        "403 403 404 404 403 403 302 404 403",
        {"version": 1, "reason": "A mistake."},
    ),
]
