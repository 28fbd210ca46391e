"""What all Word documents of the product have in common: who made them, their language, their tables."""

import io
from collections.abc import Iterable, Sequence

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from evidence.exchange.printable import printable

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LANGUAGE = "en-GB"
TABLE_TEXT, TABLE_HEADING = "Table text", "Table heading"
MARGIN, MARGIN_AT_FOOT = Cm(1.5), Cm(2.2)
INK = RGBColor(0x22, 0x22, 0x22)


def new_document(title: str) -> Docx:
    """An empty document in British English that says its title, in its properties too."""
    document = Document()
    properties = document.core_properties
    properties.title = printable(title)
    properties.author, properties.comments = "Partnership evidence", ""
    set_language(document)
    document.add_heading(properties.title, level=0)
    return document


def set_language(document: Docx) -> None:
    """British English, for those who have the document read to them and for the checking of spelling."""
    document.core_properties.language = LANGUAGE
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)


def content_of(document: Docx) -> bytes:
    """The file."""
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def repeat_as_header(row: _Row) -> None:
    """Say that this row holds the headings: on every page, and for those who have the table read to them."""
    mark_row(row, "w:tblHeader")


def keep_on_one_page(row: _Row) -> None:
    mark_row(row, "w:cantSplit")


def mark_row(row: _Row, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def add_page_number(paragraph: Paragraph) -> None:
    """The number of the page that it stands on, worked out by the reader's program."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


# Documents that are one wide table


def turn_sideways(document: Docx) -> None:
    """A4 across, with narrow margins and the number of each page at its foot."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = section.top_margin = MARGIN
    section.bottom_margin = MARGIN_AT_FOOT
    foot = section.footer.paragraphs[0]
    foot.add_run("Page ")
    add_page_number(foot)


def add_wide_table(document: Docx, caption: str, labels: Sequence[str], widths: Sequence[float]) -> Table:
    """A table with its caption above it and its headings on every page; widths are in centimetres."""
    add_table_styles(document)
    document.add_paragraph(printable(caption), style="Caption")
    table = document.add_table(rows=1, cols=len(labels), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for cell, label in zip(table.rows[0].cells, labels, strict=True):
        fill(cell, [label], first=TABLE_HEADING)
    repeat_as_header(table.rows[0])
    return table


def add_row(table: Table, cells: Iterable[Sequence[str]]) -> None:
    """A row with the paragraphs of each cell, kept on one page; the first cell says what it is about."""
    row = table.add_row()
    keep_on_one_page(row)
    for place, (cell, lines) in enumerate(zip(row.cells, cells, strict=True)):
        fill(cell, lines, first=TABLE_TEXT if place else TABLE_HEADING)


def fill(cell: _Cell, lines: Sequence[str], *, first: str) -> None:
    for place, line in enumerate(lines):
        paragraph = cell.add_paragraph() if place else cell.paragraphs[0]
        paragraph.text = printable(line)
        paragraph.style = TABLE_TEXT if place else first


def add_table_styles(document: Docx) -> None:
    """Styles for the words in cells, so that they can all be changed at once."""
    text = document.styles.add_style(TABLE_TEXT, WD_STYLE_TYPE.PARAGRAPH)
    text.base_style = document.styles["Normal"]
    text.font.size = Pt(9)
    text.paragraph_format.space_after = Pt(3)
    heading = document.styles.add_style(TABLE_HEADING, WD_STYLE_TYPE.PARAGRAPH)
    heading.base_style = text
    heading.font.bold = True
    caption = document.styles["Caption"]
    caption.font.color.rgb = INK
    caption.paragraph_format.keep_with_next = True
