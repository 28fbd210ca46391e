"""A brief as a Word document: headings, tables with header rows, pictures with their texts, in styles."""

import io
from collections.abc import Mapping

from django.utils.formats import date_format
from docx import Document
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph
from PIL import Image, ImageDraw

from evidence.exchange.printable import printable
from evidence.exchange.references import harvard
from evidence.exchange.word import (
    add_page_number,
    content_of,
    keep_on_one_page,
    repeat_as_header,
    set_language,
)
from evidence.models import BriefIssue
from evidence.queries.briefs import NOT_JUDGED, Example, Part, Sheet

INK = RGBColor(0x1F, 0x2A, 0x2A)
ACCENT = RGBColor(0x0B, 0x44, 0x40)
SOFT = RGBColor(0x50, 0x50, 0x50)
# As the print stylesheet has them; they differ in lightness, so that they stay apart in grey.
COLOURS = {"supports": "#0b4440", "refines": "#d9a94a", "challenges": "#a9431b"}
BAR = (1200, 60)
WIDTH = Cm(16.5)
COLUMNS = ("Direction", "Findings", "Partnerships", "Sources", "Findings of the literature")
FIGURES = ("findings", "partnerships", "sources", "literature")
WIDTHS = (Cm(4.5), Cm(2.5), Cm(3.0), Cm(2.5), Cm(4.0))


def brief_as_word(issue: BriefIssue, sheet: Sheet, cite_as: str) -> bytes:
    """One issued version, whole."""
    document = Document()
    set_properties(document, issue, sheet)
    set_styles(document)
    set_running_lines(document, issue, sheet)
    add(document, sheet.content["title"], "Title")
    add(document, said_of(issue), "Subtitle")
    if issue.brief.is_demonstration:
        add(document, "Demonstration: the programme's evidence in it is invented.", "Small print")
    add_text(document, sheet.content["introduction"])
    add_overview(document, sheet)
    for number, part in enumerate(sheet.parts):
        add_part(document, part, is_first=not number)
    add_sources(document, sheet, cite_as)
    return content_of(document)


def said_of(issue: BriefIssue) -> str:
    day = date_format(issue.issued_at, "j F Y")
    return (
        f"Brief {issue.brief.ref}, version {issue.number}, {day}. "
        f"For: {issue.brief.get_audience_display().lower()}."
    )


def set_properties(document: Docx, issue: BriefIssue, sheet: Sheet) -> None:
    properties = document.core_properties
    properties.title = printable(sheet.content["title"])
    properties.author = printable(str(issue.issued_by))
    properties.subject = "Talent Match partnership evidence"
    properties.comments = ""
    properties.created = properties.modified = issue.issued_at.replace(tzinfo=None)
    properties.revision = issue.number


def set_styles(document: Docx) -> None:
    """The look of the whole, once for each style."""
    styles = document.styles
    looks: dict[str, tuple[float, RGBColor, bool, float, float]] = {
        # size, colour, bold, space before and after
        "Normal": (10.5, INK, False, 0, 6),
        "Title": (26, ACCENT, True, 0, 6),
        "Subtitle": (11, SOFT, False, 0, 14),
        "Heading 1": (17, ACCENT, True, 18, 6),
        "Heading 2": (12.5, ACCENT, True, 12, 4),
        "Heading 3": (10.5, INK, True, 8, 2),
        "Caption": (9, SOFT, False, 2, 8),
        "Quote": (10.5, INK, False, 2, 6),
        "List Bullet": (10.5, INK, False, 0, 3),
        "Header": (8.5, SOFT, False, 0, 0),
        "Footer": (8.5, SOFT, False, 0, 0),
    }
    for name, base in (("Small print", "Normal"), ("Lead", "Normal"), ("Table head", "Normal")):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles[base]
    looks |= {
        "Small print": (9, SOFT, False, 0, 6),
        "Lead": (12.5, INK, False, 0, 6),
        "Table head": (10, INK, True, 2, 2),
    }
    for name, (size, colour, bold, before, after) in looks.items():
        style = styles[name]
        font = style.font
        font.name, font.size, font.color.rgb, font.bold = "Calibri", Pt(size), colour, bold
        font.italic = name == "Quote"
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)
        fonts.set(qn("w:hAnsi"), "Calibri")
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
    styles["Quote"].paragraph_format.left_indent = Cm(0.8)
    styles["Title"].paragraph_format.keep_with_next = True
    set_language(document)


def set_running_lines(document: Docx, issue: BriefIssue, sheet: Sheet) -> None:
    """A4, the title at the head of each page, and its number at the foot."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.25)
    section.top_margin = section.bottom_margin = Cm(2.2)
    head = section.header.paragraphs[0]
    mark = "Demonstration. " if issue.brief.is_demonstration else ""
    head.text = printable(f"{mark}{sheet.content['title']}")
    foot = section.footer.paragraphs[0]
    foot.text = f"{issue.brief.ref}, version {issue.number}, page "
    add_page_number(foot)


def add(document: Docx, text: str, style: str = "Normal") -> Paragraph:
    return document.add_paragraph(printable(text), style=style)


def add_text(document: Docx, text: str, style: str = "Normal") -> None:
    """A paragraph for each that the text has."""
    for paragraph in filter(str.strip, text.split("\n")):
        add(document, paragraph, style)


def add_table(document: Docx, caption: str, columns: tuple[str, ...], rows: list[list[str]]) -> None:
    """A table with a caption above it and a header row that every page repeats."""
    above = add(document, caption, "Caption")
    above.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=len(columns), style="Table Grid")
    describe_table(table, caption)
    for cell, label in zip(table.rows[0].cells, columns, strict=True):
        cell.paragraphs[0].text, cell.paragraphs[0].style = label, document.styles["Table head"]
    repeat_as_header(table.rows[0])
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = printable(text)
    keep_together(table)
    if len(columns) == len(WIDTHS):
        for line in table.rows:
            for cell, width in zip(line.cells, WIDTHS, strict=True):
                cell.width = width
    add(document, "", "Small print")


def keep_together(table: Table) -> None:
    """No row is split between pages, and no row stands without the next."""
    for line in table.rows:
        keep_on_one_page(line)
    for line in table.rows[:-1]:
        for cell in line.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def describe_table(table: Table, text: str) -> None:
    """Its alternative text, for those who have it read to them."""
    description = OxmlElement("w:tblDescription")
    description.set(qn("w:val"), printable(text))
    table._tbl.tblPr.append(description)


def add_overview(document: Docx, sheet: Sheet) -> None:
    document.add_heading("At a glance", level=1)
    for name, words in (("partnerships", "Partnerships"), ("sectors", "Sectors")):
        if sheet.content[name]:
            add(document, f"{words}: only findings about {', '.join(sheet.content[name])} are counted below.")
    add_table(
        document,
        "How each item stands, and how sure we are",
        ("Item", "How it stands", "Confidence"),
        [
            [f"{part.content['code']} {part.content['title']}", part.status_label, level_of(part)]
            for part in sheet.parts
        ],
    )


def level_of(part: Part) -> str:
    return part.content["confidence"]["label"] if part.content["confidence"] else NOT_JUDGED


def add_part(document: Docx, part: Part, *, is_first: bool) -> None:
    item = part.content
    heading = document.add_heading(printable(f"{item['code']} {item['title']}"), level=1)
    heading.paragraph_format.page_break_before = not is_first
    add_text(document, item["plain_statement"], "Lead")
    add_text(document, item["statement"])
    if item["note"]:
        document.add_heading("A note on it", level=2)
        add_text(document, item["note"])
    document.add_heading(f"How it stands: {part.status_label.lower()}", level=2)
    add_text(document, item["explanation"])
    document.add_heading(f"How sure we are: {level_of(part).lower()}", level=2)
    if item["confidence"]:
        add_text(document, item["confidence"]["explanation"])
    else:
        add(document, "Nobody has judged yet how much confidence it deserves, or not for these readers.")
    document.add_heading("What speaks for, refines and against it", level=2)
    if any(part.balance.get(side) for side in COLOURS):
        add_bar(document, part)
    add_table(
        document,
        f"Evidence on {item['code']}: distinct partnerships and sources, the literature apart",
        COLUMNS,
        [
            [
                row["label"],
                *(str(row[name]) for name in ("findings", "partnerships", "sources", "literature")),
            ]
            for row in item["counts"]
        ],
    )
    if part.examples:
        document.add_heading("Examples", level=2)
        for example in part.examples:
            add_example(document, example)
    document.add_heading("Questions to ask yourselves", level=2)
    for question in item["questions"]:
        add(document, question, "List Bullet")


def add_example(document: Docx, example: Example) -> None:
    if not example.card:
        add(document, f"{example.ref} is not shown any more.", "Small print")
        return
    document.add_heading(printable(f"{example.label}: {example.card.title}"), level=3)
    if example.card.text != example.card.title:
        add_text(document, example.card.text)
    add_text(document, example.quote, "Quote")
    for reply in example.card.replies:
        if reply.answer:
            add_text(document, f"{reply.summary}: {reply.text}" if reply.text else f"{reply.summary}.")
    mark = "Demonstration. " if example.card.is_demonstration else ""
    add(document, f"{mark}{example.ref}. {example.where}", "Small print")


def add_bar(document: Docx, part: Part) -> None:
    """The balance of the directions as a picture, with the same in words as its text and caption."""
    picture = document.add_picture(io.BytesIO(bar(part.balance)), width=WIDTH)
    words = f"Balance of the findings on {part.content['code']}: {part.balance_in_words}."
    properties = picture._inline.docPr
    properties.set("descr", printable(words))
    properties.set("title", "Balance of the findings")
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    add(document, words, "Caption")


def bar(balance: Mapping[str, int]) -> bytes:
    """The bar of a page as PNG, from the same figures."""
    width, height = BAR
    total = sum(balance.get(side, 0) for side in COLOURS)
    picture = Image.new("RGB", BAR, "white")
    draw = ImageDraw.Draw(picture)
    left = 0
    for side, colour in COLOURS.items():
        right = left + balance.get(side, 0)
        if right > left:
            draw.rectangle((left * width // total, 0, right * width // total - 5, height), fill=colour)
        left = right
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def add_sources(document: Docx, sheet: Sheet, cite_as: str) -> None:
    heading = document.add_heading("Sources", level=1)
    heading.paragraph_format.page_break_before = True
    if sheet.refs:
        document.add_heading("Findings", level=2)
        for example in sheet.refs:
            add(document, f"{example.ref}. {example.card.title if example.card else ''}", "List Bullet")
    if sheet.references:
        document.add_heading("Publications that the review cites", level=2)
        for reference in sheet.references:
            add(document, harvard(reference), "List Bullet")
    document.add_heading("How to cite this brief", level=2)
    add(document, cite_as)
    document.add_heading("How to read the numbers", level=2)
    add(document, HOW_TO_READ)


HOW_TO_READ = (
    "Everything here is worked out from what its readers may read. The status comes from a rule that counts "
    "partnerships, not findings; confidence is a person's judgement by GRADE-CERQual. Findings whose area is "
    "not shown count together as one partnership."
)
