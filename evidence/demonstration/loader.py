"""A story to try the product with: invented people, organisations and findings, each marked as demonstration.

Everything goes through the product's own actions, so it obeys the same rules as real work. Loading it again
adds what is missing and changes nothing else.
"""

import dataclasses
import datetime
import io
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import ExifTags, Image, ImageDraw

from evidence.actions.appraisals import AppraisalInput, appraise, versions_so_far
from evidence.actions.assessment import AssessmentInput, ConcernInput, assess_item
from evidence.actions.attachments import add_attachment, release_attachment
from evidence.actions.briefs import BriefInput, issue_brief, make_brief
from evidence.actions.decisions import DecisionInput, record_decision
from evidence.actions.editions import make_edition
from evidence.actions.fieldwork import (
    CaseStudyInput,
    SourceEntry,
    begin_case_study,
    note_source,
    publish_case_study,
)
from evidence.actions.finding_input import CodingInput, FindingInput, SourceInput, input_of
from evidence.actions.finding_rules import AnonymisationPoint, may_appraise
from evidence.actions.findings import (
    log_finding,
    publish_finding,
    publish_with_changes,
    return_finding,
    submit_finding,
    withdraw_finding,
)
from evidence.actions.negative_searches import note_negative_search
from evidence.actions.question_answers import AnswerInput, issue_answer, save_answer
from evidence.actions.replies import ask_for_replies, give_reply, respond
from evidence.actions.saved_searches import save_search
from evidence.actions.watching import watch_item
from evidence.demonstration.reports import load_reports
from evidence.models import (
    Attachment,
    Brief,
    CaseStudy,
    Decision,
    Edition,
    Finding,
    FrameworkItem,
    SavedSearch,
    Source,
    Watch,
    Wave,
)
from evidence.models.refs import fixed_ref
from partnerships.access import Role
from partnerships.models import Membership, Organisation, Partnership, Person, RoleAssignment, Sector

FOLDER = Path(__file__).resolve().parent
Status = Finding.Status


def holds_real_work() -> bool:
    """Whether the database has people or findings that are not of the demonstration or the review."""
    findings = Finding.objects.exclude(origin=Finding.Origin.LITERATURE)
    return (
        Person.objects.filter(is_demonstration=False).exists()
        or findings.filter(is_demonstration=False).exists()
    )


def is_loaded() -> bool:
    return Person.objects.filter(is_demonstration=True).exists()


@transaction.atomic
def load_demonstration() -> None:
    """Add the accounts, organisations, fieldwork, findings, and all that hangs on them, that are missing."""
    people = {entry["email"]: load_person(entry) for entry in read("people.yaml")}
    organisations = {entry["key"]: load_organisation(entry) for entry in read("organisations.yaml")}
    baseline, today = read("editions.yaml")
    load_edition(baseline, people, number=1)
    sources = load_fieldwork(read("fieldwork.yaml"), people)
    findings = {
        entry["key"]: load_finding(entry, people, organisations, sources) for entry in read("findings.yaml")
    }
    for entry in read("appraisals.yaml"):
        subject = findings[entry["finding"]] if "finding" in entry else sources[entry["source"]]
        load_appraisal(entry, subject, people)
    for entry in read("assessments.yaml"):
        load_assessment(entry, people)
    for entry in read("answers.yaml"):
        load_answer(entry, people, findings)
    for entry in read("negative_searches.yaml"):
        load_negative_search(entry, people)
    load_reports(read("reports.yaml"), people)
    load_edition(today, people, number=2)
    for entry in read("briefs.yaml"):
        load_brief(entry, people)
    load_watches(people)
    for entry in read("decisions.yaml"):
        load_decision(entry, people)
    for entry in read("saved_searches.yaml"):
        load_saved_search(entry, people)


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def load_saved_search(entry: dict[str, Any], people: dict[str, Person]) -> None:
    by = people[f"{entry['by']}@demo.example"]
    if not SavedSearch.objects.filter(created_by=by, name=entry["name"]).exists():
        save_search(by=by, name=entry["name"], q=entry["q"], kinds=entry["kinds"], is_told=True)


def load_person(entry: dict[str, Any]) -> Person:
    person = Person.objects.filter(email=entry["email"]).first()
    if person is None:
        person = Person.objects.create_user(
            entry["email"],
            settings.DEMO_PASSWORD,
            name=entry["name"],
            is_demonstration=True,
            notice_frequency=Person.NoticeFrequency.NONE,  # nobody reads mail at their invented addresses
        )
    for assignment in entry["roles"]:
        slug = assignment.get("partnership")
        RoleAssignment.objects.get_or_create(
            person=person,
            role=Role(assignment["role"]),
            partnership=Partnership.objects.get(slug=slug) if slug else None,
        )
    return person


def load_organisation(entry: dict[str, Any]) -> Organisation:
    organisation, created = Organisation.objects.get_or_create(
        slug=entry["key"],
        defaults={
            "name": entry["name"],
            "kind": entry["kind"],
            "sector": Sector.objects.get(code=entry["sector"]),
            "is_demonstration": True,
        },
    )
    if created:
        for membership in entry["memberships"]:
            partnership = Partnership.objects.get(slug=membership["partnership"])
            Membership.objects.create(
                **membership | {"partnership": partnership, "organisation": organisation}
            )
    return organisation


def load_fieldwork(entries: dict[str, Any], people: dict[str, Person]) -> dict[str, Source]:
    """The sources of all case studies by their keys, those that were there already too."""
    for entry in entries["waves"]:
        Wave.objects.get_or_create(number=entry["number"], defaults=entry | {"is_demonstration": True})
    sources: dict[str, Source] = {}
    for entry in entries["case_studies"]:
        study = load_case_study(entry, people)
        for source in entry["sources"]:
            sources[source["key"]] = load_source(source, study)
            for file in source.get("files", ()):
                load_file(file, sources[source["key"]], people)
    return sources


def load_case_study(entry: dict[str, Any], people: dict[str, Person]) -> CaseStudy:
    partnership = Partnership.objects.get(slug=entry["partnership"])
    wave = Wave.objects.get(number=entry["wave"])
    if study := CaseStudy.objects.filter(partnership=partnership, wave=wave).first():
        return study
    study = begin_case_study(
        by=people[f"{entry['by']}@demo.example"],
        partnership=partnership,
        wave=wave,
        data=CaseStudyInput(
            evaluators=[people[f"{name}@demo.example"] for name in entry["evaluators"]],
            methods=entry["methods"],
            narrative=entry["narrative"],
            planned_interviews=entry["planned_interviews"],
        ),
    )
    if not entry["visibility"]:
        return study
    return publish_case_study(
        by=people["lead@demo.example"],
        study=study,
        version=study.version,
        visibility=entry["visibility"],
        checklist=AnonymisationPoint.values,
    )


def load_source(entry: dict[str, Any], study: CaseStudy) -> Source:
    """One source; its ref is the same everywhere, so that it is known again whatever became of it."""
    ref = fixed_ref("S", f"demonstration {entry['key']}")
    if source := Source.objects.filter(ref=ref).first():
        return source
    source = note_source(
        by=study.created_by,
        case_study=study,
        data=SourceEntry(**source_details(entry), label=entry["label"], anonymised=True),
    )
    source.ref = ref
    source.save(update_fields=["ref"])
    return source


def load_file(entry: dict[str, Any], owner: Source, people: dict[str, Person]) -> None:
    """Add one file, made here, and release it if its entry says to whom."""
    ref = fixed_ref("A", f"demonstration {entry['key']}")
    if owner.is_withdrawn or Attachment.objects.filter(ref=ref).exists():
        return
    content = picture_of(entry["bars"]) if "bars" in entry else entry["text"].encode()
    file = add_attachment(
        by=owner.created_by or people["lead@demo.example"],
        owner=owner,
        upload=SimpleUploadedFile(entry["name"], content),
        description=entry["description"],
    )
    file.ref = ref
    file.save(update_fields=["ref"])
    if entry["visibility"]:
        release_attachment(
            by=people["lead@demo.example"],
            attachment=file,
            version=file.version,
            visibility=entry["visibility"],
        )


def picture_of(bars: list[int]) -> bytes:
    """A small chart of these heights, as a PNG that also tells where it was drawn."""
    picture = Image.new("RGB", (80 * len(bars) + 40, 300), "white")
    drawing = ImageDraw.Draw(picture)
    for number, height in enumerate(bars):
        left = 40 + 80 * number
        drawing.rectangle((left, 270 - 20 * height, left + 40, 270), fill="#205a64")
    drawing.line((20, 270, picture.width - 20, 270), fill="black", width=2)
    exif = picture.getexif()
    exif[ExifTags.Base.Artist] = "Demonstration"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    file = io.BytesIO()
    picture.save(file, "PNG", exif=exif)
    return file.getvalue()


def source_details(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": entry["kind"],
        "collected_on": entry["collected_on"],
        "respondent_role": entry.get("respondent_role") or "",
        "respondent_sector": Sector.objects.filter(code=entry.get("respondent_sector") or "").first(),
        "consent_scope": entry["consent_scope"],
        "quote_permission": entry["quote_permission"],
    }


def load_finding(
    entry: dict[str, Any],
    people: dict[str, Person],
    organisations: dict[str, Organisation],
    sources: dict[str, Source],
) -> Finding | None:
    """Log one finding and take it to the state its entry names; one that is there already is left alone.

    Nothing is logged from a source whose consent somebody withdrew, trying the product.
    """
    source = sources.get(entry["source"]) if isinstance(entry["source"], str) else None
    if source and source.is_withdrawn:
        return None
    author, lead = people[f"{entry['by']}@demo.example"], people["lead@demo.example"]
    finding = log_finding(
        by=author,
        data=finding_input(entry, organisations, source),
        submission_key=f"demonstration {entry['key']}",
    )
    if finding.version > 1 or entry["status"] == Status.DRAFT:
        return finding
    finding = submit_finding(by=author, finding=finding, version=finding.version)
    if entry["status"] == Status.RETURNED:
        return return_finding(by=lead, finding=finding, version=finding.version, reason=entry["reason"])
    if approved := entry.get("published_with_changes"):
        return publish_with_changes(
            by=lead,
            finding=finding,
            version=finding.version,
            data=dataclasses.replace(
                input_of(finding), text=approved["text"], visibility=entry["visibility"]
            ),
            reason=approved["reason"],
        )
    if "reply" in entry:
        finding = load_reply(entry["reply"], finding, people)
    if entry["status"] in (Status.PUBLISHED, Status.WITHDRAWN):
        finding = publish_finding(
            by=lead,
            finding=finding,
            version=finding.version,
            visibility=entry["visibility"],
            checklist=AnonymisationPoint.values,
            mask_area=entry.get("mask_area", False),
        )
    if entry["status"] == Status.WITHDRAWN:
        return withdraw_finding(by=lead, finding=finding, version=finding.version, reason=entry["reason"])
    return finding


def load_appraisal(
    entry: dict[str, Any], subject: Finding | Source | None, people: dict[str, Person]
) -> None:
    """Appraise a finding or source, unless it is gone or somebody appraised it before, trying the product."""
    by = people[f"{entry['by']}@demo.example"]
    if subject is None or not may_appraise(by, subject) or versions_so_far(subject):
        return
    names = [field.name for field in dataclasses.fields(AppraisalInput)]
    appraise(by=by, subject=subject, data=AppraisalInput(**{name: entry[name] for name in names}), version=0)


def load_reply(entry: dict[str, Any], finding: Finding, people: dict[str, Person]) -> Finding:
    """Ask a finding's partnership, and reply for it if the entry does; returns the finding as it is then."""
    lead = people["lead@demo.example"]
    [request] = ask_for_replies(
        by=lead,
        finding=finding,
        version=finding.version,
        partnerships=finding.partnerships.all(),
        due_on=timezone.localdate() + datetime.timedelta(days=settings.REPLY_DAYS),
        note=entry["note"],
        checklist=AnonymisationPoint.values,
    )
    if "answer" in entry:
        request = give_reply(
            by=people[f"{entry['by']}@demo.example"],
            request=request,
            version=request.version,
            answer=entry["answer"],
            text=entry["text"],
        )
        respond(by=lead, request=request, version=request.version, response=entry["response"])
    return request.finding


def finding_input(
    entry: dict[str, Any], organisations: dict[str, Organisation], source: Source | None
) -> FindingInput:
    return FindingInput(
        text=entry["text"],
        title=entry["title"],
        quote=entry.get("quote") or "",
        visibility=entry["visibility"],
        programme_wide=entry["programme_wide"],
        partnerships=[Partnership.objects.get(slug=slug) for slug in entry["partnerships"]],
        organisations=[organisations[key] for key in entry["organisations"]],
        sectors=[Sector.objects.get(code=code) for code in entry["sectors"]],
        source=source or SourceInput(**source_details(entry["source"])),
        codings=[
            CodingInput(
                item=FrameworkItem.objects.get(code=coding["item"]),
                direction=coding["direction"],
                note=coding.get("note") or "",
            )
            for coding in entry["codings"]
        ],
    )


def load_assessment(entry: dict[str, Any], people: dict[str, Person]) -> None:
    """The first judgement of an item; one that somebody has judged already is left alone."""
    item = FrameworkItem.objects.get(code=entry["item"])
    if item.assessments.exists():
        return
    assess_item(
        by=people["lead@demo.example"],
        item=item,
        data=AssessmentInput(
            confidence=entry["confidence"],
            explanation=entry["explanation"],
            dissent=entry.get("dissent") or "",
            visibility=entry["visibility"],
            concerns={name: ConcernInput(**concern) for name, concern in entry["concerns"].items()},
        ),
        last_seen=0,
    )


def load_answer(
    entry: dict[str, Any], people: dict[str, Person], findings: dict[str, Finding | None]
) -> None:
    """The first answer to a question; none where somebody has written one, or taken away what it cites."""
    item = FrameworkItem.objects.get(code=entry["item"])
    published = {key: one.ref for key, one in findings.items() if one and one.status == Status.PUBLISHED}
    cited = [key for key in findings if f"{{{key}}}" in entry["text"]]
    if item.answers.exists() or any(key not in published for key in cited):
        return
    text = entry["text"]
    for key in cited:
        text = text.replace(f"{{{key}}}", published[key])
    draft = save_answer(
        by=people[f"{entry['by']}@demo.example"],
        item=item,
        data=AnswerInput(text=text, gaps=entry["gaps"], visibility=entry["visibility"]),
        version=0,
    )
    issue_answer(by=people["lead@demo.example"], item=item, version=draft.version)


def load_negative_search(entry: dict[str, Any], people: dict[str, Person]) -> None:
    """A search for evidence against an item; an item for which one is recorded is left alone."""
    item = FrameworkItem.objects.get(code=entry["item"])
    if not item.negative_searches.exists():
        details = {name: entry[name] for name in ("looked_on", "looked_in", "looked_for")}
        note_negative_search(by=people[f"{entry['by']}@demo.example"], item=item, **details)


def load_edition(entry: dict[str, str], people: dict[str, Person], *, number: int) -> None:
    """One of the demonstration's two editions; where somebody has made others, none."""
    made = list(Edition.objects.order_by("number").values_list("is_demonstration", flat=True))
    if made == [True] * (number - 1):
        make_edition(by=people["lead@demo.example"], note=entry["note"], last_seen=number - 1)


def load_decision(entry: dict[str, Any], people: dict[str, Person]) -> None:
    """A decision of the funder; one of the same title is there already when the command runs again."""
    if Decision.objects.filter(is_demonstration=True, title=entry["title"]).exists():
        return
    edition = Edition.objects.filter(is_demonstration=True).order_by("-number").first()
    details = {name: value for name, value in entry.items() if name != "by"}
    record_decision(
        by=people[f"{entry['by']}@demo.example"],
        data=DecisionInput(**details, edition=edition.number if edition else None),
    )


def load_watches(people: dict[str, Person]) -> None:
    """The funder and a lead watch two lessons; whoever tried the product watches what they chose."""
    if Watch.objects.filter(person__in=people.values()).exists():
        return
    for name in ("funder", "lead"):
        for lesson in FrameworkItem.objects.filter(code__in=("L5", "L8")):
            watch_item(by=people[f"{name}@demo.example"], item=lesson)


def load_brief(entry: dict[str, Any], people: dict[str, Person]) -> None:
    """A brief with its first version; one of the same title is there already when the command runs again."""
    if Brief.objects.filter(is_demonstration=True, title=entry["title"]).exists():
        return
    lead = people["lead@demo.example"]
    brief = make_brief(by=lead, data=BriefInput(**entry))
    issue_brief(by=lead, brief=brief, version=brief.version)
