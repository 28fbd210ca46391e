"""Whether the bytes of attached files are all there and unchanged, and what lies there without a row."""

import datetime
import hashlib
from collections.abc import Iterator

from django.utils import timezone

from evidence.models import Attachment
from evidence.models.attachment import attachment_storage

# Bytes come before their row: what is younger may be on its way.
ON_ITS_WAY = datetime.timedelta(days=1)


def damaged_files() -> Iterator[str]:
    """A sentence for each file whose bytes are missing or altered; reads all of them."""
    fields = ("ref", "original", "sha256", "copy", "copy_sha256")
    for ref, original, digest, copy, copy_digest in Attachment.objects.filter(erased_at=None).values_list(
        *fields
    ):
        for what, name, expected in (("file", original, digest), ("copy", copy, copy_digest)):
            if name and (problem := problem_of(name, expected)):
                yield f"The {what} of {ref} is {problem}."


def problem_of(name: str, expected: str) -> str:
    """What is wrong with the bytes under a name; nothing when they are as they were."""
    if not attachment_storage().exists(name):
        return "missing"
    with attachment_storage().open(name) as file:
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
    return "" if digest.hexdigest() == expected else "altered"


def orphaned_names() -> list[str]:
    """The names of bytes that belong to no row, older than a day: an upload or a deletion was cut short."""
    known = {name for row in Attachment.objects.values_list("original", "copy") for name in row}
    latest = timezone.now() - ON_ITS_WAY
    return [
        name
        for name in names_in("")
        if name not in known and attachment_storage().get_modified_time(name) < latest
    ]


def names_in(folder: str) -> Iterator[str]:
    """Every name in the storage below a folder."""
    folders, files = attachment_storage().listdir(folder)
    yield from (f"{folder}{name}" for name in files)
    for inner in folders:
        yield from names_in(f"{folder}{inner}/")
