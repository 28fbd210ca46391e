"""Two processes on one PostgreSQL: races between people, and nothing kept in either."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from evidence.models import Finding, TypedForm
from partnerships.actions import close_account, revoke_role
from partnerships.audit import verify
from partnerships.models import AuditRow
from tests.factories import FindingFactory, LessonFactory, PersonFactory
from tests.personas import Personas, make_personas

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
EDITORS = 50
FORM = "application/x-www-form-urlencoded"
TOKEN = "k" * 32


@dataclass
class Answer:
    """What came back: a status, the text, and where it leads on to."""

    status: int
    text: str
    leads_to: str


@dataclass
class Site:
    """The product as two processes serve it; requests go to one and the other in turn."""

    ports: list[int]
    turn: Iterator[int] = field(default_factory=count)

    def ask(
        self,
        person: Any,
        method: str,
        path: str,
        body: str = "",
        *,
        kind: str = FORM,
        port: int | None = None,
    ) -> Answer:
        """One request of somebody who is signed in, from a connection of its own."""
        asked = http.client.HTTPConnection("127.0.0.1", port or self.ports[next(self.turn) % 2], timeout=60)
        cookies = f"{settings.SESSION_COOKIE_NAME}={session_of(person)}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        headers = {"Cookie": cookies, "Content-Type": kind, "X-CSRFToken": TOKEN}
        asked.request(method, path, body.encode(), headers)
        response = asked.getresponse()
        answer = Answer(response.status, response.read().decode(), response.getheader("Location", ""))
        asked.close()
        return answer

    def send(self, person: Any, path: str, fields: dict[str, Any]) -> Answer:
        return self.ask(person, "POST", path, urlencode(fields, doseq=True))


def session_of(person: Any) -> str:
    """The key of a session of this person; one for all their requests."""
    if not hasattr(person, "session_for_tests"):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        person.session_for_tests = client.cookies[settings.SESSION_COOKIE_NAME].value
    return str(person.session_for_tests)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[Site]:
    """Two processes on the database of the tests."""
    database = connection.settings_dict
    user, host = quote(database["USER"], safe=""), quote(database["HOST"], safe="")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"postgres://{user}@{host}/{database['NAME']}",
    }
    ports = [free_port(), free_port()]
    program = Path(sys.executable).with_name("gunicorn")
    processes = [
        subprocess.Popen(  # noqa: S603 — our own server
            [program, "talentmatch.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "error"],
            cwd=settings.BASE_DIR,
            env=environment,
        )
        for port in ports
    ]
    try:
        for port in ports:
            wait_for(port)
        yield Site(ports)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("The product did not start.")


@pytest.fixture
def personas(db: None) -> Personas:
    return make_personas()


def all_at_once(deed: Callable[[int], Answer], times: int) -> list[Answer]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(deed, range(times)))


def test_fifty_editors_of_one_version_are_one_change_and_both_texts_for_the_others(
    site: Site, personas: Personas
) -> None:
    finding = FindingFactory(created_by=personas.evaluator, text="As it stood.")
    address = f"{finding.get_absolute_url()}edit/"
    session_of(personas.evaluator)

    def edit(number: int) -> Answer:
        fields = {"version": 1, "text": f"Wording number {number}.", "visibility": "funder", "step": "save"}
        return site.send(personas.evaluator, address, fields)

    answers = all_at_once(edit, EDITORS)
    assert Counter(answer.status for answer in answers) == {302: 1, 409: EDITORS - 1}
    finding.refresh_from_db()
    [winner] = [number for number, answer in enumerate(answers) if answer.status == 302]
    assert (finding.version, finding.text) == (2, f"Wording number {winner}.")
    for number, answer in enumerate(answers):
        if number != winner:
            assert f"Wording number {number}." in answer.text
            assert finding.text in answer.text
    assert AuditRow.objects.filter(verb="finding.edited").count() == 1
    assert verify().is_unbroken


def test_fifty_changes_over_the_api_are_one_and_conflicts(site: Site, personas: Personas) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    path = f"/api/v1/findings/{finding.ref}/"
    session_of(personas.evaluator)

    def change(number: int) -> Answer:
        body = f'{{"version": 1, "text": "Wording number {number}."}}'
        return site.ask(personas.evaluator, "PATCH", path, body, kind="application/json")

    answers = all_at_once(change, EDITORS)
    assert Counter(answer.status for answer in answers) == {200: 1, 409: EDITORS - 1}
    [winner] = [number for number, answer in enumerate(answers) if answer.status == 200]
    conflicts = [answer.text for answer in answers if answer.status == 409]
    assert all(f"Wording number {winner}." in text for text in conflicts)


def test_fifty_in_bulk_change_what_they_previewed_once(site: Site, personas: Personas) -> None:
    lesson = LessonFactory()
    findings = FindingFactory.create_batch(3, submitted=True, codings=[(lesson, "supports")])
    versions = {f"version-{finding.ref}": 1 for finding in findings}
    sent = {"ref": [finding.ref for finding in findings], "deed": "publish", "visibility": "funder"}
    session_of(personas.lead)

    def publish(number: int) -> Answer:
        return site.send(personas.lead, "/findings/bulk/", {**sent, **versions, "step": "confirm"})

    answers = all_at_once(publish, EDITORS)
    assert Counter(answer.status for answer in answers) == {302: 1, 409: EDITORS - 1}
    assert set(Finding.objects.values_list("status", "version")) == {("published", 2)}
    assert AuditRow.objects.filter(verb="finding.published").count() == 3


def test_one_form_sent_twenty_times_is_one_finding(site: Site, personas: Personas) -> None:
    fields = {
        "submission_key": "f0f7cb5a-6e5b-4a57-9d0e-5f9d8a6f5a11",
        "text": "Sent by an impatient finger.",
        "visibility": "funder",
        "step": "save",
    }
    session_of(personas.evaluator)
    answers = all_at_once(lambda number: site.send(personas.evaluator, "/findings/new/", fields), 20)
    finding = Finding.objects.get()
    assert {answer.status for answer in answers} == {302}
    assert {answer.leads_to for answer in answers} == {finding.get_absolute_url()}
    other = site.send(personas.evaluator, "/findings/new/", fields | {"text": "Another thought, after Back."})
    assert other.status == 302
    assert set(Finding.objects.values_list("text", flat=True)) == {
        "Sent by an impatient finger.",
        "Another thought, after Back.",
    }


def test_savings_of_two_pages_that_overtake_each_other_end_in_one_or_a_choice(
    site: Site, personas: Personas
) -> None:
    """Doubled, out of their order and from two pages: what was acknowledged last is what is kept."""
    key = "7b0c2f4e-52a1-4a34-9a3b-1d6f0e1c2b3a"
    session_of(personas.evaluator)

    def keep(number: int) -> Answer:
        page, sequence = ("here", number // 4 + 1) if number % 2 else ("there", number // 4 + 1)
        fields = {
            "submission_key": key,
            "text": f"{page} {sequence}",
            "typed_person": personas.evaluator.pk,
            "typed_base": 0,
            "typed_sequence": sequence,
            "typed_page": page,
        }
        return site.send(personas.evaluator, "/findings/typed/", fields)

    answers = all_at_once(keep, 40)
    assert {answer.status for answer in answers} == {200, 409}
    typed = TypedForm.objects.get()
    page, sequence = typed.content["text"][0].split()
    assert (typed.page, str(typed.sequence)) == (page, sequence)
    acknowledged = [
        (number // 4 + 1, "here" if number % 2 else "there")
        for number, answer in enumerate(answers)
        if answer.status == 200
    ]
    assert max(acknowledged)[0] == typed.sequence
    assert {name for _, name in acknowledged} == {page}


def test_what_is_taken_away_is_gone_in_both_at_the_next_request(site: Site, personas: Personas) -> None:
    finding = FindingFactory(published=True, visibility="funder", created_by=personas.evaluator)

    def statuses(person: Any) -> list[int]:
        return [
            site.ask(person, "GET", finding.get_absolute_url(), port=port).status
            for port in site.ports
            for _ in range(2)
        ]

    funder, colleague = personas.funder, PersonFactory(funder=True)
    assert statuses(funder) == [200] * 4
    Finding.objects.filter(pk=finding.pk).update(visibility="team")
    assert statuses(funder) == [404] * 4
    Finding.objects.filter(pk=finding.pk).update(visibility="funder")
    assert statuses(funder) == statuses(colleague) == [200] * 4
    revoke_role(by=personas.administrator, assignment=funder.role_assignments.get())
    assert statuses(funder) == [404] * 4
    close_account(by=personas.administrator, person=colleague)
    assert statuses(colleague) == [404] * 4


def test_both_count_together_how_often_somebody_saves(site: Site, personas: Personas) -> None:
    fields = {"typed_person": personas.evaluator.pk, "typed_base": 0, "typed_page": "here", "text": "Words"}
    fields["submission_key"] = "0d3f8a4e-52a1-4a34-9a3b-1d6f0e1c2b3a"
    answers = [
        site.send(personas.evaluator, "/findings/typed/", fields | {"typed_sequence": number})
        for number in range(1, 131)
    ]
    assert Counter(answer.status for answer in answers) == {200: 120, 429: 10}
