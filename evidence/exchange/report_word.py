"""A self-report as a Word document, with its headings and tables in order."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from docx.document import Document as Docx

from evidence.exchange.printable import printable
from evidence.exchange.word import content_of, new_document, repeat_as_header
from evidence.models import SelfReport
from evidence.queries.plans import Plan, PlannedAction
from evidence.queries.reports import Line, Sheet, Table, readers_of

NOT_ANSWERED = "Not answered"


def report_as_word(report: SelfReport, sheet: Sheet, plan: Plan) -> bytes:
    """The whole of a report: every question that was asked, with its answer, and the actions agreed."""
    document = new_document(f"{report.partnership}: {report.round}")
    for line in facts_of(report):
        document.add_paragraph(line)
    document.add_paragraph(f"Who reads it: {readers_of(report.round)}")
    for subject in sheet.subjects:
        document.add_heading(printable(subject.section.title), level=1)
        for asked in subject.asked:
            add_line(document, asked)
    for title, rows in (("How earlier actions went", plan.earlier), ("Agreed actions", plan.agreed)):
        if rows:
            document.add_heading(title, level=1)
            add_actions(document, rows)
    return content_of(document)


def facts_of(report: SelfReport) -> list[str]:
    """What stands above the answers."""
    facts = [f"Self-report {report.ref}, {report.get_status_display().lower()}."]
    if report.round.is_demonstration:
        facts.append("Demonstration: everything in it is invented.")
    if report.submitted_at and report.submitted_by:
        facts.append(f"Submitted on {day(report.submitted_at)} by {report.submitted_by}.")
    if report.accepted_at:
        facts.append(f"Accepted on {day(report.accepted_at)}.")
    return facts


def add_line(document: Docx, line: Line) -> None:
    document.add_heading(printable(line.question.text), level=2)
    add_words(document, line)
    for file in line.files:
        document.add_paragraph(printable(f"File {file.ref}: {file.name}. {file.description}".strip()))


def add_words(document: Docx, line: Line) -> None:
    words = line.words
    if isinstance(words, Table):
        add_table(document, words)
        return
    for text in words or ([] if line.files else [NOT_ANSWERED]):
        document.add_paragraph(printable(text))


def add_actions(document: Docx, rows: list[PlannedAction]) -> None:
    for row in rows:
        action = row.action
        document.add_heading(printable(action.text), level=2)
        about = f" About {action.item}." if action.item else ""
        due = date_format(action.due_on, "j F Y")
        document.add_paragraph(printable(f"{action.owner}, by {due}. {row.state_label}.{about}"))
        if action.why:
            document.add_paragraph(printable(action.why))
        for one in row.said:
            said = f"{one.state_label}: {one.note}" if one.note else one.state_label
            document.add_paragraph(
                printable(f"{said} ({one.by}, {date_format(one.on, 'j F Y')})"), style="List Bullet"
            )


def add_table(document: Docx, words: Table) -> None:
    table = document.add_table(rows=1, cols=len(words.labels), style="Table Grid")
    for cell, label in zip(table.rows[0].cells, words.labels, strict=True):
        cell.paragraphs[0].add_run(printable(label)).bold = True
    repeat_as_header(table.rows[0])
    for row in words.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = printable(text)


def day(moment: object) -> str:
    return date_format(localtime(moment), "j F Y")  # type: ignore[arg-type]
