"""Word and Excel: archives of XML, checked before anything is unpacked, and copied part by part.

The copy shows all that the file holds: what was hidden is shown, what is no part of the text is left out. A
part that is not known here hinders a copy, so that nothing unknown gets into one.
"""

import io
import posixpath
import re
import zipfile
from pathlib import Path
from typing import IO

from evidence.attachments.formats import Refused
from evidence.attachments.pictures import FORMAT_OF, pixels_of, redraw
from evidence.attachments.report import Report
from evidence.attachments.xml_copy import BYTES_AT_A_TIME, Budget, Copier, Element, Rule

MOST_PARTS = 2_000
MOST_BYTES = 60_000_000
MOST_BYTES_FOR_ONE = 100  # unpacked, for one packed, once the whole is large
LARGE = 2_000_000
MOST_ELEMENTS = 500_000
MOST_PIXELS = 100_000_000

WORD = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
}
LINKS = {
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
}

# What is kept; pictures are drawn anew, everything else is copied as XML.
KEPT = re.compile(
    r"\[Content_Types\]\.xml|(.+/)?_rels/[^/]*\.rels"
    r"|word/(document|styles|stylesWithEffects|settings|webSettings|fontTable|numbering|footnotes|endnotes"
    r"|header\d*|footer\d*)\.xml|word/diagrams/[^/]+\.xml"
    r"|xl/(workbook|styles|sharedStrings|metadata)\.xml|xl/(worksheets|chartsheets)/sheet\d+\.xml"
    r"|xl/tables/table\d+\.xml|xl/drawings/drawing\d+\.xml|xl/charts/(chart|style|colors)\d+\.xml"
    r"|(word|xl)/theme/theme\d*\.xml"
)
PICTURE = re.compile(r"(word|xl)/media/[^/]+\.(png|jpe?g|webp)", re.IGNORECASE)
LEFT_OUT = (
    (re.compile(r"docProps/.*"), "Author, company, dates, title"),
    (re.compile(r"(word|xl)/(comments|threadedComments|persons)(\b|[A-Z\d]).*|word/people\.xml"), "Comments"),
    (re.compile(r"xl/drawings/vmlDrawing\d+\.vml"), "Comments"),
    (re.compile(r"customXml/.*"), "Data of programs"),
    (re.compile(r"word/glossary/.*"), "Building blocks of the template"),
    (re.compile(r"(.*/)?printerSettings\d*\.bin"), "The name of a printer"),
    (re.compile(r"xl/calcChain\.xml"), ""),
    (re.compile(r"xl/(revisions/.*|userNames\.xml)"), "Who changed what"),
)
HINDERING = (
    (re.compile(r"xl/externalLinks/.*"), "It takes values from other workbooks. Break the links."),
    (
        re.compile(r"xl/(connections\.xml|queryTables/.*)"),
        "It takes data from elsewhere. Cut it off.",
    ),
    (
        re.compile(r"xl/pivot.*"),
        "Pivot tables keep all data behind them. Paste their values.",
    ),
)
# Never taken, whoever would read it.
PROGRAM = re.compile(r".*(vba(Project|Data)|/activeX/|/(macro|dialog)sheets/|customUI).*", re.IGNORECASE)
FILES_INSIDE = re.compile(r".*/embeddings/.*|.*\.(exe|dll|zip|docm|xlsm|docx|xlsx|ole)", re.IGNORECASE)

TRACKED = {"ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "tblGridChange"}
OF_COMMENTS = {"commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef"}
OF_SETTINGS = {
    *("rsids", "docVars", "attachedTemplate", "mailMerge", "docId", "permStart", "permEnd", "dataBinding"),
    *("fileSharing", "absPath", "customWorkbookViews", "fileRecoveryPr", "writeProtection"),
}
OF_DROPPED_PARTS = {"legacyDrawing", "legacyDrawingHF"}
FIELD_CODES = {"instrText", "delInstrText"}
PLACE = re.compile(r"file:|\b[A-Za-z]:[\\/]{1,2}\w|\\\\\w+\\", re.IGNORECASE)
PLACES = "Links to places on somebody's computer"
FILE_NAME = re.compile(r"[^/]+\.(jpe?g|png|gif|tiff?|bmp|heic|webp|emf|wmf|docx?|xlsx?|pdf)", re.IGNORECASE)
PEOPLE = {"author", "initials", "date", "userId", "userName"}


def clean(path: Path, to: Path) -> Report:
    """Copy a Word or Excel file. Raises Refused for what is damaged, dangerous or too large to look into."""
    main = "word/document.xml" if path.suffix == ".docx" else "xl/workbook.xml"
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive, path.stat().st_size)
            if main not in archive.namelist():
                raise Refused(f"Its name ends in {path.suffix}, but that is not what is in it.")
            return Copying(archive).write(to)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Refused("It is damaged: not all of it can be unpacked.") from error


def check_archive(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse an archive for what its list of contents says, before anything is unpacked."""
    parts = archive.infolist()
    names = [part.filename for part in parts]
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_BYTES:
        raise Refused("Unpacked, it is larger than such a file needs to be.")
    if unpacked > LARGE and unpacked > size * MOST_BYTES_FOR_ONE:
        raise Refused("It is packed more densely than any document: that is how bombs are built.")
    if sum(part.compress_size for part in parts) > size or len({name.lower() for name in names}) < len(names):
        raise Refused("It is damaged: its parts overlap.")
    if any(leads_out(part) for part in parts):
        raise Refused("The names of its parts lead out of it.")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("It is protected by a password. Save it without and add that.")
    if any(PROGRAM.fullmatch(name) for name in names):
        raise Refused("It holds macros. Save it without them and add that.")
    if any(FILES_INSIDE.fullmatch(name) for name in names):
        raise Refused("It holds other files inside. Take them out, and add them by themselves.")


def leads_out(part: zipfile.ZipInfo) -> bool:
    """Whether a part's name, as it stands in the archive, is no plain path inside it."""
    name = part.orig_filename
    has_signs = any(sign in name for sign in ("\\", ":", "\0"))
    return has_signs or not set(name.rstrip("/").split("/")).isdisjoint({"", ".", ".."})


class Copying:
    """One archive on its way into its copy."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.report = Report()
        self.budget = Budget(MOST_ELEMENTS)
        self.in_field_code = False
        self.names = [part.filename for part in archive.infolist() if not part.is_dir()]
        parts = {name for name in self.names if self.stays(name)}
        self.kept = {name for name in parts if not name.endswith(".rels") or of_links(name) in parts | {""}}

    def stays(self, name: str) -> bool:
        """Whether a part gets into the copy; notes what does not, and what hinders one."""
        if KEPT.fullmatch(name) or PICTURE.fullmatch(name):
            return True
        for pattern, words in LEFT_OUT:
            if pattern.fullmatch(name):
                if words:
                    self.report.note(words)
                return False
        why = next((why for pattern, why in HINDERING if pattern.fullmatch(name)), "")
        kind = posixpath.splitext(name)[1] or name
        self.report.hinder(why or f"It holds parts that can't be cleaned ({kind}). Save it as PDF instead.")
        return False

    def write(self, to: Path) -> Report:
        self.check_pictures()
        dropped_links = {name: self.links_to_drop(name) for name in self.names if name.endswith(".rels")}
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as copy:
            for name in self.names:
                links = dropped_links.get(name, set()) | dropped_links.get(links_file(name), set())
                # No times, no system, no comment: nothing but the name.
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                if name in self.kept:
                    with copy.open(entry, "w") as part:
                        self.copy_part(name, part, links)
                else:
                    # What is wrong with a part that is left out is wrong with the file.
                    self.copy_part(name, io.BytesIO(), links)
        return self.report

    def check_pictures(self) -> None:
        """Refuse more pixels than a document needs, before any is read."""
        pixels = 0
        for name in filter(PICTURE.fullmatch, self.names):
            with self.archive.open(name) as picture:
                pixels += pixels_of(picture, picture_format(name))
        if pixels > MOST_PIXELS:
            raise Refused("Its pictures are too large. Make them smaller, and add the file again.")

    def copy_part(self, name: str, part: IO[bytes], links: set[str]) -> None:
        with self.archive.open(name) as source:
            if PICTURE.fullmatch(name):
                found = redraw(source, part, picture_format(name))
                for words in found.found:
                    self.report.note(f"In a picture: {words[0].lower()}{words[1:]}")
            elif name.endswith((".xml", ".rels", ".vml")):
                Copier(part, self.rule_for(name, links), self.budget, self.text_of).read(source)
            else:
                while source.read(BYTES_AT_A_TIME):
                    pass  # reading to the end checks the sum

    def rule_for(self, name: str, links: set[str]) -> Rule:
        if name == "[Content_Types].xml":
            return self.rule_of_types
        if name.endswith(".rels"):
            return lambda element: self.keeps_link(element, links)
        return lambda element: self.rule_of_text(element, links)

    def rule_of_types(self, element: Element) -> bool:
        """Types of parts that stay."""
        if "macroEnabled" in element.attributes.get(("", "ContentType"), ""):
            raise Refused("It holds macros. Save it without them and add that.")
        part = element.attributes.get(("", "PartName"), "")
        return not part or part.lstrip("/") in self.kept

    def links_to_drop(self, name: str) -> set[str]:
        """The keys of links that lead to parts which do not stay, or out to somebody's template."""
        folder = posixpath.dirname(posixpath.dirname(name))
        drop: set[str] = set()

        def look(element: Element) -> bool:
            target = element.attributes.get(("", "Target"), "")
            is_outside = element.attributes.get(("", "TargetMode"), "") == "External"
            inside = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            goes = is_outside and is_template(element)
            stays = is_outside or posixpath.normpath(inside) in self.kept
            if element.name == "Relationship" and (goes or not stays):
                drop.add(element.attributes.get(("", "Id"), ""))
            return True

        with self.archive.open(name) as source:
            Copier(io.BytesIO(), look, self.budget).read(source)
        return drop

    def keeps_link(self, element: Element, drop: set[str]) -> bool:
        """Whether a link stays; one that leads to a place on somebody's machine leads nowhere in the copy."""
        attributes = element.attributes
        if element.name != "Relationship":
            return True
        if attributes.get(("", "Id"), "") in drop:
            if is_template(element):
                self.report.note("Where the template lies")
            return False
        if attributes.get(("", "TargetMode")) == "External":
            if not attributes.get(("", "Type"), "").endswith("/hyperlink"):
                self.report.hinder("It takes pictures or other parts from elsewhere. Put them into the file.")
            elif not attributes.get(("", "Target"), "").startswith(("http://", "https://", "mailto:", "#")):
                self.report.note(PLACES)
                attributes["", "Target"] = "about:blank"
        return True

    def rule_of_text(self, element: Element, links: set[str]) -> bool:
        """What stays of a part with text, styles or settings."""
        name, attributes = element.name, element.attributes
        if name in OF_COMMENTS | OF_DROPPED_PARTS:
            return False
        if name in OF_SETTINGS:
            self.report.note("What the program noted: sessions, places, templates")
            return False
        if element.space in WORD and (name in TRACKED or name.endswith("PrChange")):
            self.report.hinder("It holds tracked changes. Accept or reject them, and add the file again.")
        if element.space in WORD and name in ("vanish", "specVanish"):
            self.report.note("Hidden text, which the copy shows")
            return False
        self.in_field_code = name in FIELD_CODES
        self.show(element)
        self.forget_places(element)
        for space, key in list(attributes):
            of_word = space in WORD and (key.startswith("rsid") or key in PEOPLE)
            if of_word or (space in LINKS and attributes[space, key] in links):
                del attributes[space, key]
        return True

    def forget_places(self, element: Element) -> None:
        """Take away what names a place on somebody's machine, or the file that a picture came from."""
        attributes = element.attributes
        if element.name in ("docPr", "cNvPr") and ("", "name") in attributes:
            attributes["", "name"] = "Object"
        for key, value in list(attributes.items()):
            if PLACE.search(value):
                self.report.note(PLACES)
                attributes[key] = ""
            elif key[1] in ("descr", "title") and FILE_NAME.fullmatch(value):
                del attributes[key]

    def text_of(self, text: str) -> str:
        """The text of an element; the code of a field without the place that it leads to."""
        if self.in_field_code and PLACE.search(text):
            self.report.note(PLACES)
            return ""
        return text

    def show(self, element: Element) -> None:
        """Take away what hides sheets, rows and columns."""
        name, attributes = element.name, element.attributes
        if name == "sheet" and attributes.get(("", "state"), "visible") != "visible":
            del attributes["", "state"]
            self.report.note(f"A hidden sheet, which the copy shows: “{attributes.get(('', 'name'), '')}”")
        if name in ("row", "col") and attributes.pop(("", "hidden"), "0") not in ("0", "false"):
            self.report.note("Hidden rows or columns, which the copy shows")
        if name == "workbookPr":
            attributes.pop(("", "codeName"), None)


def links_file(name: str) -> str:
    """Where the links of a part are kept."""
    folder, base = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def of_links(name: str) -> str:
    """The part whose links a file of links keeps; nothing for those of the whole."""
    folder, base = posixpath.split(name)
    return posixpath.join(posixpath.dirname(folder), base.removesuffix(".rels"))


def picture_format(name: str) -> str:
    return FORMAT_OF[posixpath.splitext(name)[1].lower().lstrip(".")]


def is_template(element: Element) -> bool:
    return element.attributes.get(("", "Type"), "").endswith("/attachedTemplate")
