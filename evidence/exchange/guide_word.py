"""The conversation guide as a Word document, with room to write."""

from docx.document import Document as Docx

from evidence.exchange.printable import printable
from evidence.exchange.word import content_of, new_document
from evidence.queries.guide import HOW_TO_TALK, Guide, Topic
from evidence.queries.profile import Profile

ROOM_TO_WRITE = 3


def guide_as_word(profile: Profile, guide: Guide) -> bytes:
    """What to talk about, as its page shows it."""
    report = profile.report
    document = new_document(f"Conversation guide: {report.partnership}, {report.round}")
    if report.round.is_demonstration:
        document.add_paragraph("Demonstration: everything in it is invented.")
    document.add_paragraph(f"Made from what {profile.people} people said, each for themselves.")
    document.add_heading("How to talk about it", level=1)
    for sentence in HOW_TO_TALK:
        document.add_paragraph(sentence, style="List Bullet")
    for title, topics in parts_of(guide):
        document.add_heading(title, level=1)
        for topic in topics:
            add_topic(document, topic)
    return content_of(document)


def parts_of(guide: Guide) -> list[tuple[str, list[Topic]]]:
    """The parts of a guide that hold something, with their headings."""
    parts = [
        ("What works", guide.strengths),
        ("Where you see it differently", guide.differences),
        ("What troubles most of you", guide.troubles),
    ]
    return [(title, topics) for title, topics in parts if topics]


def add_topic(document: Docx, topic: Topic) -> None:
    document.add_heading(printable(topic.line.statement.statement), level=2)
    document.add_paragraph(printable(topic.said))
    document.add_paragraph(printable(topic.question)).runs[0].bold = True
    document.add_paragraph("What we heard, and what we will try:")
    for _ in range(ROOM_TO_WRITE):
        document.add_paragraph()
