"""Briefs: arranged by their author and the leads, read by those for whom they were issued."""

from evidence.exchange.brief_pdf import can_make_pdf
from tests.access.rows import FUNDER_AND_TEAM, READ, Row, after, everybody

MAKING = "login 403 403 200 200 200 200 403 login"
# The evaluator wrote them; what goes to the public a lead issues.
ARRANGING = "login 404 404 404 200 404 200 404 login"
ARRANGING_ISSUED = "login 403 403 403 200 403 200 403 login"
ARRANGING_FUNDERS = "login 404 404 403 200 403 200 404 login"
SENT = {"title": "For the board", "audience": "public", "version": 1}
ROWS = [
    Row("GET", "evidence:brief-list", "", READ),
    Row("GET", "evidence:brief-create", "", MAKING),
    Row(
        "POST",
        "evidence:brief-create",
        "",
        after(MAKING).replace("login", "403"),
        {"title": "For the board", "audience": "funder"},
    ),
    Row("GET", "evidence:brief-detail", "public brief", after(READ)),
    Row("GET", "evidence:brief-detail", "funder brief", after(FUNDER_AND_TEAM)),
    Row("GET", "evidence:brief-detail", "draft brief", "404 404 404 404 302 404 302 404 404"),
    Row("GET", "evidence:brief-arrange", "public brief", ARRANGING_ISSUED),
    Row("GET", "evidence:brief-arrange", "funder brief", ARRANGING_FUNDERS),
    Row("GET", "evidence:brief-arrange", "draft brief", ARRANGING),
    Row("POST", "evidence:brief-arrange", "draft brief", after(ARRANGING).replace("login", "403"), SENT),
    Row("GET", "evidence:brief-present", "public brief", ARRANGING_ISSUED),
    Row("GET", "evidence:brief-present", "draft brief", ARRANGING),
    Row(
        "POST",
        "evidence:brief-present",
        "draft brief",
        "login 404 404 404 403 404 302 404 login",
        {"version": 1},
    ),
    Row("GET", "evidence:brief-issue", "version of public brief", READ),
    Row("GET", "evidence:brief-issue", "version of funder brief", FUNDER_AND_TEAM),
    Row("GET", "evidence:brief-issue", "version of draft brief", everybody("404")),
    Row("GET", "evidence:brief-word", "version of public brief", READ),
    Row("GET", "evidence:brief-word", "version of funder brief", FUNDER_AND_TEAM),
    Row("GET", "evidence:brief-pdf", "version of public brief", READ if can_make_pdf() else everybody("404")),
    Row("GET", "evidence:brief-pdf", "version of draft brief", everybody("404")),
]
