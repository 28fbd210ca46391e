"""Case studies, waves and sources."""

from tests.access.rows import APPRAISAL, LOGGING, Row, after
from tests.access.table.findings import LEADS_ON_WHAT_WAITS

# Case studies and sources are changed by those who work on them: here the evaluator, not the other one.
AT_WORK = "login 404 404 404 200 403 200 404 login"
AT_WORK_SENT = "403 404 404 404 302 403 302 404 403"
SOURCE_APPRAISED = "login 404 404 403 200 200 200 404 login"
SOURCE_APPRAISED_SENT = "403 404 404 403 302 302 302 404 403"
NEW_STUDY = {"partnership": "{partnership}", "wave": "{wave}", "narrative": "They met."}
NEW_SOURCE = {
    "source_kind": "interview",
    "respondent_role": "mentor",
    "consent_scope": "funder",
    "quote_permission": "no",
}

ROWS = [
    Row("GET", "evidence:case-study-create", "", LOGGING),
    Row("POST", "evidence:case-study-create", "", "403 403 403 403 302 302 302 403 403", NEW_STUDY),
    Row("GET", "evidence:case-study-edit", "draft study", AT_WORK),
    Row("GET", "evidence:case-study-edit", "public study", "login 403 403 403 200 403 200 403 login"),
    Row(
        "POST",
        "evidence:case-study-edit",
        "draft study",
        AT_WORK_SENT,
        {"version": 1, "narrative": "They met."},
    ),
    Row("GET", "evidence:case-study-publish", "draft study", LEADS_ON_WHAT_WAITS),
    Row(
        "POST",
        "evidence:case-study-publish",
        "draft study",
        after(LEADS_ON_WHAT_WAITS),
        {"version": 1, "visibility": "funder"},
    ),
    Row("GET", "evidence:source-create", "draft study", AT_WORK),
    Row("POST", "evidence:source-create", "draft study", AT_WORK_SENT, NEW_SOURCE),
    Row("GET", "evidence:source-edit", "noted source", AT_WORK),
    Row("GET", "evidence:source-edit", "source of for-public", "login 404 404 403 200 403 200 404 login"),
    Row("POST", "evidence:source-edit", "noted source", AT_WORK_SENT, NEW_SOURCE | {"version": 1}),
    Row("GET", "evidence:source-log-several", "noted source", "login 403 403 403 200 200 200 403 login"),
    Row("GET", "evidence:source-log-several", "source of draft", "login 403 403 403 200 404 200 403 login"),
    Row(
        "POST",
        "evidence:source-log-several",
        "noted source",
        "403 403 403 403 302 302 302 403 403",
        {"row": "1", "1-text": "They met.", "1-visibility": "funder", "step": "save"},
    ),
    Row("GET", "evidence:source-appraise", "noted source", "login 404 404 404 200 200 200 404 login"),
    Row("GET", "evidence:source-appraise", "source of for-public", SOURCE_APPRAISED),
    Row("POST", "evidence:source-appraise", "source of for-public", SOURCE_APPRAISED_SENT, APPRAISAL),
    Row("GET", "evidence:source-withdraw-consent", "noted source", AT_WORK),
    Row(
        "POST",
        "evidence:source-withdraw-consent",
        "noted source",
        AT_WORK_SENT,
        {"version": 1, "reason": "They asked for it."},
    ),
]
