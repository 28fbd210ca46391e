"""The files of a thing as its page lists them."""

import dataclasses
import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat

from evidence.models import Attachment
from evidence.models.attachment import Owner


@dataclasses.dataclass(frozen=True, slots=True)
class FileLine:
    """One file as a person may see it. The names of people are for the evaluation team."""

    ref: str
    name: str
    description: str
    kind: str
    size: str
    href: str
    preview_href: str
    visibility: str
    is_demonstration: bool
    added_by: str = ""
    added_at: datetime.datetime | None = None
    released_by: str = ""
    released_at: datetime.datetime | None = None
    erased_by: str = ""
    erased_at: datetime.datetime | None = None
    obstacle: str = ""
    steps: tuple[tuple[str, str], ...] = ()


def files_on(person: Any, owner: Owner) -> list[Attachment]:
    """The files of a thing that this person may see, the oldest first; one query."""
    files = Attachment.objects.visible_to(person).of(owner)
    found = list(files.select_related("created_by", "released_by", "erased_by"))
    for attachment in found:
        attachment.belong_to(owner)  # as it is loaded already, with what it stands on
    return found


def file_line(file: Attachment, *, in_team: bool, steps: tuple[tuple[str, str], ...] = ()) -> FileLine:
    """A file as its line; ``steps`` are what may be done with it, as labels and addresses."""
    shown = FileLine(
        ref=file.ref,
        name=file.name,
        description=file.description,
        kind=file.get_kind_display(),
        size=filesizeformat(file.size if in_team else file.copy_size),
        href=file.get_absolute_url(),
        preview_href=f"{file.get_absolute_url()}?inline" if has_preview(file) else "",
        visibility=file.visibility,
        is_demonstration=file.is_demonstration,
    )
    if not in_team:
        return shown
    return dataclasses.replace(
        shown,
        added_by=file.created_by.name,
        added_at=file.created_at,
        released_by=file.released_by.name if file.released_by else "",
        released_at=file.released_at,
        erased_by=file.erased_by.name if file.erased_by else "",
        erased_at=file.erased_at,
        obstacle=file.obstacle,
        steps=steps,
    )


def has_preview(file: Attachment) -> bool:
    """Whether a browser may show it: pictures alone, and of these the copy that was drawn anew."""
    return file.kind == Attachment.Kind.PICTURE and bool(file.copy)
