"""The access table: every address, every persona, the answer expected. Written by hand, read in review.

One row for an address and a method; one answer for each persona, in the order of ``PERSONAS``:

    visitor, reporter, other reporter, funder, evaluator (the author), other evaluator, lead,
    administrator, closed account

``login`` is a redirect to the sign-in page; a number is the status. What a person may not see does not
exist for them (404); what they may see but not do is 403. An address missing here fails the suite.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.factories import PASSWORD
from tests.personas import PERSONAS

CHECKLIST = ["direct-identifiers", "indirect-identifiers", "small-places", "roles", "quotes"]


@dataclass(frozen=True)
class Row:
    """One address with one method: who gets which answer."""

    method: str
    name: str
    thing: str
    answers: str
    data: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join(part for part in (self.method, self.name, self.thing) if part)

    def answer_for(self, persona: str) -> str:
        return self.answers.split()[PERSONAS.index(persona)]


def everybody(answer: str) -> str:
    return " ".join([answer] * len(PERSONAS))


READ = everybody("200")
# Who may log findings; the others are sent to sign in or told that they may not.
LOGGING = "login 403 403 403 200 200 200 403 login"

# Who may see each finding: y yes, - no.
#                       visitor reporter other funder evaluator other lead admin closed
SEEN_BY = {
    "draft": "           -       -        -     -      y         -     y    -     -",
    "submitted": "       -       -        -     -      y         y     y    -     -",
    "returned": "        -       -        -     -      y         y     y    -     -",
    "withdrawn": "       -       -        -     -      y         y     y    -     -",
    "for-team": "        -       -        -     -      y         y     y    -     -",
    "for-funder": "      -       -        -     y      y         y     y    -     -",
    "for-partnerships": "-       y        y     y      y         y     y    -     -",
    "for-public": "      y       y        y     y      y         y     y    y     y",
}


def seen_by(persona: str) -> set[str]:
    """The findings of the world that this persona may know of."""
    place = PERSONAS.index(persona)
    return {name for name, answers in SEEN_BY.items() if answers.split()[place] == "y"}


def seeing(thing: str) -> str:
    """200 for those who see a finding, 404 for the others."""
    return SEEN_BY[thing].replace("y", "200").replace("-", "404")


TEAM = "404 404 404 404 200 200 200 404 404"
FUNDER_AND_TEAM = "404 404 404 200 200 200 200 404 404"

APPRAISAL = {"version": 1, "voice": "some", "reason": "Two of five were asked."}

PAGES = [
    Row("GET", "evidence:home", "", READ),
    Row("GET", "evidence:theme-detail", "theme", READ),
    Row("GET", "evidence:lesson-list", "", READ),
    Row("GET", "evidence:lesson-detail", "lesson number", READ),
    Row("GET", "evidence:lesson-detail", "lesson", everybody("302")),
    Row("GET", "evidence:driver-list", "", READ),
    Row("GET", "evidence:driver-detail", "driver", READ),
    Row("GET", "evidence:barrier-list", "", READ),
    Row("GET", "evidence:barrier-detail", "barrier", READ),
    Row("GET", "evidence:benefit-list", "", READ),
    Row("GET", "evidence:benefit-detail", "benefit", READ),
    Row("GET", "evidence:approach-list", "", READ),
    Row("GET", "evidence:approach-detail", "approach", READ),
    Row("GET", "evidence:outcome-list", "", READ),
    Row("GET", "evidence:outcome-detail", "outcome", READ),
    Row("GET", "evidence:question-list", "", READ),
    Row("GET", "evidence:question-detail", "research-question", READ),
    Row("GET", "evidence:sector-list", "", READ),
    Row("GET", "evidence:sector-detail", "sector", READ),
    Row("GET", "evidence:partnership-list", "", READ),
    Row("GET", "evidence:partnership-detail", "partnership", READ),
    Row("GET", "evidence:organisation-list", "", READ),
    Row("GET", "evidence:organisation-detail", "organisation", READ),
    Row("GET", "evidence:programme-list", "", READ),
    Row("GET", "evidence:programme-detail", "programme", READ),
    Row("GET", "evidence:reference-list", "", READ),
    Row("GET", "evidence:reference-list-ris", "", READ),
    Row("GET", "evidence:reference-detail", "reference", READ),
    Row("GET", "evidence:reference-ris", "reference", READ),
    Row("GET", "evidence:case-study-list", "", READ),
    Row("GET", "evidence:case-study-detail", "public study", READ),
    Row("GET", "evidence:case-study-detail", "draft study", TEAM),
    Row("GET", "evidence:source-detail", "noted source", TEAM),
    Row("GET", "evidence:source-detail", "source of for-public", FUNDER_AND_TEAM),
    Row("GET", "evidence:source-detail", "source of for-team", TEAM),
    Row("GET", "evidence:source-detail", "source of draft", "404 404 404 404 200 404 200 404 404"),
    Row("GET", "evidence:finding-list", "", READ),
    Row("GET", "evidence:finding-csv", "", READ),
    *(Row("GET", "evidence:finding-detail", thing, seeing(thing)) for thing in SEEN_BY),
    # Whoever sees a thing sees its history, as far as it was theirs to read.
    *(Row("GET", "evidence:finding-history", thing, seeing(thing)) for thing in SEEN_BY),
    Row("GET", "evidence:case-study-history", "public study", READ),
    Row("GET", "evidence:case-study-history", "draft study", TEAM),
    Row("GET", "evidence:lesson-history", "lesson number", READ),
    Row("GET", "evidence:lesson-history", "lesson", everybody("302")),
    Row("GET", "evidence:driver-history", "driver", READ),
    Row("GET", "evidence:barrier-history", "barrier", READ),
    Row("GET", "evidence:benefit-history", "benefit", READ),
    Row("GET", "evidence:approach-history", "approach", READ),
    Row("GET", "evidence:outcome-history", "outcome", READ),
    Row("GET", "evidence:question-history", "research-question", READ),
]

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


def after(answers: str) -> str:
    """The same people as for a page: those who get it succeed by sending it, and are led on."""
    return answers.replace("200", "302")


FORMS = [
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
    Row("GET", "evidence:finding-lookalikes", "draft", AUTHOR_AND_LEADS),
    Row("GET", "evidence:finding-lookalikes", "for-public", "login 403 403 403 200 403 200 403 login"),
    Row("POST", "evidence:lookalikes", "", "401 403 403 403 200 200 200 403 401", NEW_FINDING),
]

# What a partnership is asked: its reporter answers, the team reads, leads look after it.
ASKED = "login 200 404 404 200 200 200 404 login"
LEADS_ON_REPLIES = "login 403 404 404 403 403 200 404 login"
REPLIES = [
    Row("GET", "evidence:finding-ask", "submitted", LEADS_ON_WHAT_WAITS),
    Row("GET", "evidence:finding-ask", "for-public", "login 403 403 403 403 403 302 403 login"),
    Row(
        "POST",
        "evidence:finding-ask",
        "submitted",
        after(LEADS_ON_WHAT_WAITS),
        {"version": 1, "partnerships": "{partnership}", "checklist": CHECKLIST},
    ),
    Row("GET", "evidence:reply-detail", "asked", ASKED),
    Row(
        "POST",
        "evidence:reply-detail",
        "asked",
        "403 302 404 404 403 403 403 404 403",
        {"version": 1, "answer": "comment", "reply": "It was so."},
    ),
    Row(
        "POST",
        "evidence:typed-form-keep-reply",
        "asked",
        "401 200 403 403 403 403 403 403 401",
        TYPED | {"reply": "It was", "typed_person": "{reporter}"},
    ),
    Row("GET", "evidence:reply-respond", "asked", LEADS_ON_REPLIES),
    Row("GET", "evidence:reply-extend", "asked", LEADS_ON_REPLIES),
    Row("GET", "evidence:reply-cancel", "asked", LEADS_ON_REPLIES),
    Row("POST", "evidence:reply-respond", "asked", after(LEADS_ON_REPLIES), {"version": 1}),
    Row("POST", "evidence:reply-extend", "asked", LEADS_ON_REPLIES, {"version": 1, "due_on": ""}),
    Row(
        "POST",
        "evidence:reply-cancel",
        "asked",
        "403 403 404 404 403 403 302 404 403",
        {"version": 1, "reason": "A mistake."},
    ),
]

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

FIELDWORK = [
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

# A released file goes as far as its finding; the others, and every transcript, stay with the team.
LEADS = "login 404 404 404 403 403 200 404 login"
HALF_SENT = {"description_1": "A guide for interviews"}
FILES = [
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
CONFIDENCE = [
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
    *(Row("GET", f"evidence:{name}-confidence", thing, READ) for name, thing in ITEM_PAGES.items()),
    *(Row("GET", f"evidence:{name}-assess", thing, JUDGING) for name, thing in ITEM_PAGES.items()),
    *(
        Row(
            "POST",
            f"evidence:{name}-assess",
            thing,
            after(JUDGING),
            # The lesson has been judged once already.
            JUDGEMENT | {"last_seen": 1 if name == "lesson" else 0},
        )
        for name, thing in ITEM_PAGES.items()
    ),
]

# A report in progress: its own reporters write in it, those who run rounds know of it, the others do not.
OWN_REPORT = "login 200 404 404 403 403 403 403 login"
KNOWN_REPORT = "login 200 404 404 200 200 200 200 login"
REVIEWING = "login 403 404 404 200 200 200 403 login"
# Rounds and questionnaires: the team and administrators read, leads and administrators change.
ROUNDS = "login 403 403 403 200 200 200 200 login"
MANAGING = "login 403 403 403 403 403 200 200 login"
MANAGING_HIDDEN = "login 404 404 404 403 403 200 200 login"
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

REPORTS = [
    Row("GET", "evidence:report-list", "", "login 200 200 200 200 200 200 200 login"),
    Row("GET", "evidence:report-detail", "open report", KNOWN_REPORT),
    Row("GET", "evidence:report-detail", "submitted report", KNOWN_REPORT),
    Row("GET", "evidence:report-detail", "shared report", "login 200 404 200 200 200 200 200 login"),
    Row("GET", "evidence:report-detail", "kept report", "login 404 200 404 200 200 200 200 login"),
    Row("GET", "evidence:report-word", "open report", OWN_REPORT),
    Row("GET", "evidence:report-word", "shared report", "login 200 404 200 200 200 200 403 login"),
    Row("GET", "evidence:report-word", "kept report", "login 404 200 404 200 200 200 403 login"),
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
]

OWN = "login 200 200 200 200 200 200 200 login"
NEW = "slow green kettle"
FOR_SIGNING_IN = "200 302 302 302 302 302 302 302 200"
ACCOUNTS = [
    Row("GET", "login", "", FOR_SIGNING_IN),
    Row("POST", "login", "", FOR_SIGNING_IN, {"username": "nobody@example.org", "password": "wrong"}),
    Row("POST", "login", "", FOR_SIGNING_IN, {"username": "closed@example.org", "password": PASSWORD}),
    Row("GET", "logout", "", everybody("405")),
    Row("POST", "logout", "", everybody("302")),
    Row("GET", "partnerships:account", "", OWN),
    Row(
        "POST", "partnerships:account", "", after(OWN), {"name": "Another name", "notice_frequency": "daily"}
    ),
    Row("GET", "password-change", "", OWN),
    Row(
        "POST",
        "password-change",
        "",
        after(OWN),
        {
            "old_password": PASSWORD,
            "new_password1": "slow green kettle",
            "new_password2": "slow green kettle",
        },
    ),
    Row("GET", "password-reset", "", READ),
    Row("POST", "password-reset", "", everybody("302"), {"email": "lead@example.org"}),
    Row("GET", "password-reset-sent", "", READ),
    Row("GET", "password-reset-complete", "", READ),
    Row("GET", "password-reset-confirm", "no such link", READ),
    Row("POST", "password-reset-confirm", "no such link", READ, {"new_password1": NEW, "new_password2": NEW}),
]

# Who may read the audit record.
RECORD = "login 403 403 403 403 403 200 200 login"
AUDIT = [
    Row("GET", "partnerships:audit", "", RECORD),
    Row("POST", "partnerships:audit", "", after(RECORD)),
    Row("GET", "partnerships:audit-csv", "", RECORD),
]

TOP = [
    Row("GET", "accessibility", "", READ),
    Row("GET", "components", "", READ),
    Row("GET", "healthz", "", READ),
    Row("GET", "robots", "", READ),
]

# Who is not signed in is told so (401) when they try to write.
API_SOURCE_APPRAISED = "401 404 404 403 200 200 200 404 401"
API_LOGGING = "401 403 403 403 201 201 201 403 401"
API_AUTHOR_AND_LEADS = "401 404 404 404 200 404 200 404 401"
API_LEADS_ON_WHAT_WAITS = "401 404 404 404 403 403 200 404 401"
API_LEADS_ON_WHAT_IS_PUBLIC = "401 403 403 403 403 403 200 403 401"

API_CATALOGUES = {
    "themes": "theme",
    "lessons": "lesson",
    "drivers": "driver",
    "barriers": "barrier",
    "benefits": "benefit",
    "approaches": "approach",
    "outcomes": "outcome",
    "research-questions": "research-question",
    "items": "driver",
    "references": "reference",
    "programmes": "programme",
    "sectors": "sector",
    "areas": "area",
    "organisations": "organisation",
    "partnerships": "partnership",
}

API = [
    *(Row("GET", f"api-{name}-list", "", READ) for name in API_CATALOGUES),
    *(Row("GET", f"api-{name}-detail", thing, READ) for name, thing in API_CATALOGUES.items()),
    *(Row("POST", f"api-{name}-list", "", everybody("405")) for name in API_CATALOGUES),
    *(Row("PUT", f"api-{name}-detail", thing, everybody("405")) for name, thing in API_CATALOGUES.items()),
    *(Row("PATCH", f"api-{name}-detail", thing, everybody("405")) for name, thing in API_CATALOGUES.items()),
    *(Row("DELETE", f"api-{name}-detail", thing, everybody("405")) for name, thing in API_CATALOGUES.items()),
    Row("GET", "api-root", "", READ),
    Row("GET", "api-schema", "", READ),
    Row("GET", "api-docs", "", READ),
    Row("GET", "api-try", "", READ),
    Row("GET", "api-findings-list", "", READ),
    *(Row("GET", "api-findings-detail", thing, seeing(thing)) for thing in SEEN_BY),
    Row("GET", "api-case-studies-list", "", READ),
    Row("GET", "api-case-studies-detail", "public study", READ),
    Row("GET", "api-case-studies-detail", "draft study", TEAM),
    Row("GET", "api-sources-list", "", READ),
    # The source of what is public is for the funder and the team; that of a draft for its author and leads.
    Row("GET", "api-sources-detail", "source of for-public", FUNDER_AND_TEAM),
    Row("GET", "api-sources-detail", "source of for-team", TEAM),
    Row("GET", "api-sources-detail", "source of draft", "404 404 404 404 200 404 200 404 404"),
    Row("POST", "api-sources-appraise", "source of for-public", API_SOURCE_APPRAISED, APPRAISAL),
    Row("POST", "api-sources-appraise", "source of draft", API_AUTHOR_AND_LEADS, APPRAISAL),
    Row("POST", "api-sources-list", "", everybody("405")),
    Row("GET", "api-assessments-list", "", READ),
    Row("GET", "api-assessments-detail", "lesson", FUNDER_AND_TEAM),
    Row("POST", "api-assessments-list", "", everybody("405")),
    Row("DELETE", "api-assessments-detail", "lesson", everybody("405")),
    # A round is known to those who know of a report in it.
    Row("GET", "api-rounds-list", "", READ),
    Row("GET", "api-rounds-detail", "open round", "404 200 200 404 200 200 200 200 404"),
    Row("GET", "api-rounds-detail", "planned round", "404 404 404 404 200 200 200 200 404"),
    Row("PATCH", "api-rounds-detail", "open round", everybody("405")),
    Row("GET", "api-self-reports-list", "", READ),
    Row("GET", "api-self-reports-detail", "open report", "404 200 404 404 200 200 200 200 404"),
    Row("GET", "api-self-reports-detail", "shared report", "404 200 404 200 200 200 200 200 404"),
    Row("GET", "api-self-reports-detail", "kept report", "404 404 200 404 200 200 200 200 404"),
    Row("PATCH", "api-self-reports-detail", "submitted report", everybody("405")),
    Row("PUT", "api-self-reports-detail", "submitted report", everybody("405")),
    Row("DELETE", "api-self-reports-detail", "submitted report", everybody("405")),
    Row("DELETE", "api-sources-detail", "source of draft", everybody("405")),
    Row("POST", "api-findings-list", "", API_LOGGING, {"text": "What was found."}),
    Row("PATCH", "api-findings-detail", "draft", API_AUTHOR_AND_LEADS, {"version": 1, "title": "Else"}),
    Row(
        "PATCH",
        "api-findings-detail",
        "submitted",
        API_LEADS_ON_WHAT_WAITS,
        {"version": 1, "title": "Else"},
    ),
    Row(
        "PATCH",
        "api-findings-detail",
        "for-public",
        API_LEADS_ON_WHAT_IS_PUBLIC,
        {"version": 1, "title": "Else"},
    ),
    Row("PUT", "api-findings-detail", "draft", API_AUTHOR_AND_LEADS, {"version": 1, "text": "Anew."}),
    Row("DELETE", "api-findings-detail", "draft", "401 404 404 404 204 404 204 404 401"),
    Row("DELETE", "api-findings-detail", "for-public", "401 403 403 403 409 409 409 403 401"),
    Row("POST", "api-findings-submit", "draft", API_AUTHOR_AND_LEADS, {"version": 1}),
    Row("POST", "api-findings-submit", "for-public", "401 403 403 403 409 409 409 403 401", {"version": 1}),
    Row(
        "POST",
        "api-findings-return",
        "submitted",
        API_LEADS_ON_WHAT_WAITS,
        {"version": 1, "reason": "Say when."},
    ),
    Row(
        "POST",
        "api-findings-publish",
        "submitted",
        API_LEADS_ON_WHAT_WAITS,
        {"version": 1, "visibility": "public", "checklist": CHECKLIST},
    ),
    Row(
        "POST",
        "api-findings-publish",
        "for-public",
        API_LEADS_ON_WHAT_IS_PUBLIC,
        {"version": 1, "visibility": "team"},
    ),
    Row("POST", "api-findings-appraise", "draft", API_AUTHOR_AND_LEADS, APPRAISAL),
    Row(
        "POST",
        "api-findings-appraise",
        "for-public",
        "401 403 403 403 200 200 200 403 401",
        APPRAISAL,
    ),
    Row(
        "POST",
        "api-findings-publish-with-changes",
        "submitted",
        API_LEADS_ON_WHAT_WAITS,
        {"version": 1, "visibility": "funder", "text": "Anew.", "reason": "Clearer."},
    ),
    Row(
        "POST",
        "api-findings-withdraw",
        "for-public",
        "401 403 403 403 200 403 200 403 401",
        {"version": 1, "reason": "A mistake."},
    ),
]

TABLE = [
    *PAGES,
    *FORMS,
    *REPLIES,
    *FIELDWORK,
    *FILES,
    *CONFIDENCE,
    *REPORTS,
    *ACCOUNTS,
    *AUDIT,
    *TOP,
    *API,
]
