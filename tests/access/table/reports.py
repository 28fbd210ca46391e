"""Questionnaires, rounds and self-reports."""

from tests.access.rows import Row, after

# A report in progress: its own reporters write in it, those who run rounds know of it, the others do not.
OWN_REPORT = "login 200 404 404 403 403 403 403 login"
KNOWN_REPORT = "login 200 404 404 200 200 200 200 login"
REVIEWING = "login 403 404 404 200 200 200 403 login"
# Rounds and questionnaires: the team and administrators read, leads and administrators change.
ROUNDS = "login 403 403 403 200 200 200 200 login"
MANAGING = "login 403 403 403 403 403 200 200 login"
MANAGING_HIDDEN = "login 404 404 404 403 403 200 200 login"
TOO_LATE = "login 403 404 404 403 403 403 403 login"
NOT_THEIRS = "login 403 404 404 403 403 403 404 login"
ANSWERS = {"q-new": "yes", "q-why": "It was time.", "seen-why": "1.0000000000000000", "finished": "yes"}
NEW_ROUND = {
    "title": "Next",
    "opens_on": "1/3/2016",
    "closes_on": "1/4/2016",
    "questionnaire": "{questionnaire}",
    "partnerships": "{partnership}",
    "funder_reads": "never",
}
REPORT_KEPT = ANSWERS | {
    "typed_base": 0,
    "typed_sequence": 2,
    "typed_page": "",
    "typed_person": "{reporter}",
}
NEW_QUESTION = {"text": "How many?", "kind": "number", "version": 1}

ROWS = [
    Row("GET", "evidence:report-list", "", "login 200 200 200 200 200 200 200 login"),
    Row("GET", "evidence:report-detail", "open report", KNOWN_REPORT),
    Row("GET", "evidence:report-detail", "submitted report", KNOWN_REPORT),
    Row("GET", "evidence:report-detail", "shared report", "login 200 404 200 200 200 200 200 login"),
    Row("GET", "evidence:report-detail", "kept report", "login 404 200 404 200 200 200 200 login"),
    Row("GET", "evidence:report-word", "open report", OWN_REPORT),
    Row("GET", "evidence:report-word", "shared report", "login 200 404 200 200 200 200 403 login"),
    Row("GET", "evidence:report-word", "kept report", "login 404 200 404 200 200 200 403 login"),
    Row("GET", "evidence:report-receipt", "open report", OWN_REPORT),
    Row("GET", "evidence:report-receipt", "shared report", "login 200 404 200 200 200 200 403 login"),
    Row("GET", "evidence:report-receipt", "kept report", "login 404 200 404 200 200 200 403 login"),
    Row("GET", "evidence:report-section", "section of open report", OWN_REPORT),
    # Its own reporters come too late sometimes: they are led back and told so.
    Row(
        "GET",
        "evidence:report-section",
        "section of submitted report",
        "login 302 404 404 403 403 403 403 login",
    ),
    Row(
        "POST",
        "evidence:report-section",
        "section of open report",
        "403 302 404 404 403 403 403 403 403",
        ANSWERS,
    ),
    # What was typed too late is shown to be copied, with a conflict.
    Row(
        "POST",
        "evidence:report-section",
        "section of submitted report",
        "403 409 404 404 403 403 403 403 403",
        ANSWERS,
    ),
    Row(
        "POST",
        "evidence:report-keep",
        "section of open report",
        "401 409 403 403 403 403 403 403 401",
        REPORT_KEPT,
    ),
    Row(
        "POST",
        "evidence:report-keep",
        "section of submitted report",
        "401 400 403 403 403 403 403 403 401",
        REPORT_KEPT,
    ),
    Row("GET", "evidence:report-notes", "question of open report", OWN_REPORT),
    Row(
        "POST",
        "evidence:report-notes",
        "question of open report",
        "403 302 404 404 403 403 403 403 403",
        {"text": "Is that so?"},
    ),
    Row("GET", "evidence:report-submit", "open report", OWN_REPORT),
    Row(
        "POST",
        "evidence:report-submit",
        "open report",
        after(OWN_REPORT),
        {"version": 1, "declared": "on"},
    ),
    Row("GET", "evidence:report-return", "submitted report", REVIEWING),
    Row("GET", "evidence:report-return", "shared report", "login 403 404 403 200 200 200 403 login"),
    Row(
        "POST",
        "evidence:report-return",
        "submitted report",
        "403 403 404 404 302 302 302 403 403",
        {"version": 1, "reason": "Say when."},
    ),
    Row("GET", "evidence:report-accept", "submitted report", REVIEWING),
    Row("POST", "evidence:report-accept", "submitted report", after(REVIEWING), {"version": 1}),
    Row("GET", "evidence:round-list", "", ROUNDS),
    Row("GET", "evidence:round-detail", "open round", ROUNDS),
    Row("GET", "evidence:round-detail", "planned round", ROUNDS),
    Row("GET", "evidence:round-create", "", MANAGING),
    Row("POST", "evidence:round-create", "", "403 403 403 403 403 403 302 302 403", NEW_ROUND),
    Row("GET", "evidence:round-edit", "planned round", MANAGING_HIDDEN),
    Row(
        "POST",
        "evidence:round-edit",
        "planned round",
        "403 404 404 404 403 403 302 302 403",
        NEW_ROUND | {"version": 1},
    ),
    Row("GET", "evidence:round-open", "planned round", MANAGING_HIDDEN),
    Row("POST", "evidence:round-open", "planned round", after(MANAGING_HIDDEN), {"version": 1}),
    Row("GET", "evidence:round-close", "open round", "login 403 403 404 403 403 200 200 login"),
    Row(
        "POST",
        "evidence:round-close",
        "open round",
        "login 403 403 404 403 403 302 302 login",
        {"version": 1},
    ),
    Row("GET", "evidence:round-close", "closed round", "login 403 404 403 403 403 200 200 login"),
    Row("POST", "evidence:round-remind", "open round", after(MANAGING), {"report": "{open report}"}),
    Row("GET", "evidence:questionnaire-list", "", ROUNDS),
    Row("GET", "evidence:questionnaire-detail", "questionnaire", ROUNDS),
    Row("GET", "evidence:questionnaire-detail", "draft questionnaire", ROUNDS),
    Row("GET", "evidence:questionnaire-preview", "questionnaire", ROUNDS),
    Row("GET", "evidence:questionnaire-create", "", MANAGING),
    Row(
        "POST",
        "evidence:questionnaire-create",
        "",
        "403 403 403 403 403 403 302 302 403",
        {"title": "Another"},
    ),
    Row("GET", "evidence:questionnaire-edit", "questionnaire", MANAGING_HIDDEN),
    Row(
        "POST",
        "evidence:questionnaire-edit",
        "questionnaire",
        "403 404 404 404 403 403 302 302 403",
        {"title": "Another", "version": 1},
    ),
    Row("POST", "evidence:questionnaire-draft", "questionnaire", after(MANAGING)),
    Row("GET", "evidence:questionnaire-section-create", "draft questionnaire", MANAGING_HIDDEN),
    Row(
        "POST",
        "evidence:questionnaire-section-create",
        "draft questionnaire",
        "403 404 404 404 403 403 302 302 403",
        {"title": "Another"},
    ),
    Row("GET", "evidence:section-edit", "draft section", MANAGING_HIDDEN),
    Row(
        "POST",
        "evidence:section-edit",
        "draft section",
        "403 404 404 404 403 403 302 302 403",
        {"title": "Another", "version": 1},
    ),
    Row("GET", "evidence:report-question-create", "draft section", MANAGING_HIDDEN),
    Row(
        "POST",
        "evidence:report-question-create",
        "draft section",
        "403 404 404 404 403 403 302 302 403",
        NEW_QUESTION,
    ),
    Row("GET", "evidence:report-question-edit", "draft question", MANAGING_HIDDEN),
    Row(
        "POST",
        "evidence:report-question-edit",
        "draft question",
        "403 404 404 404 403 403 302 302 403",
        NEW_QUESTION,
    ),
    *(
        row
        for name, thing in (("section", "draft section"), ("report-question", "draft question"))
        for row in (
            Row("POST", f"evidence:{name}-move", thing, after(MANAGING), {"to": "up"}),
            Row("GET", f"evidence:{name}-remove", thing, MANAGING_HIDDEN),
            Row("POST", f"evidence:{name}-remove", thing, after(MANAGING_HIDDEN), {"version": 1}),
        )
    ),
    # For whoever reads more than their own reports; the closed round's are shared with the funder.
    *(
        Row("GET", f"evidence:round-{format}", thing, f"login {answers} 200 200 200 403 login")
        for format in ("xlsx", "csv", "ratings", "zip")
        for thing, answers in (
            ("open round", "403 403 404"),
            ("closed round", "403 404 200"),
            ("planned round", "404 404 404"),
        )
    ),
    # Files of a report go with its answers, and are its partnership's to add and to take out.
    Row("GET", "evidence:report-files", "question of open report", OWN_REPORT),
    Row("GET", "evidence:report-files", "question of submitted report", TOO_LATE),
    Row("POST", "evidence:report-files", "question of open report", OWN_REPORT),
    Row("GET", "evidence:file", "file in open report", "404 200 404 404 404 404 404 404 404"),
    Row("GET", "evidence:file", "file in submitted report", "404 200 404 404 200 200 200 404 404"),
    Row("GET", "evidence:file", "file in shared report", "404 200 404 200 200 200 200 404 404"),
    Row("GET", "evidence:file", "file in kept report", "404 404 200 404 200 200 200 404 404"),
    Row("GET", "evidence:file-erase", "file in open report", "login 200 404 404 404 404 404 404 login"),
    Row("GET", "evidence:file-erase", "file in submitted report", NOT_THEIRS),
    Row("GET", "evidence:file-release", "file in submitted report", NOT_THEIRS),
]
