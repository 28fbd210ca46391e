"""Ratings: by personal link, from a reporter's account, and whom a partnership asks."""

from tests.access.rows import Row, after, everybody

OWN = "login 200 404 404 403 403 403 403 login"
SENDING = "403 302 404 404 403 403 403 403 403"
TEAM = "login 403 404 404 200 200 200 403 login"
PROFILE = "login 200 404 200 200 200 200 404 login"
NO_PROFILE = "login 404 404 404 404 404 404 404 login"
RATED = {"step-{driver}": "2", "why-{driver}": "It was time."}
INVITED = {
    "addresses": "new@example.net",
    "organisation": "other",
    "other_organisation": "The club",
    "sector": "{sector}",
}

ROWS = [
    # Whoever holds a link needs no account, and an account changes nothing.
    Row("GET", "evidence:rate", "personal link", everybody("200")),
    Row("GET", "evidence:rate", "used link", everybody("200")),
    Row("GET", "evidence:rate", "dead link", everybody("404")),
    Row("GET", "evidence:rate", "unknown link", everybody("404")),
    Row("POST", "evidence:rate", "personal link", everybody("302")),
    Row("POST", "evidence:rate", "dead link", everybody("404")),
    Row("GET", "evidence:rate-part", "part of personal link", everybody("200")),
    Row("GET", "evidence:rate-part", "part of used link", everybody("302")),
    Row("GET", "evidence:rate-part", "part of dead link", everybody("404")),
    Row("POST", "evidence:rate-part", "part of dead link", everybody("404"), RATED),
    Row("POST", "evidence:rate-part", "part of used link", everybody("409"), RATED),
    Row("GET", "evidence:report-rate", "open report", OWN),
    Row("POST", "evidence:report-rate", "open report", after(OWN)),
    Row("GET", "evidence:report-rate-part", "rating of open report", OWN),
    Row("POST", "evidence:report-rate-part", "rating of open report", SENDING, RATED),
    Row("GET", "evidence:raters", "open report", OWN),
    Row("GET", "evidence:raters", "shared report", "login 200 404 403 403 403 403 403 login"),
    Row("POST", "evidence:raters", "open report", SENDING, INVITED),
    Row("GET", "evidence:ratings-end", "open report", OWN),
    Row("POST", "evidence:ratings-end", "open report", after(OWN)),
    Row("GET", "evidence:report-team-view", "open report", "login 403 404 404 403 403 403 403 login"),
    Row("GET", "evidence:report-team-view", "submitted report", TEAM),
    Row("GET", "evidence:report-team-view", "rated report", "login 403 404 403 200 200 200 403 login"),
    Row(
        "POST",
        "evidence:report-team-view",
        "submitted report",
        "403 403 404 404 302 302 302 403 403",
        {"step-{driver}": "2", "why-{driver}": "We saw {teams own}."},
    ),
    Row(
        "POST",
        "evidence:report-team-view-keep",
        "rating of submitted report",
        "401 403 403 403 200 403 403 403 401",
        {
            "typed_base": 0,
            "typed_sequence": 1,
            "typed_page": "",
            "typed_person": "{evaluator}",
            "why-{driver}": "We saw {teams own}.",
        },
    ),
    Row("GET", "evidence:profile", "partnership", PROFILE),
    # Its own people and the team are told that there is nothing yet; for others it doesn't exist.
    Row("GET", "evidence:profile", "other partnership", "login 404 200 404 200 200 200 404 login"),
    *(
        row
        for name in ("profile-csv", "profile-guide", "profile-guide-word")
        for row in (
            Row("GET", f"evidence:{name}", "partnership", PROFILE),
            Row("GET", f"evidence:{name}", "other partnership", NO_PROFILE),
        )
    ),
]
