"""Judgements of confidence and searches for the negative case."""

from tests.access.rows import LOGGING, READ, Row, after

JUDGING = "login 403 403 403 403 403 200 403 login"
ITEM_PAGES = {
    "lesson": "lesson number",
    "benefit": "benefit",
    "driver": "driver",
    "barrier": "barrier",
    "approach": "approach",
    "outcome": "outcome",
    "question": "research-question",
}
JUDGEMENT = {
    **{f"{component}_concern": "none" for component in ("methods", "coherence", "adequacy", "relevance")},
    "confidence": "high",
    "explanation": "All agree.",
    "visibility": "funder",
}
# Nothing can speak against a question.
NO_SIDES = "login 403 403 403 404 404 404 403 login"
SEARCHED = {"looked_on": "4/3/2015", "looked_in": "Both workshops.", "looked_for": "Anybody who disagreed."}
REMOVING = "login 404 404 403 200 403 200 404 login"
ROWS = [
    *(
        Row("GET", f"evidence:{name}-negative-search", thing, LOGGING if name != "question" else NO_SIDES)
        for name, thing in ITEM_PAGES.items()
    ),
    *(
        Row(
            "POST",
            f"evidence:{name}-negative-search",
            thing,
            after(LOGGING if name != "question" else NO_SIDES),
            SEARCHED,
        )
        for name, thing in ITEM_PAGES.items()
    ),
    Row("GET", "evidence:negative-search-remove", "negative search", REMOVING),
    Row("POST", "evidence:negative-search-remove", "negative search", after(REMOVING)),
    Row("GET", "evidence:assessment-list", "", READ),
    Row("GET", "evidence:assessment-profile", "", READ),
    *(
        Row("GET", f"evidence:assessment-{display}-{format}", "", READ)
        for display in ("summary", "profile")
        for format in ("docx", "xlsx")
    ),
    *(Row("GET", f"evidence:{name}-confidence", thing, READ) for name, thing in ITEM_PAGES.items()),
    *(Row("GET", f"evidence:{name}-assess", thing, JUDGING) for name, thing in ITEM_PAGES.items()),
    *(
        Row(
            "POST",
            f"evidence:{name}-assess",
            thing,
            # What somebody typed whose session has ended is shown to them, to be copied.
            after(JUDGING).replace("login", "403"),
            # The lesson has been judged once already.
            JUDGEMENT | {"last_seen": 1 if name == "lesson" else 0},
        )
        for name, thing in ITEM_PAGES.items()
    ),
]
