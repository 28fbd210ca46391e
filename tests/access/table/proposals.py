"""Answers of accepted reports that evaluators decide about."""

from tests.access.rows import LOGGING, Row, after

TAKEN = {
    "text": "It helps.",
    "partnerships": "{partnership}",
    "visibility": "team",
    "submission_key": "",
    "answer": "{waiting answer}",
}
POSTED = "403 403 403 403 302 302 302 403 403"

ROWS = [
    Row("GET", "evidence:proposal-list", "", LOGGING),
    Row("GET", "evidence:proposal-drop", "", LOGGING),
    Row("POST", "evidence:proposal-drop", "", POSTED, {"ref": "{waiting answer}", "reason": "Nothing new."}),
    Row("POST", "evidence:proposal-claim", "", after(LOGGING), {"ref": "{waiting answer}", "step": "claim"}),
    Row("GET", "evidence:proposal-take", "waiting answer", LOGGING),
    Row("GET", "evidence:proposal-take", "kept answer", LOGGING),
    Row("POST", "evidence:proposal-take", "waiting answer", POSTED, TAKEN),
    Row("GET", "evidence:proposal-merge", "waiting answer", LOGGING),
    Row(
        "POST",
        "evidence:proposal-merge",
        "waiting answer",
        after(LOGGING),
        {"finding": "{for-public}"},
    ),
    Row("POST", "evidence:proposal-reopen", "dropped answer", after(LOGGING)),
]
