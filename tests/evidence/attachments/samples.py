"""Files made for tests: ordinary ones with something hidden in them, and hostile ones."""

import io
import struct
import wave
import zipfile
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

SECRET = "Jane Zqhidden"

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def zipped(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def links(*rows: tuple[str, str, str]) -> str:
    """A part of links: key, end of the type, target; those that begin with http or file lead outside."""
    inside = "".join(
        f'<Relationship Id="{key}" Type="{LINKS}/{type_}" Target="{target}"'
        + (' TargetMode="External"/>' if target.startswith(("http", "file")) else "/>")
        for key, type_, target in rows
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def types(*parts: str) -> str:
    inside = "".join(f'<Override PartName="/{part}" ContentType="application/xml"/>' for part in parts)
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="a/b"/>{inside}</Types>'
    )


def docx(body: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    """A Word document with an author, a comment, a template's place, and sessions."""
    text = (
        f'<w:document xmlns:w="{WORD}" xmlns:r="{LINKS}" xmlns:mc="http://mc" xmlns:w14="http://w14"'
        ' mc:Ignorable="w14"><w:body><w:p w:rsidR="00AA11BB"><w:commentRangeStart w:id="0"/>'
        "<w:r><w:t>What was said &amp; seen.</w:t></w:r>"
        '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p>'
        f"{body}</w:body></w:document>"
    )
    settings = (
        f'<w:settings xmlns:w="{WORD}" xmlns:r="{LINKS}"><w:attachedTemplate r:id="rId1"/>'
        '<w:rsids><w:rsid w:val="00AA11BB"/></w:rsids><w:zoom w:percent="100"/></w:settings>'
    )
    comments = f'<w:comments xmlns:w="{WORD}"><w:comment w:id="0" w:author="{SECRET}"/></w:comments>'
    core = f'<c:core xmlns:c="{PACKAGE}/metadata/core-properties"><creator>{SECRET}</creator></c:core>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": types("word/document.xml", "word/comments.xml", "docProps/core.xml"),
        "_rels/.rels": links(
            ("rId1", "officeDocument", "word/document.xml"), ("rId2", "core", "docProps/core.xml")
        ),
        "word/document.xml": text,
        "word/_rels/document.xml.rels": links(
            ("rId1", "comments", "comments.xml"),
            ("rId2", "settings", "settings.xml"),
            ("rId3", "hyperlink", "https://example.org/"),
            ("rId4", "hyperlink", f"file:///C:/Users/{SECRET}/notes.docx"),
        ),
        "word/settings.xml": settings,
        "word/_rels/settings.xml.rels": links(("rId1", "attachedTemplate", f"file:///C:/{SECRET}.dotx")),
        "word/comments.xml": comments,
        "docProps/core.xml": core,
    }
    return zipped(parts | (more or {}))


def xlsx(more: dict[str, str | bytes] | None = None) -> bytes:
    """A workbook with a hidden sheet, a hidden row, a comment and the place where it was saved."""
    workbook = (
        f'<workbook xmlns="{SHEETS}" xmlns:r="{LINKS}" xmlns:x="http://x"><fileSharing userName="{SECRET}"/>'
        f'<x:absPath url="C:/Users/{SECRET}/"/><sheets><sheet name="Answers" sheetId="1" r:id="rId1"/>'
        '<sheet name="Names" sheetId="2" state="veryHidden" r:id="rId2"/></sheets></workbook>'
    )
    sheet = (
        f'<worksheet xmlns="{SHEETS}" xmlns:r="{LINKS}"><sheetData>'
        '<row r="1" hidden="1"><c r="A1"><v>41</v></c></row></sheetData>'
        '<pageSetup r:id="rId9"/><legacyDrawing r:id="rId8"/></worksheet>'
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": types("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/comments1.xml"),
        "_rels/.rels": links(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook,
        "xl/_rels/workbook.xml.rels": links(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "worksheet", "worksheets/sheet2.xml")
        ),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/worksheets/sheet2.xml": sheet,
        "xl/worksheets/_rels/sheet1.xml.rels": links(
            ("rId7", "comments", "../comments1.xml"),
            ("rId8", "vmlDrawing", "../drawings/vmlDrawing1.vml"),
            ("rId9", "printerSettings", "../printerSettings/printerSettings1.bin"),
        ),
        "xl/comments1.xml": f'<comments xmlns="{SHEETS}"><author>{SECRET}</author></comments>',
        "xl/drawings/vmlDrawing1.vml": f"<xml>{SECRET}</xml>",
        "xl/printerSettings/printerSettings1.bin": SECRET.encode(),
    }
    return zipped(parts | (more or {}))


def picture(format_: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture with an author and the place where it was taken."""
    image = Image.new("RGB", size, "teal")
    exif = image.getexif()
    exif[0x013B] = SECRET
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (53.0, 44.0, 0.0)
    file = io.BytesIO()
    image.save(file, format_, exif=exif)
    return file.getvalue()


def huge_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """A small file that states to be a huge picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def pdf(*, script: str = "", password: str = "", picture_inside: bool = False) -> bytes:
    """One page with an author, a file inside, a comment; with a script or a password if asked for."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    if picture_inside:
        image = DecodedStreamObject()
        image.set_data(picture())
        image.update(
            {NameObject("/Subtype"): NameObject("/Image"), NameObject("/Filter"): NameObject("/DCTDecode")}
        )
        page[NameObject("/Zq")] = writer._add_object(image)
    writer.add_metadata({"/Author": SECRET})
    writer.add_attachment("notes.txt", SECRET.encode())
    writer.add_uri(0, f"https://example.org/{SECRET.replace(' ', '')}", (0, 0, 10, 10))
    if script:
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        )
        writer.root_object[NameObject("/OpenAction")] = action
    if password:
        writer.encrypt(password)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(bytes(800))
    tag = b"LIST" + struct.pack("<I", len(SECRET)) + SECRET.encode() + b"\0" * (len(SECRET) % 2)
    return file.getvalue() + tag


def mp3() -> bytes:
    """Frames of silence between tags of both kinds."""
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    name = b"\x03" + SECRET.encode()
    text = b"TPE1" + struct.pack(">I", len(name)) + b"\0\0" + name
    head = b"ID3\x03\0\0" + bytes([0, 0, 0, len(text)]) + text
    return head + frame * 20 + b"TAG" + SECRET.encode().ljust(125, b"\0")


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def m4a(handler: bytes = b"soun") -> bytes:
    """The boxes of a recording, with a place, times, and the name of its program."""
    times = bytes(4) + b"\xd0\xd0\xd0\xd0" * 2 + bytes(80)
    track = box(b"hdlr", bytes(8) + handler + bytes(12) + SECRET.encode() + b"\0")
    moov = box(b"mvhd", times) + box(b"trak", box(b"tkhd", times) + box(b"mdia", box(b"mdhd", times) + track))
    moov += box(b"udta", box(b"\xa9xyz", SECRET.encode()))
    return (
        box(b"ftyp", b"M4A \0\0\0\0")
        + box(b"moov", moov)
        + box(b"mdat", b"sound")
        + box(b"uuid", SECRET.encode())
    )
