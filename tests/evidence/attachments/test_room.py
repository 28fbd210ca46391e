"""Hostile files are refused soon and cheaply; of the others a copy is made that holds nothing hidden."""

import io
import resource
import subprocess
import sys
import warnings
import wave
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen.id3 import ID3, ID3NoHeaderError
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from evidence.attachments.formats import BY_EXTENSION, Refused
from evidence.attachments.report import Report
from evidence.attachments.room import ROOT, examine, look_into, words_of
from tests.evidence.attachments import samples
from tests.evidence.attachments.samples import SECRET, docx, xlsx, zipped

MACRO = {"word/vbaProject.bin": b"macro"}
BOMB = zipped({"word/document.xml": bytes(59_000_000)})
XXE = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
LAUGHS = (
    "<!DOCTYPE d ["
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    + "]><d>&e11;</d>"
)


def lying_size() -> bytes:
    """An archive that states less than it unpacks to."""
    whole = bytearray(docx(more={"word/styles.xml": bytes(5_000_000)}))
    size = (5_000_000).to_bytes(4, "little")
    while (place := whole.find(size)) >= 0:
        whole[place : place + 4] = (1_000).to_bytes(4, "little")
    return bytes(whole)


HOSTILE = {
    "a program": ("report.pdf", b"MZ\x90\x00" + bytes(200), "no PDF"),
    "a program as text": ("notes.txt", b"MZ\x90\x00" + bytes(200), "no text"),
    "a page as a picture": ("photo.png", b"<html><script>1</script>", "no PNG"),
    "a picture as text": ("notes.csv", samples.picture("PNG"), "no table"),
    "bytes as text": ("notes.txt", b"Words\0and more", "no text has"),
    "another encoding": ("notes.txt", "Grüße".encode("latin-1"), "UTF-8"),
    "nothing": ("notes.txt", b"", "empty"),
    "no ending": ("notes", b"Words", "without an ending"),
    "an unknown ending": ("page.html", b"<p>", r"\.html"),
    "an archive": ("all.zip", zipped({"a": "b"}), "one by one"),
    "a macro document": ("letter.docm", docx(more=MACRO), "macros"),
    "a macro in a plain document": ("letter.docx", docx(more=MACRO), "macros"),
    "an old document": ("letter.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
    "a sheet as a document": ("letter.docx", xlsx(), "not what is in it"),
    "a document inside": ("letter.docx", docx(more={"word/embeddings/1.xlsx": b"PK"}), "other files inside"),
    "a bomb": ("letter.docx", BOMB, "bombs|larger"),
    "many parts": ("letter.docx", zipped({f"a{n}": "" for n in range(2_500)}), "larger"),
    "a size that lies": ("letter.docx", lying_size(), "damaged"),
    "a way out": ("letter.docx", docx(more={"../../etc/cron.d/x": "x"}), "lead out"),
    "an absolute name": ("letter.docx", docx(more={"/etc/x.xml": "x"}), "lead out"),
    "a name of another system": ("letter.docx", docx(more={"word\\..\\x.xml": "x"}), "lead out"),
    "external entities": ("letter.docx", docx(more={"word/styles.xml": XXE}), "entities"),
    "entities in UTF-16": ("letter.docx", docx(more={"word/styles.xml": XXE.encode("utf-16")}), "entities"),
    "entities without end": ("letter.docx", docx(more={"customXml/item1.xml": LAUGHS}), "entities"),
    "elements without end": (
        "letter.docx",
        docx(more={"word/styles.xml": b"<a>" + b"<b/>" * 600_000 + b"</a>"}),
        "more than can be looked into|bombs",
    ),
    "depth without end": ("letter.docx", docx(more={"word/styles.xml": "<a>" * 5_000}), "deep"),
    "no XML": ("letter.docx", docx(more={"word/styles.xml": "words"}), "damaged"),
    "a huge picture": ("photo.png", samples.huge_png(), "pixels"),
    "huge pictures inside": (
        "letter.docx",
        docx(more={f"word/media/{n}.png": samples.huge_png(4_900, 4_900) for n in range(5)}),
        "too large",
    ),
    "half a picture": ("photo.jpg", samples.picture(size=(900, 900))[:2_000], "damaged"),
    "a script in a PDF": ("paper.pdf", samples.pdf(script="app.alert(1)"), "script"),
    "a password": ("paper.pdf", samples.pdf(password="hidden"), "password"),
    "half a PDF": ("paper.pdf", b"%PDF-1.7\n" + bytes(300), "damaged"),
    "no sound": ("talk.mp3", b"ID3" + bytes(3_000), "damaged"),
    "half a recording": ("talk.wav", samples.wav()[:60], "damaged"),
    "no recording": ("talk.m4a", samples.box(b"ftyp", b"M4A ") + b"\xff" * 60, "damaged"),
}


def seconds_of_work() -> float:
    """How long this process and those it started have worked; what others do meanwhile does not count."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason(tmp_path: Path, what: str) -> None:
    name, content, reason = HOSTILE[what]
    file = tmp_path / name
    file.write_bytes(content)
    before = seconds_of_work()
    with pytest.raises(Refused, match=reason):
        examine(file, tmp_path / "copy")
    assert seconds_of_work() - before < 2


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell the memory used")
@pytest.mark.parametrize("what", ["a bomb", "a huge picture", "huge pictures inside", "elements without end"])
def test_refusing_takes_little_memory(tmp_path: Path, what: str) -> None:
    name, content, _ = HOSTILE[what]
    (tmp_path / name).write_bytes(content)
    program = (
        "import sys; from pathlib import Path; from evidence.attachments.room import look_into;"
        "print('refused' in look_into(Path(sys.argv[1]), Path(sys.argv[2])));"
        "print(*[line for line in open('/proc/self/status') if line.startswith('VmHWM')])"
    )
    command = [sys.executable, "-c", program, str(tmp_path / name), str(tmp_path / "copy")]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    refused, _, kilobytes, _ = told.stdout.split()
    assert refused == "True"
    assert int(kilobytes) < 100_000


def test_the_room_is_small_and_knows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a library would do in there if a file made it: nothing of the settings, little memory."""
    monkeypatch.setenv("SECRET_KEY", SECRET)
    seen: list[dict] = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *a, **o: seen.append(o) or run(*a, **o))
    file = tmp_path / "notes.txt"
    file.write_text("Words")
    assert examine(file, tmp_path / "copy").report == Report()
    assert SECRET not in str(seen)
    assert seen[0]["timeout"] <= 30


def test_a_file_that_breaks_the_room_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Words")
    monkeypatch.setattr("evidence.attachments.room.sys.executable", "/bin/false")
    with pytest.raises(Refused, match="can't be looked into"):
        examine(file, tmp_path / "copy")


def cleaned(tmp_path: Path, name: str, content: bytes) -> tuple[Report, bytes]:
    file, copy = tmp_path / name, tmp_path / "copy"
    file.write_bytes(content)
    report = examine(file, copy).report
    return report, copy.read_bytes()


def unpacked(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def test_a_word_document_loses_what_is_hidden_and_keeps_its_words(tmp_path: Path) -> None:
    body = (
        '<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t xml:space="preserve">Small print </w:t></w:r></w:p>'
        "<w:p><w:r><w:instrText> PAGE </w:instrText></w:r>"
        f'<w:r><w:instrText> HYPERLINK "C:\\\\Users\\\\{SECRET}\\\\a.docx" </w:instrText></w:r>'
        f'<w:drawing><docPr name="{SECRET}.jpg" descr="IMG {SECRET}.jpg"/><docPr name="b" descr="A table"/>'
        f'<shape href="\\\\server\\{SECRET}"/></w:drawing></w:p>'
    )
    more = {
        "word/media/image1.jpeg": samples.picture(),
        "customXml/item1.xml": "<data/>",
        "customXml/_rels/item1.xml.rels": samples.links(("rId1", "customXmlProps", "itemProps1.xml")),
    }
    report, copy = cleaned(tmp_path, "notes.docx", docx(body, more))
    parts = unpacked(copy)
    assert SECRET not in "".join(parts.values())
    assert "What was said &amp; seen." in parts["word/document.xml"]
    assert '<w:t xml:space="preserve">Small print </w:t>' in parts["word/document.xml"]
    assert "<w:instrText> PAGE </w:instrText>" in parts["word/document.xml"]
    assert 'descr="A table"' in parts["word/document.xml"]
    for gone in ("vanish", "rsid", "comment"):
        assert gone not in parts["word/document.xml"]
    assert "https://example.org/" in parts["word/_rels/document.xml.rels"]
    assert "attachedTemplate" not in parts["word/settings.xml"] + parts["word/_rels/settings.xml.rels"]
    assert "w:zoom" in parts["word/settings.xml"]
    assert "comments" not in parts["[Content_Types].xml"] + parts["word/_rels/document.xml.rels"]
    assert parts.keys() & {"docProps/core.xml", "word/comments.xml"} == set()
    assert "customXml/_rels/item1.xml.rels" not in parts
    assert report.obstacle == ""
    assert {"Comments", "Author, company, dates, title", "Hidden text, which the copy shows"} <= set(
        report.found
    )
    assert "In a picture: the place where it was taken (GPS)" in report.found


@pytest.mark.parametrize(
    ("body", "more", "why"),
    [
        (f'<w:p><w:ins w:author="{SECRET}"><w:r><w:t>new</w:t></w:r></w:ins></w:p>', {}, "tracked changes"),
        (f'<w:p><w:pPr><w:pPrChange w:author="{SECRET}"/></w:pPr></w:p>', {}, "tracked changes"),
        ("", {"word/media/image1.emf": b"picture"}, r"\.emf"),
        (
            "",
            {"word/_rels/header1.xml.rels": samples.links(("a", "image", "http://example.org/"))},
            "elsewhere",
        ),
    ],
)
def test_a_document_that_can_not_be_cleaned_says_why(
    tmp_path: Path, body: str, more: dict[str, str | bytes], why: str
) -> None:
    report, _ = cleaned(tmp_path, "notes.docx", docx(body, more))
    assert why in report.obstacle.replace(".emf", r"\.emf")


def test_a_workbook_shows_what_was_hidden_and_loses_the_rest(tmp_path: Path) -> None:
    report, copy = cleaned(tmp_path, "answers.xlsx", xlsx())
    parts = unpacked(copy)
    assert SECRET not in "".join(parts.values())
    assert "veryHidden" not in parts["xl/workbook.xml"]
    assert "hidden" not in parts["xl/worksheets/sheet1.xml"]
    assert "rId9" not in parts["xl/worksheets/sheet1.xml"]
    assert "legacyDrawing" not in parts["xl/worksheets/sheet1.xml"]
    assert "<v>41</v>" in parts["xl/worksheets/sheet1.xml"]
    assert "A hidden sheet, which the copy shows: “Names”" in report.found
    assert "Hidden rows or columns, which the copy shows" in report.found
    assert report.obstacle == ""


def test_a_workbook_with_the_data_of_a_pivot_table_is_not_copied(tmp_path: Path) -> None:
    report, _ = cleaned(tmp_path, "answers.xlsx", xlsx({"xl/pivotCache/pivotCacheRecords1.xml": "<a/>"}))
    assert "Pivot tables" in report.obstacle


@pytest.mark.parametrize(("format_", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")])
def test_a_picture_is_drawn_anew(tmp_path: Path, format_: str, name: str) -> None:
    content = samples.picture(format_)
    assert SECRET.encode() in content
    # What is appended to a picture so that it is another file as well.
    report, copy = cleaned(tmp_path, name, content + zipped({"a.html": "<script>"}))
    assert SECRET.encode() not in copy
    assert b"a.html" not in copy
    with Image.open(io.BytesIO(copy)) as picture:
        assert picture.size == (40, 30)
        assert not picture.getexif()
        red, _, blue = picture.convert("RGB").getpixel((20, 15))
        assert red < 20 < blue
    assert "The place where it was taken (GPS)" in report.found


def test_a_picture_stays_upright(tmp_path: Path) -> None:
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30)).save(file, "JPEG", exif=exif)
    _, copy = cleaned(tmp_path, "a.jpeg", file.getvalue())
    with Image.open(io.BytesIO(copy)) as picture:
        assert picture.size == (30, 40)


def test_a_pdf_keeps_its_pages_alone(tmp_path: Path) -> None:
    report, copy = cleaned(tmp_path, "paper.pdf", samples.pdf(picture_inside=True))
    assert SECRET.encode() not in copy
    assert SECRET.replace(" ", "").encode() not in copy
    reader = PdfReader(io.BytesIO(copy))
    assert len(reader.pages) == 1
    assert not reader.metadata or "/Author" not in reader.metadata
    assert reader.attachments == {}
    assert "/Annots" not in reader.pages[0]
    assert reader.pages[0]["/Zq"].get_object()._data.startswith(b"\xff\xd8\xff")
    assert {"Author, title, dates, programs", "Files inside it"} <= set(report.found)
    assert "What cameras noted in pictures" in report.found


def test_an_mp3_loses_its_tags(tmp_path: Path) -> None:
    report, copy = cleaned(tmp_path, "talk.mp3", samples.mp3())
    assert SECRET.encode() not in copy
    assert copy.count(b"\xff\xfb\x90\x00") == 20
    with pytest.raises(ID3NoHeaderError):
        ID3(io.BytesIO(copy))
    assert len(report.found) == 1


def test_a_wav_keeps_its_sound_alone(tmp_path: Path) -> None:
    report, copy = cleaned(tmp_path, "talk.wav", samples.wav())
    assert SECRET.encode() not in copy
    with wave.open(io.BytesIO(copy)) as sound:
        assert sound.getnframes() == 400
    assert len(report.found) == 1


def test_an_m4a_is_overwritten_where_it_stands(tmp_path: Path) -> None:
    content = samples.m4a()
    report, copy = cleaned(tmp_path, "talk.m4a", content)
    assert SECRET.encode() not in copy
    assert b"\xd0\xd0" not in copy
    assert copy.index(b"sound") == content.index(b"sound")
    assert len(copy) == len(content)
    assert report.obstacle == ""
    film, _ = cleaned(tmp_path, "talk.m4a", samples.m4a(b"vide"))
    assert "more than sound" in film.obstacle


def test_a_text_loses_what_can_not_be_seen(tmp_path: Path) -> None:
    report, copy = cleaned(tmp_path, "notes.txt", "\ufeffOne\u200b line\r\nGrüße\u202e\n".encode())
    assert copy.decode() == "One line\r\nGrüße\n"
    assert report.found == ["Characters that cannot be seen"]


SAMPLES = {
    "docx": docx(),
    "xlsx": xlsx(),
    "pdf": samples.pdf(),
    "jpg": samples.picture(),
    "png": samples.picture("PNG"),
    "webp": samples.picture("WEBP"),
    "mp3": samples.mp3(),
    "m4a": samples.m4a(),
    "wav": samples.wav(),
    "txt": b"Words and more words",
}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), extension=st.sampled_from(sorted(SAMPLES)))
def test_damage_anywhere_gives_a_report_or_a_reason(
    tmp_path: Path, data: st.DataObject, extension: str
) -> None:
    """Bytes changed, cut out or doubled: never anything but a report or a refusal."""
    content = bytearray(SAMPLES[extension])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 60)))
        content[start:end] = data.draw(st.binary(max_size=60))
    file = tmp_path / f"file.{extension}"
    file.write_bytes(content)
    with warnings.catch_warnings(action="ignore"):  # libraries warn of what they mend
        answer = look_into(file, tmp_path / "copy")
    assert answer.keys() in ({"refused"}, {"found", "obstacle"})


def test_there_is_a_sample_of_each_format() -> None:
    assert {BY_EXTENSION[extension].name for extension in SAMPLES} >= {
        format_.name for extension, format_ in BY_EXTENSION.items() if extension != "csv"
    }
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] == resource.RLIM_INFINITY  # this process is no room


def written_pdf(words: str) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 12 Tf 10 100 Td ({words}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(content)
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(name): NameObject(value) for name, value in names.items()})
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_the_words_of_a_file_can_be_read(tmp_path: Path) -> None:
    def words(name: str, content: bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content)
        return words_of(path, name.rpartition(".")[2])

    assert "What was said & seen." in words("letter.docx", docx())
    assert SECRET not in words("letter.docx", docx())
    assert words("notes.txt", "Grüße\0".encode()) == "Grüße "
    strings = f'<sst xmlns="{samples.SHEETS}"><si><t>Grants</t></si><si><t>Posts</t></si></sst>'
    assert words("sheet.xlsx", xlsx({"xl/sharedStrings.xml": strings})).split() == ["Grants", "Posts"]
    assert "Minutes of trust" in words("report.pdf", written_pdf("Minutes of trust"))
    assert words("photo.png", samples.picture("PNG")) == ""


def test_words_that_can_not_be_read_are_none(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(b"PK\x03\x04, and no archive")
    assert words_of(path, "docx") == ""
