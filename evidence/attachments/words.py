"""The words of a file, for the search. It is read in the room, after it was looked into and taken."""

import re
import zipfile
from pathlib import Path
from xml.parsers import expat

from evidence.attachments.formats import PLAIN

LONGEST_TEXT = 200_000
# The parts of Word and Excel files in which people write, and the elements that end a line.
WRITTEN = re.compile(
    r"word/(document|footnotes|endnotes|header\d*|footer\d*)\.xml|xl/(sharedStrings|worksheets/sheet\d+)\.xml"
)
LINES = {"p", "si", "is"}
BYTES_AT_A_TIME = 1 << 16


def words_in(path: Path, extension: str) -> str:
    """What a file with this ending says, up to a length; nothing for pictures and recordings."""
    if extension in PLAIN:
        with path.open(encoding="utf-8-sig") as text:
            found = text.read(LONGEST_TEXT)
    elif extension in {"docx", "xlsx"}:
        found = words_of_office(path)
    elif extension == "pdf":
        found = words_of_pdf(path)
    else:
        return ""
    # PostgreSQL holds neither.
    return found[:LONGEST_TEXT].replace("\0", " ").encode(errors="replace").decode()


def words_of_pdf(path: Path) -> str:
    # Only here: it takes longer to load than the others to be read.
    from pypdf import PdfReader, apply_configuration

    from evidence.attachments.pdf import LIMITS

    pages: list[str] = []
    with apply_configuration(**LIMITS):
        for page in PdfReader(path).pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > LONGEST_TEXT:
                break
    return "\n".join(pages)


def words_of_office(path: Path) -> str:
    reader = OfficeReader()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if WRITTEN.fullmatch(name):
                reader.read(archive, name)
    return "".join(reader.found)


class OfficeReader:
    """Collects what stands in the text elements of XML parts."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.length = 0
        self.in_text = False

    def read(self, archive: zipfile.ZipFile, name: str) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.take
        with archive.open(name) as part:
            while self.length < LONGEST_TEXT and (read := part.read(BYTES_AT_A_TIME)):
                parser.Parse(read)

    def start(self, name: str, attributes: object) -> None:
        self.in_text = name.rpartition(" ")[2] == "t"

    def end(self, name: str) -> None:
        self.in_text = False
        if name.rpartition(" ")[2] in LINES:
            self.take_in("\n")

    def take(self, text: str) -> None:
        if self.in_text:
            self.take_in(text)

    def take_in(self, text: str) -> None:
        self.found.append(text)
        self.length += len(text)
