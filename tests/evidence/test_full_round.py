"""A round as large as the programme: 21 partnerships, 60 questions, 10 people who rate for each."""

import re
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.models import (
    Answer,
    FrameworkItem,
    Question,
    Rater,
    Rating,
    RatingsEnd,
    RatingStatement,
    Round,
    SelfReport,
)
from partnerships.models import Partnership
from tests.factories import (
    BarrierFactory,
    DriverFactory,
    QuestionFactory,
    QuestionnaireVersionFactory,
    RoundFactory,
    SectionFactory,
    SectorFactory,
)
from tests.personas import Personas

PARTNERSHIPS, QUESTIONS, RATERS, STATEMENTS = 21, 60, 10, 36


def full_round(personas: Personas, partnerships: int, questions: int, raters: int, statements: int) -> Round:
    """An accepted report of each partnership with every question answered, and everybody's ratings in."""
    version = QuestionnaireVersionFactory(fixed=True, fixed_by=personas.lead)
    for section in SectionFactory.create_batch(questions // 6, questionnaire_version=version):
        QuestionFactory.create_batch(6, section=section)
    round_ = RoundFactory(
        opened=True,
        created_by=personas.lead,
        questionnaire=version.questionnaire,
        questionnaire_version=version,
        funder_reads="accepted",
    )
    items = [
        *DriverFactory.create_batch(statements // 2),
        *BarrierFactory.create_batch(statements - statements // 2),
    ]
    RatingStatement.objects.bulk_create(
        RatingStatement(item=item, statement=f"We have {item.code}.", question="What of it?")
        for item in items
    )
    others = Partnership.objects.bulk_create(
        Partnership(slug=f"p-{round_.pk}-{place}", name=f"Partnership {round_.pk} {place}")
        for place in range(partnerships - 1)
    )
    reports = SelfReport.objects.bulk_create(
        SelfReport(
            round=round_,
            partnership=partnership,
            invited_by=personas.lead,
            status=SelfReport.Status.ACCEPTED,
            **{f"{deed}_at": round_.opened_at for deed in ("started", "submitted", "accepted")},
            **{f"{deed}_by": personas.lead for deed in ("started", "submitted", "accepted")},
        )
        for partnership in [personas.partnership, *others]
    )
    fill(reports, items, personas, raters)
    Round.objects.filter(pk=round_.pk).update(
        status=Round.Status.CLOSED, closed_at=round_.opened_at, closed_by=personas.lead
    )
    return round_


def fill(reports: list[SelfReport], items: list[FrameworkItem], personas: Personas, raters: int) -> None:
    """Answers, ratings, and the end of these."""
    questions = list(Question.objects.filter(questionnaire_version=reports[0].round.questionnaire_version))
    Answer.objects.bulk_create(
        Answer(self_report=report, question=question, value="As we said.", updated_by=personas.reporter)
        for report in reports
        for question in questions
    )
    sectors = SectorFactory.create_batch(2)
    people = Rater.objects.bulk_create(
        Rater(
            self_report=report,
            email=f"{report.ref}-{place}@example.net",
            sector=sectors[place % 2],
            invited_by=personas.reporter,
            sent_at=report.submitted_at,
        )
        for report in reports
        for place in range(raters)
    )
    Rating.objects.bulk_create(
        Rating(rater=rater, item=item, step=1 + (rater.pk * item.pk) % 5, reason="So it is.")
        for rater in people
        for item in items
    )
    RatingsEnd.objects.bulk_create(RatingsEnd(self_report=report, by=personas.reporter) for report in reports)


def counts(client: Client, round_: Round, personas: Personas) -> dict[str, int]:
    """How many queries each page and file of the round takes."""
    profile = reverse("evidence:profile", args=[personas.partnership.slug])
    report = round_.self_reports.get(partnership=personas.partnership)
    board = round_.get_absolute_url()
    addresses = {
        "board": board,
        "profile": f"{profile}?round={round_.slug}",
        "report": report.get_absolute_url(),
        "receipt": reverse("evidence:report-receipt", args=[report.ref]),
        "spreadsheet": f"{board}answers.xlsx",
        "answers": f"{board}answers.csv",
        "ratings": f"{board}ratings.csv",
        "documents": f"{board}answers.zip",
    }
    taken = {}
    for name, address in addresses.items():
        client.get(address)  # the first reading of a day is recorded, which is not the page's own work
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        assert response.status_code == 200, name
        taken[name] = sum(not re.search(r"SAVEPOINT|pg_advisory", query["sql"]) for query in captured)
    return taken


def test_a_full_round_takes_the_queries_of_a_small_one(
    client_of: Callable[[str], Client], personas: Personas
) -> None:
    client = client_of("lead")
    small = counts(client, full_round(personas, 6, 6, 5, 4), personas)
    full = counts(client, full_round(personas, PARTNERSHIPS, QUESTIONS, RATERS, STATEMENTS), personas)
    assert full == small
    assert max(full.values()) <= 12
