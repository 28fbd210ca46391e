"""Every write to attached files: adding, releasing, erasing, and the record of who opened one."""

import contextlib
import hashlib
import logging
import secrets
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from evidence.actions.attachment_rules import (
    circles_open_to,
    may_add_files,
    may_erase_file,
    may_release_file,
)
from evidence.actions.finding_rules import BEYOND_THE_FUNDER, AnonymisationPoint, require_checklist
from evidence.actions.report_changes import touch
from evidence.actions.search_texts import write_file_texts
from evidence.attachments.formats import AUDIO, BY_EXTENSION, Refused
from evidence.attachments.room import Examined, examine, words_of
from evidence.models import Attachment, CaseStudy, Finding, Question, SelfReport, Source, Visibility
from evidence.models.attachment import Owner, attachment_storage
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.locking import locked
from partnerships.models import Person

logger = logging.getLogger(__name__)

LONGEST_NAME, LONGEST_ENDING = 120, 10
MEGABYTE = 1_000_000


# Adding


def add_attachment(
    *,
    by: Person,
    owner: Owner,
    upload: UploadedFile,
    description: str = "",
    question: Question | None = None,
) -> Attachment:
    """Add a file to a finding, a source or a case study, once it was looked into; the team alone gets it.
    Or to a question of a self-report: then whoever reads the answers.

    The same file again is the one that is there. Raises PermissionDenied, and ValidationError for ``file``
    or ``description``.
    """
    if not may_add_files(by, owner):
        raise PermissionDenied
    name = safe_name(upload.name or "")
    check_size(name, upload.size or 0)
    with disk_trouble_told(), tempfile.TemporaryDirectory() as folder:
        path, copy = Path(folder, "file").with_suffix(Path(name).suffix.lower()), Path(folder, "copy")
        digest = write_down(upload, path)
        try:
            examined = examine(path, copy)
        except Refused as refusal:
            raise ValidationError({"file": str(refusal)}) from refusal
        attachment = Attachment(
            name=name,
            description=" ".join(description.split()),
            size=path.stat().st_size,
            sha256=digest,
            question=question,
            created_by=by,
            is_demonstration=by.is_demonstration,
        )
        describe(attachment, examined, copy)
        extension = path.suffix.removeprefix(".")
        words = words_of(path, extension), "" if attachment.obstacle else words_of(copy, extension)
        return keep(attachment, by=by, owner=owner, path=path, copy=copy, words=words)


@contextlib.contextmanager
def disk_trouble_told() -> Iterator[None]:
    """Tell whoever adds a file that it could not be stored, and the log why: the disk may be full."""
    try:
        yield
    except OSError as error:
        logger.exception("A file could not be stored.")
        message = "It can't be stored at the moment. Try again later, and tell an administrator."
        raise ValidationError({"file": message}) from error


def safe_name(name: str) -> str:
    """A file's name without a path, and without signs that are not seen or turn the writing round."""
    name = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign if unicodedata.category(sign)[0] not in "CZ" else " " for sign in name)
    seen = " ".join(unicodedata.normalize("NFC", seen).split()).strip(". ")
    stem, dot, extension = seen.rpartition(".")
    if not dot or len(extension) > LONGEST_ENDING:
        return seen[:LONGEST_NAME].strip(". ")
    return f"{stem[: LONGEST_NAME - LONGEST_ENDING - 1].strip('. ')}.{extension.strip()}"


def check_size(name: str, size: int) -> None:
    format_ = BY_EXTENSION.get(name.rpartition(".")[2].lower())
    is_recording = format_ is not None and format_.kind == AUDIO
    most = settings.RECORDING_MEGABYTES if is_recording else settings.ATTACHMENT_MEGABYTES
    if size > most * MEGABYTE:
        raise ValidationError({"file": too_large_for(most)}, code="too_large")


def too_large_for(megabytes: int) -> str:
    return f"The file is larger than {megabytes} megabytes. Make it smaller, or add it in parts."


def write_down(upload: UploadedFile, path: Path) -> str:
    """Write what was received to a file, and return its SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for chunk in upload.chunks():
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def describe(attachment: Attachment, examined: Examined, copy: Path) -> None:
    """Note on an attachment what was found when its file was looked into."""
    attachment.kind = examined.format.kind
    attachment.media_type = examined.format.media_type
    attachment.found = examined.report.found
    attachment.obstacle = examined.report.obstacle
    if not attachment.obstacle:
        attachment.copy_size = copy.stat().st_size
        with copy.open("rb") as file:
            attachment.copy_sha256 = hashlib.file_digest(file, "sha256").hexdigest()


def keep(
    attachment: Attachment, *, by: Person, owner: Owner, path: Path, copy: Path, words: tuple[str, str]
) -> Attachment:
    """Store the bytes, then the row; without the row the bytes go again.

    ``words`` are those of the file and of its copy, for the search.
    """
    stored = []
    try:
        attachment.original = store(path)
        stored.append(attachment.original)
        if not attachment.obstacle:
            attachment.copy = store(copy)
            stored.append(attachment.copy)
        kept = add_row(attachment, by=by, owner=owner, words=words)
    except BaseException:
        delete_bytes(stored)
        raise
    if kept.pk != attachment.pk:
        delete_bytes(stored)
    return kept


def store(path: Path) -> str:
    """Keep a file's bytes under a name that tells nothing; returns that name."""
    token = secrets.token_hex(20)
    with path.open("rb") as file:
        return attachment_storage().save(f"{token[:2]}/{token[2:]}", File(file))


def delete_bytes(names: Iterable[str]) -> None:
    for name in names:
        attachment_storage().delete(name)


@transaction.atomic
def add_row(attachment: Attachment, *, by: Person, owner: Owner, words: tuple[str, str]) -> Attachment:
    """Add the row, unless the same file is there already: then that one is returned."""
    owner = held(owner)
    if not may_add_files(by, owner):
        raise PermissionDenied
    siblings = Attachment.objects.of(owner).filter(erased_at=None)
    if same := siblings.filter(sha256=attachment.sha256, question=attachment.question).first():
        return same
    check_room(siblings, attachment.size)
    attachment.belong_to(owner)
    try:
        attachment.clean_fields()
    except ValidationError as error:
        raise ValidationError({"description": error.messages}) from error
    attachment.save()
    write_file_texts(attachment, *words)
    if isinstance(owner, SelfReport):
        touch(owner, by=by)
    if isinstance(owner, Source):
        # It stands by itself now: it does not go with the one finding that it was stated with.
        Source.objects.filter(pk=owner.pk).update(is_shared=True)
    record(by=by, verb="attachment.added", target=attachment, key=attachment.ref, to=key_of(owner))
    return attachment


def held(owner: Owner) -> Owner:
    """What a file is added to, locked; its source before it, as everywhere."""
    if isinstance(owner, SelfReport):
        return SelfReport.objects.select_for_update(of=["self"]).select_related("round").get(pk=owner.pk)
    if isinstance(owner, Finding) and owner.source_id:
        Source.objects.select_for_update().filter(pk=owner.source_id).first()
    found: Owner = type(owner)._default_manager.select_for_update().get(pk=owner.pk)
    return found


def key_of(owner: Owner) -> str:
    """How people name what a file belongs to."""
    return owner.slug if isinstance(owner, CaseStudy) else owner.ref


def check_room(siblings: QuerySet[Attachment], size: int) -> None:
    used = siblings.aggregate(files=Count("pk"), bytes=Sum("size"))
    if used["files"] >= settings.ATTACHMENTS_OF_ONE:
        raise ValidationError({"file": f"There are {used['files']} files here already: no more fit."})
    most = settings.ATTACHMENTS_MEGABYTES_OF_ONE
    if (used["bytes"] or 0) + size > most * MEGABYTE:
        raise ValidationError(
            {"file": f"All files here together may have {most} megabytes: this is too much."}
        )


# Releasing


@transaction.atomic
def release_attachment(
    *, by: Person, attachment: Attachment, version: int, visibility: str, checklist: Iterable[str] = ()
) -> Attachment:
    """Let a circle of readers have the clean copy of a file; the team's own circle takes it back from others.

    Beyond the funder it takes the anonymisation checklist, and somebody other than who added it. Raises
    Conflict, PermissionDenied, StepRefused, and ValidationError for ``visibility`` or ``checklist``.
    """
    hold_owner_of(attachment)
    attachment = locked(Attachment, attachment, version)
    if not may_release_file(by, attachment):
        raise PermissionDenied
    confirmed = sorted(set(checklist) & set(AnonymisationPoint.values))
    is_held_back = visibility == Visibility.TEAM
    if not is_held_back:
        check_release(by, attachment, visibility, confirmed)
    attachment.visibility = visibility
    attachment.checklist = [] if is_held_back else confirmed
    attachment.released_at = None if is_held_back else timezone.now()
    attachment.released_by = None if is_held_back else by
    attachment.version += 1
    attachment.save()
    record(
        by=by,
        verb="attachment.held-back" if is_held_back else "attachment.released",
        target=attachment,
        key=attachment.ref,
        visibility=visibility,
        version=attachment.version,
    )
    return attachment


def hold_owner_of(attachment: Attachment) -> None:
    """Lock what a file belongs to before the file: in the order in which consent is withdrawn."""
    owned = Attachment.objects.select_related("finding", "source", "case_study", "self_report")
    held(owned.get(pk=attachment.pk).owner)


def check_release(by: Person, attachment: Attachment, visibility: str, confirmed: list[str]) -> None:
    if attachment.obstacle:
        raise StepRefused(f"It can't be released. {attachment.obstacle}")
    if visibility not in circles_open_to(by, attachment):
        is_own = visibility in BEYOND_THE_FUNDER and attachment.created_by_id == by.pk
        message = (
            "Somebody other than who added it has to release it to partnerships or the public."
            if is_own
            else "A file goes no further than what it belongs to, nor than its source has agreed to."
        )
        raise ValidationError({"visibility": message})
    if visibility in BEYOND_THE_FUNDER:
        require_checklist(confirmed)


# Erasing


@transaction.atomic
def erase_attachment(*, by: Person, attachment: Attachment, version: int) -> Attachment:
    """Erase a file for good. Raises Conflict, PermissionDenied."""
    hold_owner_of(attachment)
    attachment = locked(Attachment, attachment, version)
    if not may_erase_file(by, attachment):
        raise PermissionDenied
    erase_files(Attachment.objects.filter(pk=attachment.pk), by=by)
    if attachment.self_report:
        touch(attachment.self_report, by=by)
    attachment.refresh_from_db()
    return attachment


def erase_files(attachments: QuerySet[Attachment], *, by: Person) -> list[str]:
    """Erase files, in the transaction of the deed that makes it necessary, and return their refs.

    Their rows stay, without a word; their bytes go as soon as the transaction is through.
    """
    erased = list(attachments.filter(erased_at=None).select_for_update(of=("self",)).order_by("pk"))
    forget_bytes(erased)
    for attachment in erased:
        attachment.name = attachment.description = attachment.sha256 = attachment.copy_sha256 = ""
        attachment.original = attachment.copy = attachment.obstacle = ""
        attachment.found, attachment.checklist = [], []
        attachment.size = attachment.copy_size = 0
        attachment.visibility = Visibility.TEAM
        attachment.released_at = attachment.released_by = None
        attachment.erased_at, attachment.erased_by = timezone.now(), by
        attachment.version += 1
        attachment.save()
        record(by=by, verb="attachment.erased", target=attachment, key=attachment.ref)
    return [attachment.ref for attachment in erased]


def forget_bytes(attachments: Iterable[Attachment]) -> None:
    """Delete the bytes of these files once the transaction is through."""
    names = [name for attachment in attachments for name in (attachment.original, attachment.copy) if name]
    transaction.on_commit(lambda: delete_bytes(names), robust=True)


def delete_files_of(finding: Finding) -> None:
    """Delete the files of a draft that is deleted, without a trace but in the record."""
    files = Attachment.objects.of(finding)
    forget_bytes(list(files))
    files.delete()


# Opening


def record_opening(*, by: Person, attachment: Attachment, is_copy: bool) -> None:
    """Note that somebody opened a file, unless everybody may."""
    if Attachment.objects.visible_to(AnonymousUser()).filter(pk=attachment.pk).exists():
        return
    with transaction.atomic():
        record(by=by, verb="attachment.opened", target=attachment, key=attachment.ref, clean_copy=is_copy)
