"""Attached files."""

from tests.access.rows import SEEN_BY, TEAM, Row, after, seeing
from tests.access.table.fieldwork import AT_WORK
from tests.access.table.findings import AUTHOR_AND_LEADS, LEADS_ON_WHAT_IS_PUBLIC

# A released file goes as far as its finding; the others, and every transcript, stay with the team.
LEADS = "login 404 404 404 403 403 200 404 login"
HALF_SENT = {"description_1": "A guide for interviews"}
ROWS = [
    *(Row("GET", "evidence:file", f"file of {thing}", seeing(thing)) for thing in SEEN_BY),
    Row("GET", "evidence:file", "transcript of for-public", TEAM),
    Row("GET", "evidence:file", "transcript of for-team", TEAM),
    Row("GET", "evidence:file", "transcript of draft", "404 404 404 404 200 404 200 404 404"),
    Row("GET", "evidence:finding-files", "draft", AUTHOR_AND_LEADS),
    Row("GET", "evidence:finding-files", "for-public", LEADS_ON_WHAT_IS_PUBLIC),
    Row("POST", "evidence:finding-files", "draft", "403 404 404 404 200 404 200 404 403", HALF_SENT),
    Row("GET", "evidence:source-files", "noted source", AT_WORK),
    Row("GET", "evidence:source-files", "source of for-public", "login 404 404 403 200 403 200 404 login"),
    Row("POST", "evidence:source-files", "noted source", "403 404 404 404 200 403 200 404 403", HALF_SENT),
    Row("GET", "evidence:case-study-files", "draft study", AT_WORK),
    Row("GET", "evidence:case-study-files", "public study", "login 403 403 403 200 403 200 403 login"),
    Row("POST", "evidence:case-study-files", "draft study", "403 404 404 404 200 403 200 404 403", HALF_SENT),
    Row("GET", "evidence:file-release", "file of submitted", LEADS),
    Row("GET", "evidence:file-release", "file of for-public", LEADS_ON_WHAT_IS_PUBLIC),
    Row("GET", "evidence:file-release", "transcript of for-public", LEADS),
    Row(
        "POST",
        "evidence:file-release",
        "file of submitted",
        after(LEADS),
        {"version": 1, "visibility": "funder"},
    ),
    Row("GET", "evidence:file-erase", "file of draft", AUTHOR_AND_LEADS),
    Row("GET", "evidence:file-erase", "file of for-public", LEADS_ON_WHAT_IS_PUBLIC),
    Row("POST", "evidence:file-erase", "file of draft", after(AUTHOR_AND_LEADS), {"version": 1}),
]
