"""The room that files are looked into in: a process of its own, with little memory and time and no secrets.

Whatever a file does to the libraries that read it, it does there. The product starts the room and reads one
line of JSON from it.
"""

import json
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evidence.attachments import formats
from evidence.attachments.formats import Format, Refused, format_of
from evidence.attachments.report import Report
from evidence.attachments.words import words_in

logger = logging.getLogger(__name__)

# Kinds of files that have words.
READ = (formats.DOCUMENT, formats.SPREADSHEET)
HEAD = 512
SECONDS = 20
MEMORY = 1_000_000_000
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Examined:
    """What is known of a file once it was looked into."""

    format: Format
    report: Report


def examine(path: Path, to: Path) -> Examined:
    """Look into the file at ``path``, whose name has its ending, and write a clean copy to ``to``.

    Raises Refused when it can't be taken. With an obstacle in the report, what was written is of no use.
    """
    with path.open("rb") as file:
        format_ = format_of(path.name, file.read(HEAD))
    try:
        answer = ask("look", str(path), str(to))
    except (subprocess.TimeoutExpired, ValueError):
        raise Refused("It can't be looked into: it is damaged, or needs too much for its size.") from None
    if "refused" in answer:
        raise Refused(answer["refused"])
    return Examined(format_, Report(**answer))


def words_of(path: Path, extension: str) -> str:
    """The words of a file that was looked into before; nothing where they take too much to read."""
    if extension in formats.PLAIN:
        return words_in(path, extension)  # plain text harms nobody
    if extension in formats.BY_EXTENSION and formats.BY_EXTENSION[extension].kind in READ:
        try:
            return str(ask("read", str(path), extension)["words"])
        except (subprocess.TimeoutExpired, ValueError):
            logger.warning("The words of a file could not be read: it is found by its name alone.")
    return ""


def ask(*question: str) -> dict[str, Any]:
    """Start the room and return its answer. Raises ValueError or TimeoutExpired when there is none."""
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "evidence.attachments.room", *question],
        cwd=ROOT,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        timeout=SECONDS,
    )
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def cleaner(extension: str) -> Callable[[Path, Path], Report]:
    """What cleans files with this ending. Imported only here: each needs libraries of its own."""
    if extension in formats.PLAIN:
        from evidence.attachments import plain

        return plain.clean
    if extension in {"docx", "xlsx"}:
        from evidence.attachments import office

        return office.clean
    if extension == "pdf":
        from evidence.attachments import pdf

        return pdf.clean
    if formats.BY_EXTENSION[extension].kind == formats.PICTURE:
        from evidence.attachments import pictures

        return pictures.clean
    from evidence.attachments import audio

    return {"mp3": audio.clean_mp3, "wav": audio.clean_wav, "m4a": audio.clean_m4a}[extension]


def look_into(path: Path, to: Path) -> dict[str, object]:
    """What the room answers: the report, or why the file is refused."""
    try:
        return asdict(cleaner(path.suffix.lower().lstrip("."))(path, to))
    except Refused as refusal:
        return {"refused": str(refusal)}


def read_aloud(path: Path, extension: str) -> dict[str, object]:
    """What the room answers when it is asked for the words of a file."""
    return {"words": words_in(path, extension)}


def close_the_door() -> None:
    """Give this process little memory, time and space, and nothing else to start or open."""
    for limit, most in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, MEMORY),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    os.umask(0o077)


if __name__ == "__main__":
    close_the_door()
    question, file, argument = sys.argv[1:4]
    asked = look_into(Path(file), Path(argument)) if question == "look" else read_aloud(Path(file), argument)
    sys.stdout.write(json.dumps(asked))
