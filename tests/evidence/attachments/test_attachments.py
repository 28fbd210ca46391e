"""Files of findings, sources and case studies: added, released, sent, and gone when they have to be."""

import dataclasses
import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from evidence.actions.attachments import (
    LONGEST_NAME,
    add_attachment,
    erase_attachment,
    release_attachment,
    safe_name,
)
from evidence.actions.consent import withdraw_consent
from evidence.actions.fieldwork import SourceEntry, update_source
from evidence.actions.finding_input import details_of
from evidence.actions.finding_rules import AnonymisationPoint
from evidence.actions.findings import delete_draft, withdraw_finding
from evidence.models import Attachment, Finding, Source
from evidence.models.attachment import Owner, attachment_storage
from partnerships.errors import Conflict, StepRefused
from partnerships.models import AuditRow, Person
from tests.evidence.attachments import samples
from tests.evidence.attachments.samples import SECRET
from tests.factories import AttachmentFactory, CaseStudyFactory, FindingFactory, SourceFactory
from tests.personas import PERSONAS, Personas

Clients = Callable[[str], Client]
ALL_POINTS = AnonymisationPoint.values


def text_file(name: str = "notes.txt", content: bytes = b"What was said.") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def added(by: Person, owner: Owner, **options: Any) -> Attachment:
    return add_attachment(by=by, owner=owner, upload=text_file(**options), description="Notes")


def bytes_of(name: str) -> bytes:
    with attachment_storage().open(name) as file:
        return file.read()


def answers(client_of: Clients, file: Attachment) -> dict[str, int]:
    """What each persona gets who asks for a file."""
    told = {}
    for persona in PERSONAS:
        response = client_of(persona).get(file.get_absolute_url())
        told[persona] = response.status_code
        if response.streaming:
            b"".join(response.streaming_content)  # to the end, which closes the file
    return told


def those_who_get(client_of: Clients, file: Attachment) -> set[str]:
    return {persona for persona, status in answers(client_of, file).items() if status == 200}


TEAM = {"evaluator", "other_evaluator", "lead"}


# Adding


def test_a_file_is_kept_as_it_was_and_as_a_clean_copy(personas: Personas) -> None:
    source = SourceFactory(created_by=personas.evaluator)
    picture = samples.picture()
    file = add_attachment(
        by=personas.evaluator,
        owner=source,
        upload=SimpleUploadedFile("C:\\Users\\Jane\\board.jpg", picture),
        description="  The board  after the meeting ",
    )
    file.full_clean()
    assert (file.name, file.description) == ("board.jpg", "The board after the meeting")
    assert (file.kind, file.media_type, file.size) == ("picture", "image/jpeg", len(picture))
    assert bytes_of(file.original) == picture
    assert SECRET.encode() not in bytes_of(file.copy)
    assert file.copy_size == len(bytes_of(file.copy))
    assert "board" not in file.original + file.copy
    assert "The place where it was taken (GPS)" in file.found
    assert file.visibility == "team"
    source.refresh_from_db()
    assert source.is_shared
    row = AuditRow.objects.latest("number")
    assert (row.verb, row.target_key, row.details) == ("attachment.added", file.ref, {"to": source.ref})


def test_the_same_file_twice_is_one(personas: Personas) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    first, second = (added(personas.evaluator, finding) for _ in range(2))
    assert first == second
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("ATTACHMENTS_OF_ONE", 1, "no more fit"),
        ("ATTACHMENTS_MEGABYTES_OF_ONE", 0, "too much"),
        ("ATTACHMENT_MEGABYTES", 0, "larger than 0 megabytes"),
    ],
)
def test_there_is_a_limit(personas: Personas, settings: Any, setting: str, value: int, reason: str) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    added(personas.evaluator, finding)
    kept = attachment_names()
    setattr(settings, setting, value)
    with pytest.raises(ValidationError, match=reason) as refusal:
        added(personas.evaluator, finding, content=b"Something else.")
    assert list(refusal.value.message_dict) == ["file"]
    assert attachment_names() == kept


def attachment_names() -> set[str]:
    """Everything in the storage."""
    storage = attachment_storage()
    folders, files = storage.listdir("")
    return {*files, *(f"{folder}/{name}" for folder in folders for name in storage.listdir(folder)[1])}


def test_a_full_disk_is_told_and_leaves_nothing(
    personas: Personas, client_of: Clients, monkeypatch: pytest.MonkeyPatch, errors_expected: None
) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    kept = attachment_names()

    def full(*_: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "save", full)
    response = client_of("evaluator").post(
        reverse("evidence:finding-files", args=[finding.ref]),
        {"file_1": text_file(), "description_1": "Notes of the day"},
    )
    page = response.content.decode()
    assert "notes.txt: It can&#39;t be stored at the moment." in page
    assert 'value="Notes of the day"' in page
    assert attachment_names() == kept
    assert not Attachment.objects.exists()


def test_who_may_not_change_a_thing_adds_nothing_to_it(personas: Personas) -> None:
    finding = FindingFactory(created_by=personas.evaluator, published=True)
    literature = FindingFactory(literature=True)
    for person, owner in (
        (personas.other_evaluator, finding),
        (personas.evaluator, finding),
        (personas.funder, finding),
        (personas.lead, literature),
        (personas.other_evaluator, CaseStudyFactory(created_by=personas.evaluator)),
    ):
        with pytest.raises(PermissionDenied):
            added(person, owner)


@given(name=st.text(max_size=300))
def test_a_name_is_safe_whatever_it_was(name: str) -> None:
    safe = safe_name(name)
    assert len(safe) <= LONGEST_NAME
    assert not set(safe) & set("/\\\r\n\0\u202e\u200b")
    assert not safe.startswith((".", " "))
    assert safe_name(safe) == safe


# Releasing


def test_a_release_of_the_finding_releases_no_file_of_its_source(
    personas: Personas, client_of: Clients
) -> None:
    """The transcript stays with the team although everybody reads what was found in it."""
    finding = FindingFactory(published=True, visibility="public", created_by=personas.evaluator)
    transcript = AttachmentFactory(source=finding.source)
    assert those_who_get(client_of, transcript) == TEAM
    assert transcript.ref not in client_of("funder").get(finding.source.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("visibility", "getting"),
    [
        ("funder", TEAM | {"funder"}),
        ("partnerships", TEAM | {"funder", "reporter", "other_reporter"}),
        ("public", set(PERSONAS)),
    ],
)
def test_a_released_file_goes_as_far_as_it_was_released(
    personas: Personas, client_of: Clients, visibility: str, getting: set[str]
) -> None:
    finding = FindingFactory(published=True, visibility="public", created_by=personas.evaluator)
    file = AttachmentFactory(finding=finding, source=None)
    release_attachment(
        by=personas.lead, attachment=file, version=1, visibility=visibility, checklist=ALL_POINTS
    )
    assert those_who_get(client_of, file) == getting


def test_a_file_goes_no_further_than_its_finding_and_its_consent(
    personas: Personas, client_of: Clients
) -> None:
    source = SourceFactory(consent_scope="public", created_by=personas.evaluator)
    finding = FindingFactory(published=True, visibility="public", source=source)
    file = AttachmentFactory(finding=finding, source=None, released=True, visibility="public")
    assert those_who_get(client_of, file) == set(PERSONAS)
    Finding.objects.update(visibility="partnerships")
    assert those_who_get(client_of, file) == TEAM | {"funder", "reporter", "other_reporter"}
    entry = SourceEntry(**dataclasses.asdict(details_of(source)) | {"consent_scope": "funder"})
    update_source(by=personas.evaluator, source=source, data=entry, version=source.version)
    assert those_who_get(client_of, file) == TEAM | {"funder"}
    finding.refresh_from_db()
    withdraw_finding(by=personas.lead, finding=finding, version=finding.version, reason="A mistake.")
    assert those_who_get(client_of, file) == TEAM


def test_a_file_of_a_case_study_goes_with_it(personas: Personas, client_of: Clients) -> None:
    study = CaseStudyFactory(published=True, visibility="partnerships", created_by=personas.evaluator)
    file = AttachmentFactory(case_study=study, source=None, released=True, visibility="partnerships")
    assert those_who_get(client_of, file) == TEAM | {"funder", "reporter", "other_reporter"}
    study.status = study.Status.DRAFT
    study.save()
    assert those_who_get(client_of, file) == TEAM


@pytest.mark.parametrize(
    ("by", "visibility", "checklist", "field"),
    [
        ("lead", "public", ALL_POINTS[:4], "checklist"),
        ("lead", "partnerships", [], "checklist"),
        ("lead", "everybody", ALL_POINTS, "visibility"),
        ("evaluator", "funder", [], None),
    ],
)
def test_a_release_takes_a_lead_and_the_checklist(
    personas: Personas, by: str, visibility: str, checklist: list[str], field: str | None
) -> None:
    finding = FindingFactory(published=True, visibility="public", created_by=personas.evaluator)
    file = AttachmentFactory(finding=finding, source=None, created_by=personas.evaluator)
    with pytest.raises(ValidationError if field else PermissionDenied) as refusal:
        release_attachment(
            by=personas[by], attachment=file, version=1, visibility=visibility, checklist=checklist
        )
    assert not field or list(refusal.value.message_dict) == [field]
    file.refresh_from_db()
    assert file.released_at is None


def test_who_added_a_file_releases_it_to_the_funder_at_most(personas: Personas) -> None:
    finding = FindingFactory(published=True, visibility="public")
    file = AttachmentFactory(finding=finding, source=None, created_by=personas.lead)
    with pytest.raises(ValidationError, match="Somebody other than who added it"):
        release_attachment(
            by=personas.lead, attachment=file, version=1, visibility="public", checklist=ALL_POINTS
        )
    released = release_attachment(by=personas.lead, attachment=file, version=1, visibility="funder")
    assert (released.visibility, released.released_by) == ("funder", personas.lead)
    back = release_attachment(by=personas.lead, attachment=file, version=2, visibility="team")
    assert (back.visibility, back.released_at, back.released_by) == ("team", None, None)
    verbs = AuditRow.objects.order_by("number").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["attachment.released", "attachment.held-back"]
    with pytest.raises(Conflict):
        release_attachment(by=personas.lead, attachment=file, version=1, visibility="funder")


@pytest.mark.parametrize(
    ("scope", "visibility"), [("team", "funder"), ("public", "partnerships"), ("public", "public")]
)
def test_a_file_of_a_source_goes_no_further_than_the_funder_nor_its_consent(
    personas: Personas, scope: str, visibility: str
) -> None:
    file = AttachmentFactory(source=SourceFactory(consent_scope=scope))
    with pytest.raises(ValidationError, match="goes no further"):
        release_attachment(
            by=personas.lead, attachment=file, version=1, visibility=visibility, checklist=ALL_POINTS
        )


def test_a_file_without_a_clean_copy_is_not_released(personas: Personas) -> None:
    tracked = samples.docx('<w:p><w:del w:id="1"><w:r><w:delText>no</w:delText></w:r></w:del></w:p>')
    file = add_attachment(
        by=personas.evaluator,
        owner=FindingFactory(created_by=personas.evaluator),
        upload=SimpleUploadedFile("notes.docx", tracked),
    )
    assert file.copy == ""
    with pytest.raises(StepRefused, match="tracked changes"):
        release_attachment(by=personas.lead, attachment=file, version=1, visibility="funder")


# Sending


def test_a_file_is_sent_as_a_download_that_can_not_do_anything(
    personas: Personas, client_of: Clients
) -> None:
    name = 'Grüße “all”; filename="x.html"\r\nSet-Cookie: a=b.txt'
    finding = FindingFactory(created_by=personas.evaluator)
    file = add_attachment(
        by=personas.evaluator, owner=finding, upload=text_file(content=b"<script>alert(1)</script>")
    )
    Attachment.objects.update(name=safe_name(name))
    response = client_of("evaluator").get(file.get_absolute_url())
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"
    assert response["Content-Type"] == "text/plain"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe")
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert "Set-Cookie" not in response


def test_others_get_the_copy_and_the_team_what_was_added(personas: Personas, client_of: Clients) -> None:
    finding = FindingFactory(published=True, visibility="public")
    file = AttachmentFactory(
        finding=finding, source=None, released=True, visibility="public", text="In full", copied="In short"
    )
    address = file.get_absolute_url()

    def sent(persona: str, query: str = "") -> bytes:
        return b"".join(client_of(persona).get(address + query).streaming_content)

    assert {sent("visitor"), sent("reporter"), sent("funder"), sent("administrator")} == {b"In short"}
    assert sent("evaluator") == b"In full"
    assert sent("lead", "?copy") == b"In short"


def test_pictures_alone_are_shown_in_the_browser_and_only_as_drawn_anew(
    personas: Personas, client_of: Clients
) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    picture = add_attachment(
        by=personas.evaluator, owner=finding, upload=SimpleUploadedFile("a.png", samples.picture("PNG"))
    )
    text = added(personas.evaluator, finding)
    shown = client_of("evaluator").get(picture.get_absolute_url() + "?inline")
    assert shown["Content-Disposition"].startswith("inline")
    assert SECRET.encode() not in b"".join(shown.streaming_content)
    other = client_of("evaluator").get(text.get_absolute_url() + "?inline")
    assert other["Content-Disposition"].startswith("attachment")
    assert b"".join(other.streaming_content) == b"What was said."


def test_opening_a_file_is_recorded_unless_everybody_may(personas: Personas, client_of: Clients) -> None:
    finding = FindingFactory(published=True, visibility="public")
    public = AttachmentFactory(finding=finding, source=None, released=True, visibility="public")
    inner = AttachmentFactory(finding=finding, source=None, released=True, visibility="funder")
    for file in (public, inner):
        b"".join(client_of("funder").get(file.get_absolute_url()).streaming_content)
    opened = AuditRow.objects.filter(verb="attachment.opened")
    assert [(row.by, row.target_key) for row in opened] == [(personas.funder, inner.ref)]


# Erasing


def test_withdrawn_consent_erases_the_files_of_source_and_findings(
    personas: Personas, client_of: Clients, django_capture_on_commit_callbacks: Any
) -> None:
    source = SourceFactory(created_by=personas.evaluator)
    finding = FindingFactory(published=True, visibility="public", source=source)
    file = AttachmentFactory(
        finding=finding, source=None, released=True, visibility="public", name=f"{SECRET}.txt"
    )
    transcript = AttachmentFactory(source=source, name=f"{SECRET}.txt", description=SECRET, found=[SECRET])
    other = AttachmentFactory()
    names = [file.original, file.copy, transcript.original, transcript.copy]
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(by=personas.evaluator, source=source, version=1, reason="By letter.")
    assert not any(attachment_storage().exists(name) for name in names)
    assert attachment_storage().exists(other.original)
    assert those_who_get(client_of, file) == set()
    rows = Attachment.objects.filter(pk__in=[file.pk, transcript.pk])
    assert all(row.is_erased for row in rows)
    assert SECRET not in str(list(rows.values()))
    for row in rows:
        row.full_clean()
    page = client_of("lead").get(source.get_absolute_url()).content.decode()
    assert f"{transcript.ref} was erased on" in page
    assert SECRET not in page


def test_nothing_is_erased_when_the_withdrawal_fails(personas: Personas) -> None:
    file = AttachmentFactory(source=SourceFactory(created_by=personas.evaluator))
    with pytest.raises(ValidationError):
        withdraw_consent(by=personas.evaluator, source=file.source, version=1, reason="")
    file.refresh_from_db()
    assert not file.is_erased
    assert bytes_of(file.original)


def test_a_file_is_erased_by_those_who_could_add_it(
    personas: Personas, django_capture_on_commit_callbacks: Any
) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    file = AttachmentFactory(finding=finding, source=None)
    with pytest.raises(PermissionDenied):
        erase_attachment(by=personas.other_evaluator, attachment=file, version=1)
    with pytest.raises(Conflict):
        erase_attachment(by=personas.evaluator, attachment=file, version=7)
    with django_capture_on_commit_callbacks(execute=True):
        erased = erase_attachment(by=personas.evaluator, attachment=file, version=1)
    assert (erased.name, erased.erased_by) == ("", personas.evaluator)
    assert not attachment_storage().exists(file.original)


def test_deleting_a_draft_deletes_its_files(
    personas: Personas, django_capture_on_commit_callbacks: Any
) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    file = AttachmentFactory(finding=finding, source=None)
    with django_capture_on_commit_callbacks(execute=True):
        delete_draft(by=personas.evaluator, finding=finding, version=finding.version)
    assert not Attachment.objects.exists()
    assert not attachment_storage().exists(file.original)


def test_a_source_with_files_outlives_the_draft_it_was_stated_with(personas: Personas) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    added(personas.evaluator, finding.source)
    finding.refresh_from_db()
    delete_draft(by=personas.evaluator, finding=finding, version=finding.version)
    assert Source.objects.get().attachments.count() == 1


# Pages


def test_right_files_are_added_and_the_wrong_one_is_told_what_is_wrong(
    personas: Personas, client_of: Clients
) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    response = client_of("evaluator").post(
        reverse("evidence:finding-files", args=[finding.ref]),
        {
            "file_1": text_file(),
            "description_1": "Notes of the day",
            "file_2": SimpleUploadedFile("paper.pdf", b"MZ program"),
            "description_2": "The agreement they signed",
            "description_3": "A picture that was not chosen",
        },
    )
    page = response.content.decode()
    assert [file.name for file in Attachment.objects.all()] == ["notes.txt"]
    assert "Its name ends in .pdf" in page
    assert "Choose the file that you have described." in page
    assert 'value="The agreement they signed"' in page
    assert 'value="A picture that was not chosen"' in page
    assert 'value="Notes of the day"' not in page
    assert "notes.txt" in page


def test_a_file_that_is_too_large_to_receive_loses_no_word(
    personas: Personas, client_of: Clients, settings: Any
) -> None:
    settings.LARGEST_UPLOAD = 100_000
    finding = FindingFactory(created_by=personas.evaluator)
    response = client_of("evaluator").post(
        reverse("evidence:finding-files", args=[finding.ref]),
        {
            "file_1": text_file(content=b"x" * 300_000),
            "description_1": "Everything they said",
            "file_2": text_file("short.txt"),
            "description_2": "What matters of it",
        },
    )
    assert response.status_code == 413
    page = response.content.decode()
    assert 'value="Everything they said"' in page
    assert "The file is larger than" in page
    assert [file.name for file in Attachment.objects.all()] == ["short.txt"]


def test_words_sent_after_signing_out_are_given_back(personas: Personas, client_of: Clients) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    response = client_of("visitor").post(
        reverse("evidence:finding-files", args=[finding.ref]),
        {"file_1": text_file(), "description_1": "Notes of the day"},
    )
    assert response.status_code == 403
    assert "Notes of the day" in response.content.decode()


def test_the_page_of_release_tells_what_was_hidden_and_what_became_of_it(
    personas: Personas, client_of: Clients
) -> None:
    finding = FindingFactory(created_by=personas.evaluator, published=True, visibility="public")
    file = add_attachment(
        by=personas.lead, owner=finding, upload=SimpleUploadedFile("a.docx", samples.docx()), description=""
    )
    Attachment.objects.update(created_by=personas.evaluator)
    address = reverse("evidence:file-release", args=[file.ref])
    page = client_of("lead").get(address).content.decode()
    assert "Author, company, dates, title" in page
    assert SECRET not in page
    refused = client_of("lead").post(address, {"version": 1, "visibility": "public"})
    assert "Confirm every point of the checklist" in refused.content.decode()
    sent = {"version": 1, "visibility": "public", "checklist": ALL_POINTS}
    taken = client_of("lead").post(address, sent)
    assert taken["Location"] == f"{finding.get_absolute_url()}#files"
    assert "Lead released it, for: public" in client_of("lead").get(address).content.decode()
    late = client_of("lead").post(address, sent)
    assert late.status_code == 409


def test_the_api_names_the_files_that_the_caller_may_have(personas: Personas, client_of: Clients) -> None:
    finding = FindingFactory(published=True, visibility="public", created_by=personas.evaluator)
    file = AttachmentFactory(finding=finding, source=None, released=True, visibility="public")
    transcript = AttachmentFactory(source=finding.source)
    AttachmentFactory(source=finding.source, erased=True, size=0, copy_size=0, copy_sha256="")
    for persona, of_finding, of_source in (
        ("visitor", [file.ref], None),
        ("funder", [file.ref], []),
        ("evaluator", [file.ref], [transcript.ref]),
    ):
        told = client_of(persona).get(reverse("api-findings-detail", args=[finding.ref])).json()
        assert [row["ref"] for row in told["files"]] == of_finding
        assert told["files"][0]["url"].endswith(file.get_absolute_url())
        told = client_of(persona).get(reverse("api-sources-detail", args=[finding.source.ref])).json()
        assert told.get("files") == of_source or [row["ref"] for row in told["files"]] == of_source


# Their bytes


def test_check_files_notices_what_is_missing_altered_or_left_over(
    db: None, settings: Any, tmp_path: Path, capsys: Any
) -> None:
    settings.STORAGES = settings.STORAGES | {
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    whole, missing, altered = AttachmentFactory.create_batch(3)
    call_command("check_files")
    (tmp_path / missing.original).unlink()
    (tmp_path / altered.copy).write_text("Something else.")
    (tmp_path / "ab").mkdir()
    left_over, on_its_way = tmp_path / "ab" / "old", tmp_path / "ab" / "new"
    for file in (left_over, on_its_way):
        file.write_text("What was said.")
    os.utime(left_over, (0, 0))
    with pytest.raises(CommandError, match="2"):
        call_command("check_files", "--delete-orphans")
    told = capsys.readouterr().out
    assert f"The file of {missing.ref} is missing." in told
    assert f"The copy of {altered.ref} is altered." in told
    assert whole.ref not in told
    assert "deleted: 1" in told
    assert (left_over.exists(), on_its_way.exists()) == (False, True)


def test_a_bucket_is_used_when_one_is_named() -> None:
    """The store of S3 is not loaded before a file is asked for, so it need not be installed."""
    program = (
        "import django; django.setup(); from django.conf import settings;"
        "print(settings.STORAGES['attachments'])"
    )
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        cwd=django_settings.BASE_DIR,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "talentmatch.settings", "ATTACHMENTS_BUCKET": "evidence-files"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "S3Storage" in told
    assert "'bucket_name': 'evidence-files'" in told
    assert "'default_acl': 'private'" in told


def test_no_address_serves_the_folder_of_files(settings: Any) -> None:
    folder = Path(settings.STORAGES["attachments"]["OPTIONS"]["location"])
    assert settings.STORAGES["attachments"]["OPTIONS"]["base_url"] is None
    assert not settings.MEDIA_ROOT or Path(settings.MEDIA_ROOT) not in folder.parents
