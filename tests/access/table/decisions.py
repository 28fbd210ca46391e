"""Decisions of the funder: kept by its staff and leads, read by the funder and the team, or by everybody."""

from tests.access.rows import FUNDER_AND_TEAM, READ, Row, after

RECORDING = "login 403 403 200 403 403 200 403 login"
CHANGING_FUNDERS = "login 404 404 200 403 403 200 404 login"
STATED = {
    "title": "Brokers",
    "decided_on": "4/3/2015",
    "decision": "We pay for brokers.",
    "reason": "Employers stayed.",
    "visibility": "funder",
    "items-lesson": "{lesson}",
    "version": 1,
}


def sent(answers: str) -> str:
    """Whoever sends words after their session has ended gets them back."""
    return after(answers).replace("login", "403")


ROWS = [
    Row("GET", "evidence:decision-list", "", READ),
    Row("GET", "evidence:decision-create", "", RECORDING),
    Row("POST", "evidence:decision-create", "", sent(RECORDING), STATED),
    Row("GET", "evidence:decision-detail", "public decision", READ),
    Row("GET", "evidence:decision-detail", "funder decision", FUNDER_AND_TEAM),
    Row("GET", "evidence:decision-edit", "public decision", RECORDING),
    Row("GET", "evidence:decision-edit", "funder decision", CHANGING_FUNDERS),
    Row("POST", "evidence:decision-edit", "funder decision", sent(CHANGING_FUNDERS), STATED),
    Row("GET", "evidence:decision-remove", "public decision", RECORDING),
    Row("GET", "evidence:decision-remove", "funder decision", CHANGING_FUNDERS),
    Row("POST", "evidence:decision-remove", "funder decision", after(CHANGING_FUNDERS), {"version": 1}),
]
