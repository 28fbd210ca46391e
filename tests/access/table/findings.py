"""Writing findings and what becomes of them in review."""

from tests.access.rows import APPRAISAL, LOGGING, Row, after

# Logging a finding and the steps of review. Who may not see a finding gets 404; who sees it and may not, 403.
AUTHOR_AND_LEADS = "login 404 404 404 200 404 200 404 login"
LEADS_ON_WHAT_WAITS = "login 404 404 404 403 403 200 404 login"
LEADS_ON_WHAT_IS_PUBLIC = "login 403 403 403 403 403 200 403 login"
TEAM_ON_COMMENTS = "login 404 404 404 302 302 302 404 login"
NEW_FINDING = {"text": "What was found.", "visibility": "funder"}
TYPED = NEW_FINDING | {
    "submission_key": "7b0c2f4e-52a1-4a34-9a3b-1d6f0e1c2b3a",
    "typed_base": 0,
    "typed_sequence": 1,
    "typed_page": "a page",
    "typed_person": "{evaluator}",
}
COMPLETE_FINDING = NEW_FINDING | {
    "version": 1,
    "programme_wide": "on",
    "source_ref": "{source of for-partnerships}",
    "coding-{driver}-direction": "supports",
}


ROWS = [
    Row("GET", "evidence:finding-create", "", LOGGING),
    # Who sends a form after signing out gets the words back on the page that refuses them.
    Row("POST", "evidence:finding-create", "", "403 403 403 403 302 302 302 403 403", NEW_FINDING),
    Row("GET", "evidence:finding-edit", "draft", AUTHOR_AND_LEADS),
    Row("GET", "evidence:finding-edit", "returned", "login 404 404 404 200 403 200 404 login"),
    # Authors and leads come too early or too late sometimes: they are led back and told so.
    Row("GET", "evidence:finding-edit", "submitted", "login 404 404 404 302 403 200 404 login"),
    Row("GET", "evidence:finding-edit", "for-public", "login 403 403 403 302 403 200 403 login"),
    Row(
        "GET",
        "evidence:finding-edit",
        "withdrawn",
        "login 404 404 404 302 403 302 404 login",
    ),
    Row(
        "POST",
        "evidence:finding-edit",
        "draft",
        "403 404 404 404 302 404 302 404 403",
        NEW_FINDING | {"version": 1},
    ),
    Row(
        "POST",
        "evidence:finding-edit",
        "for-partnerships",
        "403 403 403 403 403 403 302 404 403",
        COMPLETE_FINDING,
    ),
    Row("GET", "evidence:finding-copy", "draft", AUTHOR_AND_LEADS),
    Row("GET", "evidence:finding-copy", "for-public", "login 403 403 403 200 200 200 403 login"),
    Row("GET", "evidence:finding-submit", "draft", AUTHOR_AND_LEADS),
    Row("POST", "evidence:finding-submit", "draft", after(AUTHOR_AND_LEADS), {"version": 1}),
    Row("GET", "evidence:finding-return", "submitted", LEADS_ON_WHAT_WAITS),
    Row(
        "POST",
        "evidence:finding-return",
        "submitted",
        "403 404 404 404 403 403 302 404 403",
        {"version": 1, "reason": "Say when."},
    ),
    Row("GET", "evidence:finding-publish", "submitted", LEADS_ON_WHAT_WAITS),
    Row("GET", "evidence:finding-publish", "for-public", LEADS_ON_WHAT_IS_PUBLIC),
    Row(
        "POST",
        "evidence:finding-publish",
        "submitted",
        after(LEADS_ON_WHAT_WAITS),
        {"version": 1, "visibility": "funder"},
    ),
    Row("GET", "evidence:finding-publish-with-changes", "submitted", LEADS_ON_WHAT_WAITS),
    Row(
        "GET",
        "evidence:finding-publish-with-changes",
        "for-public",
        "login 403 403 403 403 403 302 403 login",
    ),
    Row(
        "POST",
        "evidence:finding-publish-with-changes",
        "submitted",
        "403 404 404 404 403 403 302 404 403",
        COMPLETE_FINDING | {"reason": "I added the place."},
    ),
    # Several findings at once: the leads' alone.
    Row("GET", "evidence:finding-bulk", "", "login 403 403 403 403 403 200 403 login"),
    Row(
        "POST",
        "evidence:finding-bulk",
        "",
        "login 403 403 403 403 403 302 403 login",
        {
            "step": "confirm",
            "deed": "publish",
            "visibility": "funder",
            "ref": "{submitted}",
            "version-{submitted}": 1,
            "item": "",
        },
    ),
    Row("GET", "evidence:finding-withdraw", "for-public", "login 403 403 403 200 403 200 403 login"),
    Row(
        "POST",
        "evidence:finding-withdraw",
        "for-public",
        "403 403 403 403 302 403 302 403 403",
        {"version": 1, "reason": "A mistake."},
    ),
    Row("GET", "evidence:finding-delete", "draft", AUTHOR_AND_LEADS),
    Row("POST", "evidence:finding-delete", "draft", after(AUTHOR_AND_LEADS), {"version": 1}),
    # Taking a finding for review. The address alone leads to the finding.
    *(
        Row(method, name, "submitted", after(LEADS_ON_WHAT_WAITS))
        for method in ("GET", "POST")
        for name in ("evidence:finding-claim", "evidence:finding-release")
    ),
    # Comments are the evaluation team's; for others there are none.
    Row("GET", "evidence:finding-comment", "submitted", "login 404 404 404 200 200 200 404 login"),
    Row("GET", "evidence:finding-comment", "for-public", "login 403 403 403 200 200 200 403 login"),
    Row(
        "POST",
        "evidence:finding-comment",
        "draft",
        "403 404 404 404 302 404 302 404 403",
        {"part": "text", "comment": "Which month?"},
    ),
    # Every evaluator appraises what they see, whoever logged it.
    Row("GET", "evidence:finding-appraise", "draft", AUTHOR_AND_LEADS),
    Row("GET", "evidence:finding-appraise", "submitted", "login 404 404 404 200 200 200 404 login"),
    Row("GET", "evidence:finding-appraise", "for-public", "login 403 403 403 200 200 200 403 login"),
    Row("POST", "evidence:finding-appraise", "draft", "403 404 404 404 302 404 302 404 403", APPRAISAL),
    Row(
        "POST",
        "evidence:finding-appraise",
        "for-public",
        "403 403 403 403 302 302 302 403 403",
        APPRAISAL,
    ),
    Row("GET", "evidence:comment-resolve", "comment on for-public", TEAM_ON_COMMENTS),
    Row("POST", "evidence:comment-resolve", "comment on for-public", TEAM_ON_COMMENTS),
    Row("POST", "evidence:comment-resolve", "comment on draft", "login 404 404 404 302 404 302 404 login"),
    # Reporters find there what their partnership is asked.
    Row("GET", "evidence:inbox", "", "login 200 200 403 200 200 200 403 login"),
    # What somebody is typing: their own alone, leads included among the others.
    Row("GET", "evidence:typed-form-discard", "typed form", "login 404 404 404 200 404 404 404 login"),
    Row("POST", "evidence:typed-form-discard", "typed form", "login 404 404 404 302 404 404 404 login"),
    Row("GET", "evidence:typed-form-token", "", "401 200 200 403 200 200 200 403 401"),
    # The page says whose it is: everybody but the evaluator is somebody else here.
    Row("POST", "evidence:typed-form-keep-new", "", "401 403 403 403 200 403 403 403 401", TYPED),
    Row("POST", "evidence:typed-form-keep", "draft", "401 403 403 403 200 403 403 403 401", TYPED),
    Row(
        "POST",
        "evidence:typed-form-keep-case-study",
        "draft study",
        "401 403 403 403 200 403 403 403 401",
        TYPED | {"narrative": "They met."},
    ),
    Row(
        "POST",
        "evidence:typed-form-keep-finding-appraisal",
        "for-public",
        "401 403 403 403 200 403 403 403 401",
        TYPED | {"reason": "Two people said so."},
    ),
    Row(
        "POST",
        "evidence:typed-form-keep-source-appraisal",
        "noted source",
        "401 403 403 403 200 403 403 403 401",
        TYPED | {"reason": "Two people said so."},
    ),
    Row(
        "POST",
        "evidence:typed-form-keep-item",
        "confidence in the lesson",
        "401 403 403 403 403 403 200 403 401",
        TYPED | {"typed_person": "{lead}", "explanation": "Much agrees."},
    ),
    Row("GET", "evidence:finding-lookalikes", "draft", AUTHOR_AND_LEADS),
    Row("GET", "evidence:finding-lookalikes", "for-public", "login 403 403 403 200 403 200 403 login"),
    Row("POST", "evidence:lookalikes", "", "401 403 403 403 200 200 200 403 401", NEW_FINDING),
]
