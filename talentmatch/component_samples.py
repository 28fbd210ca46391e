"""Invented content for the components page: every component in every state, without a database."""

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.html import format_html

from evidence.queries.replies import Reply

DIRECTIONS = ["supports", "refines", "challenges", "context"]


class SampleForm(forms.Form):
    """One field of each look."""

    title = forms.CharField(label="Title", help_text="One line that somebody can find again.")
    text = forms.CharField(label="What was found", widget=forms.Textarea, help_text="In a few sentences.")
    collected_on = forms.DateField(label="Date of the evidence", required=False)
    kind = forms.ChoiceField(
        label="Kind of source", choices=[("", "Choose one"), ("interview", "Interview"), ("survey", "Survey")]
    )
    visibility = forms.ChoiceField(
        label="Who may read it",
        choices=[("team", "Evaluation team"), ("funder", "Funder"), ("public", "Public")],
        widget=forms.RadioSelect,
        help_text="Once it is published.",
    )
    sectors = forms.MultipleChoiceField(
        label="Sectors",
        choices=[("public", "Public"), ("private", "Private"), ("third", "Third")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    anonymised = forms.BooleanField(label="Names and places have been taken out", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("anonymised") and not cleaned.get("title"):
            self.add_error(None, "A finding without a title cannot be released.")
        return cleaned


def sample_finding(**changes: Any) -> dict[str, Any]:
    return {
        "ref": "F-7K2M9QXA",
        "title": "A monthly table of employers kept referrals moving",
        "text": (
            "Where employers met the workers of the partnership each month, young people were offered a "
            "trial shift within days; where contact went through a newsletter, hardly any were."
        ),
        "excerpt": "",
        "origin": "case-study",
        "status": "published",
        "visibility": "public",
        "partnerships_list": [("Black Country", "#finding"), ("Humber", "#finding")],
        "sectors_list": [("Private", "#finding"), ("Third", "#finding")],
        "references_list": [],
        "programme_name": "",
        "source_label": "Interview, delivery manager",
        "collected_on": date(2015, 3, 12),
        "quality": "heard directly, several accounts agree, link can be followed",
        "is_demonstration": True,
        "replies": [],
    } | changes


def literature_finding() -> dict[str, Any]:
    return sample_finding(
        ref="F-3HD8WNE4",
        title="Shared targets outlast shared premises",
        text="Partners who had agreed what success meant stayed engaged after the joint office closed.",
        origin="literature",
        partnerships_list=[],
        programme_name="New Deal for Communities",
        references_list=[("Example and Sample (2006)", "#finding")],
        source_label="",
        collected_on="2006",
        quality="",
        is_demonstration=False,
    )


def sample_reply(**changes: Any) -> Reply:
    as_commented: dict[str, Any] = {
        "partnership": "humber",
        "name": "Humber",
        "answer": "comment",
        "text": "The table met every month in the first year, and every second month since.",
        "answered_on": date(2015, 5, 6),
        "due_on": date(2015, 5, 12),
        "response": "We have put the first year into the finding.",
        "is_earlier": True,
    }
    return Reply(**as_commented | changes)


def sample_replies() -> list[Reply]:
    """In each state: a comment with a response, acceptance, silence where the area is not shown."""
    return [
        sample_reply(),
        sample_reply(answer="accept", text="", response="", is_earlier=False),
        sample_reply(
            partnership="", name="", answer="", text="", answered_on=None, response="", is_earlier=False
        ),
    ]


def waiting_finding() -> dict[str, Any]:
    return sample_finding(
        ref="F-Q5T2RB6C",
        title="A second lead body slowed every decision",
        origin="self-report",
        status="submitted",
        visibility="team",
        excerpt=format_html("… each <mark>{}</mark> went to two boards, six weeks apart …", "decision"),
        partnerships_list=[("Whole programme", "")],
        sectors_list=[],
        source_label="",
        collected_on=None,
        quality="one account alone, link asserted (its source)",
    )


def evidence_columns() -> list[dict[str, Any]]:
    card = {"note": "Shows the lesson at work where contact is regular.", "href": "#evidence"}
    return [
        {
            "direction": "supports",
            "heading": "For",
            "count": 12,
            "href": "#evidence",
            "more_href": "#evidence",
            "cards": [
                card | {"finding": sample_finding()},
                card | {"finding": literature_finding(), "note": ""},
            ],
        },
        {
            "direction": "refines",
            "heading": "Refines",
            "count": 1,
            "href": "#evidence",
            "more_href": "",
            "cards": [card | {"finding": waiting_finding(), "note": "Only where two bodies share the lead."}],
        },
        {
            "direction": "challenges",
            "heading": "Against",
            "count": 0,
            "href": "",
            "more_href": "",
            "cards": [],
        },
        {
            "direction": "context",
            "heading": "Context",
            "count": 1,
            "href": "#evidence",
            "more_href": "",
            "cards": [card | {"finding": literature_finding(), "note": ""}],
        },
    ]


def sample_item(code: str, title: str, standing: str = "", **counts: int) -> dict[str, Any]:
    return {
        "code": code,
        "title": title,
        "plain_statement": "People commit when they can see what the partnership is for and what they gain.",
        "href": "#items",
        "standing": standing,
        "counts": counts or None,
        "findings_href": "#items",
    }


def sample_items() -> list[dict[str, Any]]:
    return [
        sample_item(
            "L1", "Agree what the partnership is for", "supported", supports=31, refines=4, challenges=1
        ),
        sample_item("L2", "Let structure follow purpose", "refined", supports=8, refines=9, challenges=2),
        sample_item("L3", "Keep the board small", "contested", supports=6, refines=1, challenges=7),
        sample_item("L4", "Give partners time to learn", "thin", supports=1, refines=0, challenges=0),
        sample_item("L5", "Let partners share the risk", "untested", supports=0, refines=0, challenges=0),
    ]


def picker_item(code: str, title: str, **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "title": title,
        "plain_statement": "What the item says, in one plain sentence.",
        "meaning": "What a reader should understand by it.",
        "counts_for": "A partnership where this was done and helped.",
        "counts_against": "A partnership that did well without it.",
        "synonyms": ["goals", "purpose"],
        "direction": "",
        "note": "",
        "is_question": False,
        "error": "",
    } | changes


def picker_groups() -> list[dict[str, Any]]:
    return [
        {
            "kind": "lesson",
            "kind_label": "Lessons",
            "open": False,
            "items": [
                picker_item(
                    "L1", "Agree what the partnership is for", direction="challenges", note="Two aims."
                ),
                picker_item("L2", "Let structure follow purpose"),
                picker_item(
                    "L3", "Keep the board small", note="Said twice.", error="Choose a direction for L3."
                ),
            ],
        },
        {
            "kind": "barrier",
            "kind_label": "Barriers",
            "open": False,
            "items": [picker_item("B1", "Short funding"), picker_item("B12", "Too many meetings")],
        },
        {
            "kind": "question",
            "kind_label": "Research questions",
            "open": False,
            "items": [picker_item("Q8c", "Who is not at the table?", is_question=True)],
        },
    ]


def sample_differences() -> list[dict[str, Any]]:
    """A text with words exchanged, and a list that an entry was added to."""

    def pieces(*found: tuple[str, str]) -> list[dict[str, str]]:
        return [{"kind": kind, "text": text} for kind, text in found]

    stayed, went, came, end = (
        ("same", "Employers stayed where "),
        ("removed", "a person"),
        ("added", "one mentor"),
        ("same", " kept in touch."),
    )
    third = ("added", "Third\n")
    return [
        {
            "label": "What was found",
            "pieces": pieces(stayed, went, came, end),
            "before": pieces(stayed, went, end),
            "after": pieces(stayed, came, end),
        },
        {"label": "Sectors", "pieces": pieces(third), "before": [], "after": pieces(third)},
    ]


def sample_file(**changes: Any) -> dict[str, Any]:
    return {
        "ref": "A-4J8KP2WX",
        "name": "guide-for-interviews.docx",
        "description": "What was asked, and in which order",
        "kind": "Document",
        "size": "48.2 KB",
        "href": "#files",
        "preview_href": "",
        "visibility": "funder",
        "is_demonstration": True,
        "added_by": "",
        "added_at": None,
        "released_by": "",
        "released_at": None,
        "erased_by": "",
        "erased_at": None,
        "obstacle": "",
        "steps": (),
    } | changes


def sample_files() -> list[dict[str, Any]]:
    """As others see one, as the evaluation team does, one that can't be released, one that was erased."""
    by_team = {"added_by": "An evaluator", "added_at": date(2015, 3, 12), "is_demonstration": False}
    steps = (("Who may get it", "#files"), ("Erase", "#files"))
    return [
        sample_file(),
        sample_file(
            **by_team,
            name="board-room.jpg",
            description="",
            kind="Picture",
            preview_href="#files",
            visibility="partnerships",
            released_by="A lead evaluator",
            released_at=date(2015, 4, 2),
            steps=steps,
        ),
        sample_file(
            **by_team,
            name="minutes.docx",
            visibility="team",
            obstacle="It holds tracked changes. Accept or reject them, and add the file again.",
            steps=steps,
        ),
        sample_file(ref="A-9R3TQ6ZN", erased_by="An evaluator", erased_at=date(2015, 5, 6)),
    ]


def samples() -> dict[str, Any]:
    """The context of the components page."""
    return {
        "directions": DIRECTIONS,
        "origins": ["literature", "case-study", "self-report"],
        "statuses": ["draft", "submitted", "returned", "published", "withdrawn"],
        "visibilities": ["team", "funder", "partnerships", "public"],
        "standings": ["untested", "thin", "supported", "refined", "contested"],
        "notice_kinds": ["information", "success", "warning", "error"],
        "findings": [sample_finding(replies=sample_replies()), literature_finding(), waiting_finding()],
        "replies": sample_replies(),
        "evidence_columns_sample": evidence_columns(),
        "items": sample_items(),
        "codings": [
            {
                "direction": direction,
                "direction_label": "Informs" if code == "Q8c" else "",
                "code": code,
                "title": title,
                "href": "#items",
                "kind_label": kind,
                "note": note,
            }
            for direction, code, title, kind, note in [
                ("challenges", "L5", "Let partners share the risk", "Lesson", "One partner bore it."),
                ("supports", "B2", "Short funding", "Barrier", ""),
                ("context", "Q8c", "Who is not at the table?", "Research question", ""),
            ]
        ],
        "citations": [
            {"label": "Example and Sample (2006)", "href": "#items", "state": "listed", "note": ""},
            {
                "label": "Example (2007)",
                "href": "#items",
                "state": "corrected",
                "note": "The review prints 2008; the publication is of 2007.",
            },
            {"label": "Sample (1999)", "href": "", "state": "unresolved", "note": "Cited but not listed."},
        ],
        "sample_differences": sample_differences(),
        "files": sample_files(),
        "report_statuses": [
            ("invited", "Not started"),
            ("in-progress", "In progress"),
            ("submitted", "Submitted"),
            ("returned", "Returned"),
            ("accepted", "Accepted"),
            ("late", "Late"),
        ],
        "report_tasks": [
            {
                "label": "How it began",
                "href": "#reports",
                "state": "accepted",
                "state_label": "Finished",
                "notes": [],
            },
            {
                "label": "What it takes",
                "href": "#reports",
                "state": "returned",
                "state_label": "To change",
                "notes": ["2 open notes between colleagues"],
            },
        ],
        "report_table": {
            "columns": [{"label": "Organisation"}, {"label": "Days"}],
            "rows": [["A housing association", "18"]],
        },
        "page": Paginator(range(400), 25).page(7),
        "table_columns": [
            {"label": "Partnership", "sort_href": "#tables", "sorted": "ascending"},
            {"label": "Areas"},
            {"label": "Findings", "numeric": True, "sort_href": "#tables"},
            {"label": "Grant", "numeric": True},
            {"label": "Form"},
        ],
        "table_rows": [
            [
                ("Black Country", "#tables"),
                "Dudley, Sandwell, Walsall, Wolverhampton",
                41,
                "£7,400,000",
                "Mixed",
            ],
            [("Humber", "#tables"), "East Riding, Hull, Lincolnshire", 7, "£6,100,000", "—"],
        ],
        "facet_options": [
            ("literature", "Literature", 84, False),
            ("case-study", "Case study", 1206, True),
            ("self-report", "Self-report", 0, False),
        ],
        "facet_selects_sample": [
            ("voice_at_least", "Voice", [("some", "heard in part"), ("much", "heard directly")], "much"),
            ("transparency_at_least", "Transparency", [("some", "origin known")], ""),
        ],
        "empty_form": SampleForm(auto_id="empty_%s"),
        "form_with_errors": SampleForm({"anonymised": "on", "collected_on": "31 June"}, auto_id="wrong_%s"),
        "picker_groups": picker_groups(),
    }
