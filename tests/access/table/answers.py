"""Answers to research questions: read by their circles, written by evaluators, issued by leads."""

from tests.access.rows import LOGGING, READ, Row, after

ISSUING = "login 403 403 403 403 403 200 403 login"
STATED = {"text": "It depends.", "gaps": "Much.", "visibility": "funder", "version": 1}
ROWS = [
    Row("GET", "evidence:answer-detail", "research-question", READ),
    Row("GET", "evidence:answer-edit", "research-question", LOGGING),
    # Whoever sends words after their session has ended gets them back.
    Row("POST", "evidence:answer-edit", "research-question", after(LOGGING).replace("login", "403"), STATED),
    Row("GET", "evidence:answer-issue", "research-question", ISSUING),
    Row("POST", "evidence:answer-issue", "research-question", after(ISSUING), {"version": 1}),
]
