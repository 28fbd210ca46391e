"""Action plans."""

from tests.access.rows import Row, after

# A report in progress is its own reporters'; one that is submitted is the team's to read as well.
OWN = "login 200 404 404 403 403 403 403 login"
OWN_ALONE = "login 200 404 404 404 404 404 404 login"
SUBMITTED = "login 200 404 404 200 200 200 404 login"
SHARED = "login 200 404 200 200 200 200 404 login"
NEW = {"item": "", "text": "Ring the jobcentre", "owner": "The coordinator", "due_on": "1/6/2030"}
KEPT = NEW | {"typed_base": 0, "typed_sequence": 1, "typed_page": "", "typed_person": "{reporter}"}
SAID = {"state": "done", "note": "It helped."}

ROWS = [
    Row("GET", "evidence:report-actions", "open report", OWN),
    # Its own reporters come too late sometimes: they are led back and told so.
    Row("GET", "evidence:report-actions", "submitted report", "login 302 404 404 403 403 403 403 login"),
    Row("POST", "evidence:report-actions", "open report", "403 302 404 404 403 403 403 403 403", NEW),
    Row("POST", "evidence:report-actions", "submitted report", "403 409 404 404 403 403 403 403 403", NEW),
    Row("POST", "evidence:report-actions-keep", "open report", "401 200 403 403 403 403 403 403 401", KEPT),
    Row(
        "POST",
        "evidence:report-actions-keep",
        "submitted report",
        "401 400 403 403 403 403 403 403 401",
        KEPT,
    ),
    Row("GET", "evidence:action-detail", "action of open report", OWN_ALONE),
    Row("GET", "evidence:action-detail", "action of submitted report", SUBMITTED),
    Row("GET", "evidence:action-detail", "action of shared report", SHARED),
    Row(
        "POST", "evidence:action-detail", "action of open report", "403 409 404 404 404 404 404 404 403", SAID
    ),
    Row(
        "POST",
        "evidence:action-detail",
        "action of shared report",
        "403 302 404 403 403 403 403 404 403",
        SAID,
    ),
    Row(
        "POST",
        "evidence:action-keep",
        "action of shared report",
        "401 200 403 403 403 403 403 403 401",
        SAID | {"typed_base": 0, "typed_sequence": 1, "typed_page": "", "typed_person": "{reporter}"},
    ),
    Row("GET", "evidence:action-edit", "action of open report", OWN_ALONE),
    Row("GET", "evidence:action-edit", "action of shared report", "login 200 404 403 403 403 403 404 login"),
    Row(
        "POST",
        "evidence:action-edit",
        "action of open report",
        "403 302 404 404 404 404 404 404 403",
        NEW | {"version": 1},
    ),
    Row("GET", "evidence:action-remove", "action of open report", OWN_ALONE),
    Row("POST", "evidence:action-remove", "action of open report", after(OWN_ALONE), {"version": 1}),
]
