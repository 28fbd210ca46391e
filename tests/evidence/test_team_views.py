"""The evaluation team's own view of a partnership: recorded, kept, and shared on acceptance."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from evidence.actions.ratings import RatingsConflict
from evidence.actions.self_reports import accept_report, return_report
from evidence.actions.team_views import record_team_views
from evidence.models import SelfReport, TeamView, TypedForm
from evidence.queries.profile import profile_of
from evidence.queries.ratings import Said, digest_of_part
from evidence.queries.team_views import said_by_team
from partnerships.errors import StepRefused
from partnerships.models import AuditRow
from tests.factories import (
    DriverFactory,
    RaterFactory,
    RatingFactory,
    RatingsEndFactory,
    RatingStatementFactory,
    RoundFactory,
    SelfReportFactory,
)
from tests.personas import Personas

Clients = Callable[[str], Client]
NOTHING = digest_of_part({}, [])
A_VIEW = Said(2, "The board has not met since spring.")


@pytest.fixture
def report(personas: Personas) -> SelfReport:
    """A submitted report of North with complete ratings of one driver, in a round that the funder reads."""
    trust, roles = DriverFactory(code="D901"), DriverFactory(code="D902")
    for item in (trust, roles):
        RatingStatementFactory(item=item)
    report: SelfReport = SelfReportFactory(
        round=RoundFactory(opened=True, created_by=personas.lead, funder_reads="accepted"),
        partnership=personas.partnership,
        submitted=True,
    )
    for rater in RaterFactory.create_batch(5, self_report=report, sent=True):
        RatingFactory(rater=rater, item=trust, step=4)
    RatingsEndFactory(self_report=report, by=personas.reporter)
    return report


def recorded(report: SelfReport, personas: Personas, **said: Said | None) -> list[str]:
    stored = said_by_team(personas.evaluator, report)
    seen = digest_of_part(stored, said)
    return record_team_views(by=personas.evaluator, report=report, said=said, seen=seen)


def test_a_view_is_recorded_with_its_history(report: SelfReport, personas: Personas) -> None:
    assert recorded(report, personas, D901=A_VIEW, D902=None) == ["D901"]
    assert recorded(report, personas, D901=A_VIEW) == []
    assert recorded(report, personas, D901=Said(4, "It met in June.")) == ["D901"]
    assert recorded(report, personas, D901=None) == ["D901"]
    assert not TeamView.objects.exists()
    kinds = [(row.history_type, row.step, row.history_user) for row in TeamView.history.all()]
    assert kinds == [("-", 4, personas.evaluator), ("~", 4, personas.evaluator), ("+", 2, personas.evaluator)]
    row = AuditRow.objects.latest("number")
    assert (row.verb, row.details["items"]) == ("team-view.recorded", ["D901"])
    assert "June" not in "".join(str(row.details) for row in AuditRow.objects.all())


@pytest.mark.parametrize("said", [Said(2), Said(7, "Why."), Said(2, "x" * 1_001)])
def test_a_view_needs_a_step_and_a_reason(report: SelfReport, personas: Personas, said: Said) -> None:
    with pytest.raises(ValidationError):
        recorded(report, personas, D901=said)


@pytest.mark.parametrize("persona", ["reporter", "other_reporter", "funder", "administrator"])
def test_only_the_team_records(report: SelfReport, personas: Personas, persona: str) -> None:
    with pytest.raises(PermissionDenied):
        record_team_views(by=personas[persona], report=report, said={"D901": A_VIEW}, seen=NOTHING)


def test_it_is_shared_when_the_report_is_accepted(report: SelfReport, personas: Personas) -> None:
    recorded(report, personas, D901=A_VIEW)
    outside = [personas.reporter, personas.funder]
    assert [said_by_team(person, report) for person in outside] == [{}, {}]
    assert said_by_team(personas.other_evaluator, report) == {"D901": A_VIEW}
    accepted = accept_report(by=personas.lead, report=report, version=report.version)
    for person in [*outside, personas.lead]:
        assert said_by_team(person, report) == {"D901": A_VIEW}
        profile = profile_of(person, personas.partnership)
        assert profile
        assert [line.team for line in profile.lines] == [A_VIEW, None]
        assert profile.lines[0].spread
        assert profile.lines[0].spread.answered == 5  # it counts in no spread
    for stranger in (personas.other_reporter, personas.administrator):
        assert said_by_team(stranger, report) == {}
    opened = return_report(by=personas.lead, report=accepted, version=accepted.version, reason="Say when.")
    assert [said_by_team(person, opened) for person in [*outside, personas.lead]] == [{}, {}, {}]
    with pytest.raises(StepRefused):
        record_team_views(by=personas.lead, report=opened, said={"D901": A_VIEW}, seen=NOTHING)


def test_two_evaluators_on_one_page(report: SelfReport, personas: Personas, client_of: Clients) -> None:
    recorded(report, personas, D901=A_VIEW)
    with pytest.raises(RatingsConflict):
        record_team_views(
            by=personas.other_evaluator, report=report, said={"D901": Said(5, "Mine.")}, seen=NOTHING
        )
    browser = client_of("other_evaluator")
    page = reverse("evidence:report-team-view", args=[report.ref])
    sent: dict[str, Any] = {"seen": NOTHING, "step-D901": "5", "why-D901": "Mine."}
    conflict = browser.post(page, sent)
    words = conflict.content.decode()
    assert conflict.status_code == 409
    assert "A colleague changed this page" in words
    assert A_VIEW.reason in words
    assert ">\nMine.</textarea>" in words
    seen = re.search(r'name="seen" value="(\w+)"', words)
    assert seen
    assert browser.post(page, sent | {"seen": seen[1]}).status_code == 302
    assert TeamView.objects.get().reason == "Mine."
    shown = browser.get(page).content.decode()
    assert "Other evaluator" in shown
    assert A_VIEW.reason in shown  # in what has been recorded


def test_the_page_asks_for_what_is_missing(report: SelfReport, client_of: Clients) -> None:
    browser = client_of("evaluator")
    page = reverse("evidence:report-team-view", args=[report.ref])
    answer = browser.post(page, {"seen": NOTHING, "step-D901": "2", "why-D902": "A reason alone."})
    words = answer.content.decode()
    assert "Say why you see it so." in words
    assert "Choose an answer to go with your reason." in words
    assert "A reason alone." in words
    assert not TeamView.objects.exists()
    assert browser.get(page, {"part": "nothing"}).status_code == 404
    assert "Record the team" in browser.get(report.get_absolute_url()).content.decode()


def typed_by(person: Any, sequence: int, **fields: str) -> dict[str, Any]:
    """What the script of a page sends while somebody types."""
    own = {
        "typed_base": sequence - 1,
        "typed_sequence": sequence,
        "typed_page": "p",
        "typed_person": person.pk,
    }
    return {name.replace("_D", "-D"): value for name, value in (fields | own).items()}


def test_what_is_typed_is_kept_until_it_is_recorded(
    report: SelfReport, personas: Personas, client_of: Clients
) -> None:
    client, page = client_of("evaluator"), reverse("evidence:report-team-view", args=[report.ref])
    keep = re.search(r'data-autosave="([^"]+)"', client.get(page).content.decode())
    assert keep
    typed = typed_by(personas.evaluator, 1, step_D901="2", why_D901="They have not met")
    assert client.post(keep[1], typed).status_code == 200
    assert "They have not met" in client.get(page).content.decode()
    assert "They have not met" not in client_of("other_evaluator").get(page).content.decode()
    inbox = client.get(reverse("evidence:inbox")).content.decode()
    assert "They have not met" in inbox
    assert f"{page}?code=D901" in inbox
    seen = digest_of_part({}, ["D901", "D902"])
    data = {"seen": seen, "step-D901": "2", "why-D901": "They have not met since."}
    assert client.post(page, data).status_code == 302
    assert not TypedForm.objects.exists()
    assert TeamView.objects.get().reason == "They have not met since."


def test_what_was_typed_is_discarded_and_hidden_while_the_report_is_away(
    report: SelfReport, personas: Personas, client_of: Clients
) -> None:
    client = client_of("evaluator")
    page = reverse("evidence:report-team-view", args=[report.ref])
    keep = reverse("evidence:report-team-view-keep", args=[report.ref, "what-helps"])
    assert client.post(keep, typed_by(personas.evaluator, 1, why_D901="Half a thought")).status_code == 200
    assert client_of("reporter").post(keep, typed_by(personas.reporter, 1, why_D901="Hm")).status_code == 403
    return_report(by=personas.lead, report=report, version=report.version, reason="Again.", reasons={})
    assert "Half a thought" not in client.get(reverse("evidence:inbox")).content.decode()
    assert client.post(keep, typed_by(personas.evaluator, 2, why_D901="More")).status_code == 404
    SelfReport.objects.update(status="submitted")
    client.post(page, {"step": "discard"})
    assert not TypedForm.objects.exists()
