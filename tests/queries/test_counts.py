"""The query count of every page and API list: as reviewed, and the same for more rows.

``counts/`` holds a file for each subject of the access table: a line for a page, in it a number for each of
``KINDS`` of person, or a dash where somebody cannot open it. The session, the person and their roles are
three of each number, except a visitor's. When a number changes, the failing test prints the lines as they
should stand: change them if the new number is right.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evidence.models import (
    Answer,
    Coding,
    EditionCoding,
    EditionFinding,
    EditionItem,
    Finding,
    FindingCitation,
    FrameworkItem,
    Rater,
    Rating,
    RatingStatement,
    Round,
    SelfReport,
    Source,
    Watch,
)
from evidence.queries.watching import circles_of
from partnerships.models import AuditRow, Membership, Organisation, Partnership
from tests.access.rows import Row
from tests.access.table import SUBJECTS, TABLE
from tests.access.test_table import address_of
from tests.access.world import World, make_world
from tests.factories import (
    ActionFactory,
    ActionStepFactory,
    ApproachFactory,
    AttachmentFactory,
    BarrierFactory,
    BenefitFactory,
    CaseStudyFactory,
    ColleagueNoteFactory,
    CommentFactory,
    DecisionFactory,
    DriverFactory,
    EditionFactory,
    ItemCitationFactory,
    LessonFactory,
    OutcomeFactory,
    PartnershipFactory,
    ProgrammeFactory,
    ProposalFactory,
    QuestionAnswerFactory,
    QuestionFactory,
    ReferenceFactory,
    ResearchQuestionFactory,
    RoundFactory,
    SectionFactory,
    SelfReportFactory,
)
from tests.personas import Personas

KINDS = ("visitor", "reporter", "funder", "evaluator", "lead")
REVIEWED = Path(__file__).parent / "counts"
FEW, MANY = 12, 200
# The last one is for single things of the API, some of which leave a record.
MOST_OF_A_PAGE, MOST_OF_THE_API, MOST_OF_ONE_THING = 12, 6, 7
# Streamed in chunks as long as the list: what one chunk takes is reviewed.
CHUNKED = {"evidence:finding-csv"}
ROWS = [row for row in TABLE if row.method == "GET"]


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def personas(world: World) -> Personas:
    return world.personas


def grow(world: World, number: int) -> None:
    """That many more of everything, and everything of the new kind tied to everything of the old."""
    for make in (
        LessonFactory,
        BenefitFactory,
        DriverFactory,
        BarrierFactory,
        ApproachFactory,
        OutcomeFactory,
        ResearchQuestionFactory,
    ):
        make.create_batch(number // 4, theme=world.items["lesson"].theme, sectors=[world.sector])
    for reference in ReferenceFactory.create_batch(number // 4):
        ItemCitationFactory(item=world.items["driver"], reference=reference)
    ProgrammeFactory.create_batch(number // 4)
    partnerships = PartnershipFactory.create_batch(number // 4)
    organisations = Organisation.objects.bulk_create(
        Organisation(slug=f"grown-{place}-{number}", name=f"Grown {place} {number}", sector=world.sector)
        for place in range(number)
    )
    Membership.objects.bulk_create(
        Membership(partnership=world.personas.partnership, organisation=organisation, role="core")
        for organisation in organisations
    )
    for partnership in partnerships:
        CaseStudyFactory(
            partnership=partnership,
            wave=world.free_wave,
            created_by=world.personas.evaluator,
            published=True,
            published_by=world.personas.lead,
            visibility="public",
        )
    grow_findings(world, number)
    grow_reports(world, partnerships)
    grow_ratings(world, number)
    grow_plans_and_proposals(world, number)
    grow_editions(world, number)
    for place in range(number // 10):
        QuestionAnswerFactory(
            item=world.items["research-question"],
            number=number * 10 + place,
            issued=True,
            issued_by=world.personas.lead,
            updated_by=world.personas.evaluator,
            visibility="public",
        )
    for _ in range(number // 4):
        DecisionFactory(items=list(world.items.values()), created_by=world.personas.funder)
    Watch.objects.bulk_create(
        Watch(person=world.personas[kind], item=item, circles=circles_of(world.personas[kind]), status="thin")
        for kind in KINDS[1:]
        for item in FrameworkItem.objects.exclude(watches__person=world.personas[kind])
    )
    for name in ("draft", "submitted", "for-public"):
        CommentFactory.create_batch(
            number // 4,
            finding=world.findings[name],
            by=world.personas.other_evaluator,
            mentions=[world.personas.evaluator, world.personas.lead],
        )
    for owner in (
        {"finding": world.findings["for-public"], "source": None},
        {"case_study": world.public_study, "source": None},
        {"source": world.noted_source},
    ):
        AttachmentFactory.create_batch(number // 10, created_by=world.personas.evaluator, **owner)
    with connection.cursor() as cursor:
        # So many rows at once would otherwise be planned for as if the tables were empty.
        cursor.execute("ANALYZE")
    through = Finding.partnerships.through
    through.objects.bulk_create(
        through(finding_id=finding, partnership_id=partnership.pk)
        for partnership in partnerships
        for finding in Finding.objects.values_list("pk", flat=True)[:20]
    )


def grow_reports(world: World, partnerships: list[Partnership]) -> None:
    """More rounds, a report of each partnership in the open one, and more questions, all of them answered."""
    personas = world.personas
    for _ in partnerships:
        round_ = RoundFactory(
            opened=True,
            shut=True,
            created_by=personas.lead,
            questionnaire=world.questions.questionnaire,
            questionnaire_version=world.questions,
            funder_reads=Round.FunderReads.ACCEPTED,
        )
        SelfReportFactory(round=round_, partnership=personas.partnership, accepted=True)
    section = world.questions.sections.get()
    questions = QuestionFactory.create_batch(len(partnerships), section=section)
    for version in (world.questions, world.draft_question.questionnaire_version):
        SectionFactory.create_batch(len(partnerships) // 4, questionnaire_version=version)
    QuestionFactory.create_batch(len(partnerships), section=world.draft_question.section)
    for round_name in ("open report", "shared report"):
        SelfReport.objects.bulk_create(
            SelfReport(
                round=world.reports[round_name].round, partnership=partnership, invited_by=personas.lead
            )
            for partnership in partnerships
        )
    Answer.objects.bulk_create(
        Answer(self_report=report, question=question, value="Much.", updated_by=personas.reporter)
        for report in SelfReport.objects.all()
        for question in questions
    )
    for report in world.reports.values():
        ColleagueNoteFactory.create_batch(
            len(partnerships) // 4, self_report=report, question=questions[0], by=personas.reporter
        )


def grow_ratings(world: World, number: int) -> None:
    """A statement for each driver and barrier, and more people who have rated them for every report."""
    rated = FrameworkItem.objects.filter(kind__in=["driver", "barrier"])
    RatingStatement.objects.bulk_create(
        RatingStatement(item=item, statement=f"We have {item.code}.", question="What does it mean to us?")
        for item in rated.filter(rating_statement=None)
    )
    raters = Rater.objects.bulk_create(
        Rater(
            self_report=report,
            email=f"grown{place}-{number}@example.net",
            sector=world.sector,
            invited_by=world.personas.reporter,
            sent_at=timezone.now(),
        )
        for report in SelfReport.objects.all()
        for place in range(max(1, number // 40))
    )
    items = list(rated[:20])
    Rating.objects.bulk_create(
        Rating(rater=rater, item=item, step=1 + (rater.pk + item.pk) % 5, reason="So it is.")
        for rater in raters
        for item in items
    )


def grow_plans_and_proposals(world: World, number: int) -> None:
    """More actions in the reports, each followed up, and more answers that wait."""
    for name in ("open report", "submitted report", "shared report"):
        report = world.reports[name]
        for action in ActionFactory.create_batch(number // 10, self_report=report):
            ActionStepFactory.create_batch(2, action=action)
    question = world.questions.questions.get(key="why")
    ProposalFactory.create_batch(
        number // 10,
        self_report=world.reports["shared report"],
        question=question,
        created_by=world.personas.lead,
    )


def grow_editions(world: World, number: int) -> None:
    """More editions, and more evidence on the lesson in the first one."""
    lesson = EditionItem.objects.get(edition__number=1, item=world.items["lesson"])
    EditionFactory.create_batch(number // 10, made_by=world.personas.lead)
    frozen = EditionFinding.objects.bulk_create(
        EditionFinding(
            edition=lesson.edition,
            finding=finding,
            digest="0" * 64,
            content={"ref": finding.ref, "codings": [{"item": "L1", "direction": "supports", "note": ""}]},
        )
        for finding in Finding.objects.filter(status="published", visibility="public", in_editions=None)
    )
    EditionCoding.objects.bulk_create(
        EditionCoding(finding=finding, item=lesson, direction="supports") for finding in frozen
    )


def grow_findings(world: World, number: int) -> None:
    """More of the finding that funder and team read, of the public one, and of the evaluator's draft."""
    for name in ("for-public", "for-funder", "draft"):
        pattern = world.findings[name]
        fields = {
            field.attname: getattr(pattern, field.attname)
            for field in Finding._meta.concrete_fields
            if field.name not in {"id", "ref", "source"}
        }
        sources = Source.objects.bulk_create(
            Source(kind="survey", created_by=pattern.created_by, case_study=pattern.source.case_study)
            for _ in range(number)
        )
        findings = Finding.objects.bulk_create(Finding(**fields, source=source) for source in sources)
        for relation, thing in (
            (Finding.partnerships, world.personas.partnership),
            (Finding.organisations, world.organisation),
            (Finding.sectors, world.sector),
        ):
            relation.through.objects.bulk_create(
                relation.through(**{"finding_id": finding.pk, f"{thing._meta.model_name}_id": thing.pk})
                for finding in findings
            )
        Coding.objects.bulk_create(
            Coding(finding=finding, item=item, item_kind=item.kind, direction="context")
            for finding in findings
            for item in world.items.values()
        )
        FindingCitation.objects.bulk_create(
            FindingCitation(finding=finding, reference=world.reference) for finding in findings
        )


def address_for(row: Row, world: World, page_size: int) -> str:
    """The address of a row; lists of the API in pages that are full and not the last."""
    address = address_of(row, world)
    is_api_list = row.name.startswith("api-") and row.name.endswith("-list")
    return f"{address}?page_size={page_size}" if is_api_list and not row.query else address


def name_of(row: Row) -> str:
    return " ".join(part for part in (row.name, row.thing.replace(" ", "-"), row.query) if part)


def queries_of(browser: Client, address: str) -> int:
    """How many queries it takes to answer, apart from savepoints and PostgreSQL's lock of the audit.

    As for somebody who reads the thing for the first time today, where that leaves a record.
    """
    AuditRow.objects.readings()._raw_delete(connection.alias)
    connection.queries_log.clear()  # it holds some thousands, and would let go of what is counted
    with CaptureQueriesContext(connection) as captured:
        response = browser.get(address)
        assert response.status_code == 200
        b"".join(response.streaming_content) if response.streaming else response.content
    apart = ("SAVEPOINT", "pg_advisory_xact_lock")
    return sum(not any(word in query["sql"] for word in apart) for query in captured)


def measured(world: World, clients: dict[str, Client], page_size: int) -> dict[str, str]:
    """The line of each page: a number for each kind of person who can open it."""
    lines = {}
    for row in ROWS:
        address, numbers = address_for(row, world, page_size), []
        for kind, browser in clients.items():
            opens = row.answer_for(kind) == "200"
            numbers.append(str(queries_of(browser, address)) if opens else "-")
        if set(numbers) != {"-"}:
            lines[name_of(row)] = " ".join(numbers)
    return lines


def reviewed() -> dict[str, str]:
    """The reviewed line of each page."""
    lines = (line.split() for path in REVIEWED.glob("*.txt") for line in path.read_text().splitlines())
    return {" ".join(words[: -len(KINDS)]): " ".join(words[-len(KINDS) :]) for words in lines}


def shown(lines: dict[str, str]) -> str:
    """The lines as they should stand, each file's under its name."""
    parts = []
    for subject, rows in SUBJECTS.items():
        names = [name for name in dict.fromkeys(map(name_of, rows)) if name in lines]
        if names:
            parts += [f"counts/{subject}.txt", *(as_line(name, lines[name]) for name in names)]
    return "\n".join(parts)


def as_line(name: str, numbers: str) -> str:
    return f"{name:55}" + "".join(f"{number:>4}" for number in numbers.split())


@pytest.mark.once
def test_counts_are_as_reviewed_and_do_not_grow(world: World, client_of: Callable[[str], Client]) -> None:
    clients = {kind: client_of(kind) for kind in KINDS}
    # SQLite is asked once in a process whether it knows JSON, by whichever page needs it first.
    assert connection.features.supports_json_field
    grow(world, FEW)
    at_few = measured(world, clients, page_size=2)
    grow(world, MANY)
    at_many = measured(world, clients, page_size=50)
    growing = [
        f"{name}: {line} with few rows, {at_many[name]} with many"
        for name, line in at_few.items()
        if line != at_many[name] and name not in CHUNKED
    ]
    assert not growing, "\n".join(growing)
    differing = {name: line for name, line in at_few.items() if line != reviewed().get(name)}
    assert not differing, f"These lines should stand, if they are right:\n{shown(differing)}"
    assert reviewed().keys() - at_few.keys() == set(), "no such page any more"


@pytest.mark.parametrize("name", reviewed())
def test_no_page_takes_too_many(name: str) -> None:
    in_the_api = MOST_OF_THE_API if "-list" in name else MOST_OF_ONE_THING
    most = in_the_api if name.startswith("api-") else MOST_OF_A_PAGE
    assert all(int(number) <= most for number in reviewed()[name].split() if number != "-")
