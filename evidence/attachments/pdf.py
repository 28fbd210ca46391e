"""PDF: each page copied into a new document, without what programs and readers added to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter, apply_configuration
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from evidence.attachments.formats import Refused
from evidence.attachments.report import Report

MOST_PAGES = 1_000
MOST_OBJECTS = 200_000
MOST_BYTES_OF_ONE_STREAM = 20_000_000
LIMITS: dict[str, Any] = {
    "zlib_maximum_output_length": MOST_BYTES_OF_ONE_STREAM,
    "lzw_maximum_output_length": MOST_BYTES_OF_ONE_STREAM,
    "run_length_maximum_output_length": MOST_BYTES_OF_ONE_STREAM,
    "brotli_maximum_output_length": MOST_BYTES_OF_ONE_STREAM,
    "array_based_stream_maximum_output_length": MOST_BYTES_OF_ONE_STREAM,
}

# What a page or anything on it may carry besides what one sees, with the words for it.
LEFT_OUT = {
    "/Metadata": "What programs noted (XMP)",
    "/PieceInfo": "What programs noted of their own",
    "/LastModified": "When it was changed",
    "/Thumb": "Small pictures of the pages",
    "/AF": "Files inside it",
}
ON_PAGES = {"/Annots": "Comments, marks, links and form fields", "/AA": "Actions", "/B": "Article threads"}
# What a document's root may hold that runs, plays or opens something.
RUNS = ("/JavaScript", "/JS", "/Launch", "/RichMedia", "/XFA")


def clean(path: Path, to: Path) -> Report:
    """Copy the pages of a PDF. Raises Refused for what is damaged, protected, too large, or runs."""
    try:
        with apply_configuration(**LIMITS):
            return copy_pages(PdfReader(path), to)
    except (PyPdfError, RecursionError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise Refused("The PDF is damaged, or asks for more than a document needs.") from error


def copy_pages(reader: PdfReader, to: Path) -> Report:
    if reader.is_encrypted:
        raise Refused("It is protected by a password. Save it without and add that.")
    if len(reader.pages) > MOST_PAGES:
        raise Refused(f"It has more than {MOST_PAGES:,} pages. Add it in parts.")
    report = what_is_hidden(reader)
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(without_additions(page, report))
    for thing in things_in(writer.root_object):
        strip(thing, report)
    writer.metadata = None
    writer.compress_identical_objects(remove_unreferenced=True)
    writer.write(to)
    return report


def what_is_hidden(reader: PdfReader) -> Report:
    """What the document holds beside its pages. Raises Refused for what runs or opens something."""
    report, root = Report(), reader.root_object
    for thing in things_in(root):
        if any(key in thing for key in RUNS) or thing.get("/S") in RUNS:
            raise Refused("It holds a script, a film or a program. Print it to a new PDF and add that.")
    if reader.metadata:
        report.note("Author, title, dates, programs")
    names = root.get("/Names")
    if names and "/EmbeddedFiles" in names.get_object():
        report.note("Files inside it")
    if "/OCProperties" in root:
        report.hinder("It has layers that can be hidden. Print it to a new PDF and add that.")
    if "/AcroForm" in root:
        report.note("Form fields")
    if "/Outlines" in root:
        report.note("Bookmarks")
    return report


def without_additions(page: PageObject, report: Report) -> PageObject:
    for key, words in ON_PAGES.items():
        if key in page:
            report.note(words)
            del page[key]
    return page


def strip(thing: DictionaryObject, report: Report) -> None:
    """Take out of one object what is not seen."""
    for key, words in LEFT_OUT.items():
        if key in thing:
            report.note(words)
            del thing[key]
    if isinstance(thing, StreamObject) and thing.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        plain = without_segments(thing._data)
        if plain != thing._data:
            report.note("What cameras noted in pictures")
            thing._data = plain


def things_in(root: DictionaryObject) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached from here, each once. Raises Refused when there are too many."""
    waiting: list[Any] = [root]
    known: set[tuple[int, int]] = set()
    met = 0
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if (thing.idnum, thing.generation) in known:
                continue
            known.add((thing.idnum, thing.generation))
            thing = thing.get_object()
        met += 1
        if met > MOST_OBJECTS:
            raise Refused("It holds more than a document needs. Print it to a new PDF and add that.")
        if isinstance(thing, DictionaryObject):
            yield thing
            waiting += [thing.raw_get(key) for key in thing]
        elif isinstance(thing, ArrayObject):
            waiting += list.__iter__(thing)


# The segments of a JPEG that only tell of it: EXIF and XMP, IPTC, comments.
TELLING = {0xE1, 0xED, 0xFE}
START_OF_SCAN = b"\xda"


def without_segments(jpeg: bytes) -> bytes:
    """A JPEG without the segments that tell of it; one that is not built as expected stays as it is."""
    kept, place = [jpeg[:2]], 2
    while jpeg[place : place + 1] == b"\xff" and jpeg[place + 1 : place + 2] not in (b"", START_OF_SCAN):
        end = place + 2 + int.from_bytes(jpeg[place + 2 : place + 4])
        if jpeg[place + 1] not in TELLING:
            kept.append(jpeg[place:end])
        place = end
    return b"".join([*kept, jpeg[place:]])
