"""Recordings: copied without tags, pictures, places and times. What is said in them nobody can take out."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from mutagen import MutagenError, apev2, id3
from mutagen.mp3 import MP3

from evidence.attachments.formats import Refused
from evidence.attachments.report import Report

TAGS = "Tags: title, names, programs, pictures"
DAMAGED = "The recording is damaged, or not what its name says."
BYTES_AT_A_TIME = 1 << 20


def clean_mp3(path: Path, to: Path) -> Report:
    """Copy an MP3 without its tags, at either end. Raises Refused."""
    report = Report()
    shutil.copyfile(path, to)
    try:
        sound = MP3(to)
        if sound.tags or apev2_of(to):
            report.note(TAGS)
        id3.delete(to)
        apev2.delete(to)
        MP3(to)
    except MutagenError as error:
        raise Refused(DAMAGED) from error
    return report


def apev2_of(path: Path) -> bool:
    try:
        apev2.APEv2(path)
    except apev2.error:
        return False
    return True


def clean_wav(path: Path, to: Path) -> Report:
    """Copy the sound of a WAV and how it is kept; its other chunks are left out. Raises Refused."""
    report, kept = Report(), []
    with path.open("rb") as file, to.open("wb") as copy:
        copy.write(b"RIFF\0\0\0\0WAVE")
        place, size = 12, path.stat().st_size
        while place + 8 <= size:
            file.seek(place)
            name, length = file.read(4), int.from_bytes(file.read(4), "little")
            if place + 8 + length > size:
                raise Refused(DAMAGED)
            if name in (b"fmt ", b"data", b"fact"):
                kept.append(name)
                copy.write(name + length.to_bytes(4, "little"))
                copy_bytes(file, copy, length)
                copy.write(b"\0" * (length % 2))
            else:
                report.note(TAGS)
            place += 8 + length + length % 2
        if not {b"fmt ", b"data"} <= set(kept):
            raise Refused(DAMAGED)
        length = copy.tell() - 8
        copy.seek(4)
        copy.write(length.to_bytes(4, "little"))
    return report


def copy_bytes(file: IO[bytes], copy: IO[bytes], length: int) -> None:
    while length and (part := file.read(min(length, BYTES_AT_A_TIME))):
        copy.write(part)
        length -= len(part)


# M4A: boxes inside boxes. The sound is found by its place in the file, so nothing may move: what has to go
# is overwritten where it stands.
OPENED = {b"moov", b"trak", b"mdia", b"edts"}
KEPT_ON_TOP = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"}
BLANKED = {b"udta", b"meta", b"uuid", b"cprt"}
WITH_TIMES = {b"mvhd", b"tkhd", b"mdhd"}
DEEPEST = 6
MOST_BOXES = 10_000
# Its name, where it starts, where its content starts, where it ends, how deep it lies.
Box = tuple[bytes, int, int, int, int]


def clean_m4a(path: Path, to: Path) -> Report:
    """Copy an M4A with its tags, places and times overwritten. Raises Refused."""
    report = Report()
    shutil.copyfile(path, to)
    sounds = 0
    with to.open("r+b") as file:
        for number, (name, start, content, end, depth) in enumerate(boxes(file, 0, to.stat().st_size)):
            if number > MOST_BOXES:
                raise Refused(DAMAGED)
            if name in BLANKED or (depth == 0 and name not in KEPT_ON_TOP):
                report.note(TAGS)
                overwrite(file, start + 4, b"free")
                blank(file, content, end)
            elif name in (b"free", b"skip", b"wide"):
                blank(file, content, end)
            elif name in WITH_TIMES:
                report.note("When it was recorded")
                blank_times(file, content)
            elif name == b"hdlr":
                file.seek(content + 8)
                if file.read(4) != b"soun":
                    report.hinder("It holds more than sound: a film or chapters. Save the sound alone.")
                sounds += 1
                blank(file, content + 24, end - 1)  # the name that a program gave the track
    if not sounds:
        raise Refused(DAMAGED)
    return report


def boxes(file: IO[bytes], place: int, end: int, depth: int = 0) -> Iterator[Box]:
    """Each box in order, with those inside it. Raises Refused."""
    while place + 8 <= end:
        file.seek(place)
        length, name, content = int.from_bytes(file.read(4)), file.read(4), place + 8
        if length == 1:
            length, content = int.from_bytes(file.read(8)), place + 16
        elif length == 0:
            length = end - place
        if length < content - place or place + length > end or depth > DEEPEST:
            raise Refused(DAMAGED)
        yield name, place, content, place + length, depth
        if name in OPENED:
            yield from boxes(file, content, place + length, depth + 1)
        place += length


def overwrite(file: IO[bytes], place: int, content: bytes) -> None:
    file.seek(place)
    file.write(content)


def blank(file: IO[bytes], start: int, end: int) -> None:
    file.seek(start)
    for place in range(start, end, BYTES_AT_A_TIME):
        file.write(bytes(min(BYTES_AT_A_TIME, end - place)))


def blank_times(file: IO[bytes], content: int) -> None:
    """When it was made and changed: two numbers after the version, of four or eight bytes each."""
    file.seek(content)
    overwrite(file, content + 4, bytes(16 if file.read(1) == b"\1" else 8))
