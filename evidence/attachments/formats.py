"""The formats that files may have: what their names end in, and how their content begins."""

from dataclasses import dataclass

DOCUMENT, SPREADSHEET, PICTURE, AUDIO = "document", "spreadsheet", "picture", "audio"


class Refused(Exception):
    """The file can't be taken. The message tells a person why, and what to do about it."""


@dataclass(frozen=True)
class Format:
    """One kind of file: its name for people, the ends of its name, the media type it is sent as."""

    name: str
    kind: str
    extensions: tuple[str, ...]
    media_type: str
    beginnings: tuple[tuple[int, bytes], ...] = ()  # place and bytes, any of them

    def begins(self, head: bytes) -> bool:
        return any(head[place : place + len(mark)] == mark for place, mark in self.beginnings)


FORMATS = (
    Format("PDF", DOCUMENT, ("pdf",), "application/pdf", ((0, b"%PDF-"),)),
    Format(
        "Word document",
        DOCUMENT,
        ("docx",),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ((0, b"PK\x03\x04"),),
    ),
    Format("text", DOCUMENT, ("txt",), "text/plain"),
    Format(
        "Excel workbook",
        SPREADSHEET,
        ("xlsx",),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ((0, b"PK\x03\x04"),),
    ),
    Format("table in CSV", SPREADSHEET, ("csv",), "text/csv"),
    Format("JPEG picture", PICTURE, ("jpg", "jpeg"), "image/jpeg", ((0, b"\xff\xd8\xff"),)),
    Format("PNG picture", PICTURE, ("png",), "image/png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    Format("WebP picture", PICTURE, ("webp",), "image/webp", ((8, b"WEBP"),)),
    Format(
        "MP3 recording",
        AUDIO,
        ("mp3",),
        "audio/mpeg",
        ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2"), (0, b"\xff\xfa")),
    ),
    Format("M4A recording", AUDIO, ("m4a",), "audio/mp4", ((4, b"ftyp"),)),
    Format("WAV recording", AUDIO, ("wav",), "audio/wav", ((8, b"WAVE"),)),
)
BY_EXTENSION = {extension: format_ for format_ in FORMATS for extension in format_.extensions}
PLAIN = {"txt", "csv"}

# Formats that people are likely to try, and what to do instead.
ADVICE = {
    "doc": "Save it as .docx and add that.",
    "docm": "It can hold macros. Save it as .docx and add that.",
    "xls": "Save it as .xlsx and add that.",
    "xlsm": "It can hold macros. Save it as .xlsx and add that.",
    "odt": "Save it as .docx or PDF and add that.",
    "ods": "Save it as .xlsx or .csv and add that.",
    "ppt": "Save it as PDF and add that.",
    "pptx": "Save it as PDF and add that.",
    "heic": "Save it as JPEG and add that.",
    "zip": "Take the files out and add them one by one.",
}
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def format_of(name: str, head: bytes) -> Format:
    """The format that a file's name states, once its first bytes agree with it. Raises Refused."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    stated = BY_EXTENSION.get(extension)
    if stated is None:
        allowed = ", ".join(BY_EXTENSION)
        ending = f"Files that end in .{extension}" if extension else "Files without an ending to their name"
        raise Refused(f"{ending} can't be added. {ADVICE.get(extension, f'These can: {allowed}.')}")
    if not head:
        raise Refused("The file is empty.")
    if head.startswith(OLD_OFFICE) and extension in {"docx", "xlsx"}:
        raise Refused("It is protected by a password, or in an old format. Save it without a password.")
    fits = not holds_another(head) if extension in PLAIN else stated.begins(head)
    if not fits:
        raise Refused(f"Its name ends in .{extension}, but what is in it is no {stated.name}.")
    return stated


def holds_another(head: bytes) -> bool:
    """Whether the first bytes are those of a format with a mark of its own, or of a program."""
    programs = (b"MZ", b"\x7fELF", b"#!", OLD_OFFICE)
    return head.startswith(programs) or any(format_.begins(head) for format_ in FORMATS)
