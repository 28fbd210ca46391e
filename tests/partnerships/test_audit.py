"""The audit record: one unbroken chain, what breaks it is noticed, and its page for those who may read it."""

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partnerships import audit
from partnerships.audit import Head, head, record, verify
from partnerships.audit_chain import GENESIS, digest_of
from partnerships.audit_words import NOBODY
from partnerships.models import AuditRow, Person
from partnerships.views import audit as audit_views
from tests.factories import AuditRowFactory, PartnershipFactory, PersonFactory
from tests.personas import PERSONAS, Personas

TABLE = AuditRow._meta.db_table


def tamper(statement: str, *values: Any) -> None:
    """Change the table as somebody would who reaches the database and goes round the product."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=TABLE), values)


@pytest.fixture
def chain(db: None) -> list[AuditRow]:
    """Five rows by one person."""
    by = PersonFactory(name="Ann Lead")
    return [
        AuditRowFactory(by=by, verb="partnership.changed", details={"fields": ["name"], "version": number})
        for number in range(1, 6)
    ]


# The chain


def test_rows_are_numbered_and_each_carries_the_hash_before_it(chain: list[AuditRow]) -> None:
    assert [row.number for row in chain] == [1, 2, 3, 4, 5]
    assert [row.previous_hash for row in chain] == [GENESIS, *(row.hash for row in chain[:-1])]
    assert head() == Head(5, chain[-1].hash)
    result = verify()
    assert result.is_unbroken
    assert (result.rows, result.head) == (5, head())


def test_the_formula_never_changes() -> None:
    """Records that are out there were written by it."""
    row = AuditRow(
        number=7,
        at=datetime(2026, 3, 4, 12, 30, 15, 42, tzinfo=UTC),
        by_id=3,
        verb="finding.published",
        target_kind="finding",
        target_key="F-7K2M9QXA",
        details={"visibility": "funder", "version": 2, "reason": "für"},
        previous_hash="ab" * 32,
    )
    assert digest_of(row) == "dc05da91aafaaaa0c66e6512503a1c21123dccba3fc9509f2a2096a2b91abd84"


@pytest.mark.django_db(transaction=True)
def test_a_row_outside_a_transaction_is_refused() -> None:
    person = PersonFactory()
    with pytest.raises(RuntimeError, match="in the transaction of the deed"):
        record(by=person, verb="person.changed", target=person)
    assert not AuditRow.objects.exists()


def test_a_deed_that_is_undone_leaves_no_gap(chain: list[AuditRow]) -> None:
    with transaction.atomic():
        AuditRowFactory()
        transaction.set_rollback(True)
    assert AuditRowFactory().number == 6
    assert verify().is_unbroken


@pytest.mark.parametrize("value", [1.5, float("nan"), {"deep": [0.1]}])
def test_details_that_a_database_gives_back_changed_are_refused(value: Any, personas: Personas) -> None:
    with pytest.raises(TypeError, match="whole numbers or text"), transaction.atomic():
        record(by=personas.lead, verb="person.changed", target=personas.lead, value=value)


def test_details_of_every_other_kind_come_back_as_they_were_hashed(personas: Personas) -> None:
    details = {"text": '“é\u2028\U0001f600\\"', "many": 10**30, "none": None, "map": {10: True, 9: (1, "x")}}
    with transaction.atomic():
        record(by=None, verb="person.changed", target=personas.lead, **details)
    assert verify().is_unbroken
    assert AuditRow.objects.get().details["map"] == {"9": [1, "x"], "10": True}


def test_the_product_neither_changes_nor_deletes_a_row(chain: list[AuditRow]) -> None:
    row = AuditRow.objects.get(number=3)
    row.verb = "partnership.deleted"
    for deed in (
        row.save,
        row.delete,
        lambda: AuditRow.objects.filter(number=3).update(verb="other"),
        lambda: AuditRow.objects.bulk_update([row], ["verb"]),
        AuditRow.objects.all().delete,
    ):
        with pytest.raises(TypeError, match="written once"), transaction.atomic():
            deed()
    assert verify().is_unbroken
    assert verify().rows == 5


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "partnership.deleted"),
        ("target_kind", "person"),
        ("target_key", "humber"),
        ("details", {"fields": ["grant"], "version": 3}),
        ("at", datetime(2020, 1, 1, tzinfo=UTC)),
        ("by_id", None),
        ("previous_hash", "0" * 64),
        ("hash", "f" * 64),
        ("number", 30),
    ],
)
def test_altering_any_field_is_noticed(chain: list[AuditRow], column: str, value: Any) -> None:
    AuditRow._base_manager.filter(number=3).update(**{column: value})  # goes round our query set
    result = verify()
    assert not result.is_unbroken
    assert any(text.startswith(("Row 3 ", "Row 30 ")) for text in result.breaks_named)


def test_every_column_of_a_row_is_held_by_its_hash() -> None:
    tried = {"verb", "target_kind", "target_key", "details", "at", "by", "previous_hash", "hash", "number"}
    assert {field.name for field in AuditRow._meta.concrete_fields} - tried == {"id"}


@pytest.mark.parametrize("number", [1, 3])
def test_removing_a_row_is_noticed(chain: list[AuditRow], number: int) -> None:
    tamper("DELETE FROM {table} WHERE number = %s", number)
    assert verify().breaks_named == [
        f"Row {number + 1} comes after row {number - 1}: rows were removed, inserted or renumbered."
    ]


def test_removing_a_row_and_closing_the_gap_is_noticed(chain: list[AuditRow]) -> None:
    tamper("DELETE FROM {table} WHERE number = 3")
    tamper("UPDATE {table} SET number = 3 WHERE number = 4")
    tamper("UPDATE {table} SET number = 4 WHERE number = 5")
    assert [text.split()[1] for text in verify().breaks_named] == ["3", "3", "4"]


def test_inserting_a_row_is_noticed(chain: list[AuditRow]) -> None:
    tamper("UPDATE {table} SET number = 6 WHERE number = 5")
    tamper("UPDATE {table} SET number = 5 WHERE number = 4")
    forged = AuditRow(
        number=4, by=chain[0].by, verb="x.y", target_kind="x", target_key="y", previous_hash=chain[2].hash
    )
    forged.hash = digest_of(forged)
    forged.save(force_insert=True)
    result = verify()
    assert {text.split()[1] for text in result.breaks_named} == {"5", "6"}


def test_changing_the_order_is_noticed(chain: list[AuditRow]) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        tamper("UPDATE {table} SET number = %s WHERE number = %s", new, old)
    assert {text.split()[1] for text in verify().breaks_named} == {"2", "3", "4"}


def test_a_shortened_or_rewritten_record_is_noticed_by_a_head_noted_before(chain: list[AuditRow]) -> None:
    noted = head()
    assert verify(noted=noted).is_unbroken
    tamper("DELETE FROM {table} WHERE number = 5")
    assert verify().is_unbroken
    assert verify(noted=noted).breaks_named == [f"The row noted as {noted} is not in the record."]
    AuditRowFactory()
    assert verify().is_unbroken
    assert not verify(noted=noted).is_unbroken


def test_a_head_noted_before_still_holds_when_the_record_grew(chain: list[AuditRow]) -> None:
    noted = head()
    AuditRowFactory.create_batch(3)
    assert verify(noted=noted).is_unbroken


def test_only_the_first_breaks_are_named(db: None) -> None:
    AuditRowFactory.create_batch(15)
    tamper("UPDATE {table} SET verb = 'other'")
    result = verify()
    assert result.breaks == 15
    assert len(result.breaks_named) == audit.MOST_BREAKS_NAMED


# The command


def verified(*arguments: str) -> str:
    out = io.StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_a_head_that_it_takes_the_next_time(chain: list[AuditRow]) -> None:
    out = verified()
    assert "Rows: 5\n" in out
    noted = next(line.removeprefix("Head: ") for line in out.splitlines() if line.startswith("Head: "))
    assert noted == f"5:{chain[-1].hash}"
    assert "unbroken" in verified("--head", noted)
    tamper("DELETE FROM {table} WHERE number = 5")
    with pytest.raises(CommandError) as failure:
        verified("--head", noted)
    assert failure.value.returncode == 1


def test_the_command_names_the_broken_rows(chain: list[AuditRow]) -> None:
    tamper("UPDATE {table} SET target_key = 'humber' WHERE number = 2")
    out = io.StringIO()
    with pytest.raises(CommandError, match="broken in places: 1"):
        call_command("verify_audit", stdout=out)
    assert "Row 2 does not say what it said when it was written." in out.getvalue()


@pytest.mark.django_db
def test_an_empty_record_is_unbroken() -> None:
    assert "empty" in verified()


@pytest.mark.parametrize("noted", ["5", "five:" + "0" * 64, "5:abc", ""])
def test_a_head_that_is_none_is_refused(noted: str) -> None:
    with pytest.raises(CommandError, match="NUMBER:HASH"):
        call_command("verify_audit", f"--head={noted}")


# The migration


@contextmanager
def schema_before_the_chain() -> Iterator[Any]:
    """The models as they were before rows had numbers; afterwards everything is migrated again."""
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    executor = MigrationExecutor(connection)
    executor.migrate([("partnerships", "0001_initial")])
    try:
        yield executor.loader.project_state([("partnerships", "0001_initial")]).apps
    finally:
        MigrationExecutor(connection).migrate(newest)


@pytest.mark.django_db(transaction=True)
def test_rows_written_before_the_chain_are_chained_in_their_order() -> None:
    with schema_before_the_chain() as apps:
        person = apps.get_model("partnerships", "Person").objects.create(email="ann@example.org", name="Ann")
        apps.get_model("partnerships", "AuditRow").objects.bulk_create(
            apps.get_model("partnerships", "AuditRow")(
                by_id=person.pk if number % 2 else None,
                verb="person.changed",
                target_kind="person",
                target_key=str(number),
                details={"fields": ["name"]},
            )
            for number in range(1, 1203)
        )
    result = verify()
    assert result.is_unbroken
    assert result.rows == 1202
    assert list(AuditRow.objects.order_by("number").values_list("target_key", flat=True)[:3]) == [
        "1",
        "2",
        "3",
    ]
    assert AuditRowFactory().number == 1203


# Several people at one moment


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_twenty_who_record_at_once_make_one_unbroken_chain() -> None:
    people = PersonFactory.create_batch(20)
    barrier = threading.Barrier(len(people))
    errors: list[Exception] = []

    def work(person: Person) -> None:
        try:
            barrier.wait()
            for number in range(10):
                with transaction.atomic():
                    Person.objects.filter(pk=person.pk).update(name=f"Name {number}")
                    record(by=person, verb="person.changed", target=person)
                    if number % 3 == 2:
                        transaction.set_rollback(True)
        except DatabaseError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    result = verify()
    assert result.is_unbroken
    assert result.rows == 20 * 7


# The page


@pytest.fixture
def read(client_of: Callable[[str], Client]) -> Callable[[str], str]:
    """What the page says to a lead evaluator, for the filters given."""
    browser = client_of("lead")

    def body(query: str = "") -> str:
        response = browser.get(reverse("partnerships:audit") + query)
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return body


def numbers_on(body: str) -> list[int]:
    start = '<th scope="row" class="numeric">'
    return [int(part.split("<")[0]) for part in body.split(start)[1:]]


@pytest.mark.parametrize("name", PERSONAS)
@pytest.mark.parametrize("address", ["partnerships:audit", "partnerships:audit-csv"])
def test_leads_and_administrators_alone_read_it(
    client_of: Callable[[str], Client], name: str, address: str
) -> None:
    response = client_of(name).get(reverse(address))
    if name in {"visitor", "closed"}:
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("login"))
    else:
        assert response.status_code == (200 if name in {"lead", "administrator"} else 403)


@pytest.mark.parametrize("name", ["lead", "administrator", "evaluator"])
def test_the_head_of_the_page_leads_there_who_may_read_it(
    client_of: Callable[[str], Client], name: str
) -> None:
    body = client_of(name).get(reverse("partnerships:account")).content.decode()
    assert (f'href="{reverse("partnerships:audit")}"' in body) == (name != "evaluator")


def test_each_row_is_a_sentence_with_its_details(read: Callable[[str], str], personas: Personas) -> None:
    AuditRowFactory(
        by=personas.lead,
        verb="finding.published",
        target_kind="finding",
        target_key="F-7K2M9QXA",
        details={"visibility": "funder", "has_reason": True, "filters": [["q", "…"], ["kind", "x"]]},
    )
    AuditRowFactory(
        by=None,
        verb="person.password-reset-asked",
        target_kind="person",
        target_key=str(personas.evaluator.pk),
    )
    AuditRowFactory(by=personas.lead, verb="findings.exported", target_kind="finding", target_key="list")
    body = read()
    assert ">finding F-7K2M9QXA</a>" in body
    assert "Lead published <a" in body
    assert "<li>Visibility: funder</li>" in body
    assert "<li>Has reason: yes</li>" in body
    assert "<li>Filters: q …, kind x</li>" in body
    assert f"{NOBODY} asked for a new password for <a" in body
    assert ">a list of findings</a>" in body


def test_unknown_verbs_and_kinds_are_shown_as_they_are(read: Callable[[str], str]) -> None:
    AuditRowFactory(verb="gizmo.twiddled", target_kind="gizmo", target_key="=1<b>", details={"<i>": "<u>"})
    body = read()
    assert "gizmo.twiddled <a" in body
    assert ">gizmo =1&lt;b&gt;</a>" in body
    assert "<u>" not in body


def test_who_something_was_done_to_is_named_for_those_who_may_know(
    client_of: Callable[[str], Client], personas: Personas
) -> None:
    AuditRowFactory(verb="person.closed", target_kind="person", target_key=str(personas.other_evaluator.pk))
    address = reverse("partnerships:audit")
    assert ">Other evaluator</a>" in client_of("administrator").get(address).content.decode()
    assert f">person {personas.other_evaluator.pk}</a>" in client_of("lead").get(address).content.decode()


def test_newest_first_in_pages_that_follow_each_other(read: Callable[[str], str]) -> None:
    AuditRowFactory.create_batch(120, by=None)
    body = read()
    assert numbers_on(body) == list(range(120, 70, -1))
    assert 'href="?before=71"' in body
    assert ">Newest<" not in body
    assert numbers_on(read("?before=71")) == list(range(70, 20, -1))
    last = read("?before=21")
    assert numbers_on(last) == list(range(20, 0, -1))
    assert ">Older<" not in last
    assert ">Newest<" in last
    assert numbers_on(read("?before=1")) == []


@pytest.mark.parametrize("before", ["x", "", "1.5", "%00", "9" * 5000])
def test_a_page_that_is_none_does_not_exist(client_of: Callable[[str], Client], before: str) -> None:
    assert client_of("lead").get(f"{reverse('partnerships:audit')}?before={before}").status_code == 404


def test_a_page_far_beyond_is_the_newest(read: Callable[[str], str], chain: list[AuditRow]) -> None:
    assert numbers_on(read(f"?before={10**40}")) == [5, 4, 3, 2, 1]


@pytest.fixture
def mixed(personas: Personas) -> None:
    """Four rows that differ in everything, three days apart, the last at the very end of a local day."""
    zone = timezone.get_default_timezone()
    rows = [
        (personas.lead, "finding.published", "finding", "F-1", datetime(2026, 7, 1, 9, tzinfo=zone)),
        (personas.administrator, "person.invited", "person", "1", datetime(2026, 7, 4, 0, 0, tzinfo=zone)),
        (None, "person.changed", "person", "2", datetime(2026, 7, 7, 23, 59, 59, 999999, tzinfo=zone)),
        (personas.lead, "finding.withdrawn", "finding", "F-2", datetime(2026, 7, 10, 12, tzinfo=zone)),
    ]
    for by, verb, kind, key, at in rows:
        AuditRowFactory(by=by, verb=verb, target_kind=kind, target_key=key, at=at)


FILTERS = [
    ("person={lead}", [4, 1]),
    ("person=none", [3]),
    ("person={lead}&person=none", [4, 3, 1]),
    ("person={lead},{administrator}", [4, 2, 1]),
    ("verb=finding.published", [1]),
    ("verb=finding.published,person.changed", [3, 1]),
    ("kind=person", [3, 2]),
    ("key=F-2", [4]),
    ("key=+F-2+", [4]),
    ("kind=person&key=F-2", []),
    ("from_day=2026-07-04", [4, 3, 2]),
    ("from_day=2026-07-05", [4, 3]),
    ("to_day=2026-07-07", [3, 2, 1]),
    ("from_day=4/7/2026&to_day=07/07/2026", [3, 2]),
    ("from_day=0001-01-01&to_day=9999-12-31", [4, 3, 2, 1]),
]


def rows_of_csv(browser: Client, query: str = "") -> list[dict[str, str]]:
    response = browser.get(reverse("partnerships:audit-csv") + query)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(("query", "numbers"), FILTERS)
@pytest.mark.usefixtures("mixed")
def test_page_and_download_hold_what_the_filters_leave(
    read: Callable[[str], str],
    client_of: Callable[[str], Client],
    personas: Personas,
    query: str,
    numbers: list[int],
) -> None:
    query = "?" + query.format(lead=personas.lead.pk, administrator=personas.administrator.pk)
    assert numbers_on(read(query)) == numbers
    assert [int(row["number"]) for row in rows_of_csv(client_of("lead"), query)] == numbers


@pytest.mark.parametrize(
    "query",
    ["person=x", "person=9999999", "verb=x", "kind=%00", "key=%00", "key=" + "x" * 200, "from_day=soon"],
)
@pytest.mark.usefixtures("mixed")
def test_a_filter_that_is_not_understood_is_said_and_shows_nothing(
    read: Callable[[str], str], client_of: Callable[[str], Client], query: str
) -> None:
    body = read("?" + query)
    assert "A filter was not understood" in body
    assert numbers_on(body) == []
    assert client_of("lead").get(f"{reverse('partnerships:audit-csv')}?{query}").status_code == 400


@pytest.mark.usefixtures("mixed")
def test_the_filters_in_use_are_kept_by_the_links(read: Callable[[str], str]) -> None:
    body = read("?kind=person&key=2")
    assert 'href="/audit.csv?kind=person&amp;key=2"' in body
    assert "Kind of thing: person" in body
    assert 'value="2"' in body


def test_the_download_holds_all_that_a_hash_is_of(
    client_of: Callable[[str], Client], chain: list[AuditRow]
) -> None:
    rows = rows_of_csv(client_of("lead"))
    for cells in rows:
        row = AuditRow(
            number=int(cells["number"]),
            at=datetime.fromisoformat(cells["at"]),
            by_id=int(cells["by"]),
            verb=cells["verb"],
            target_kind=cells["target_kind"],
            target_key=cells["target_key"],
            details=json.loads(cells["details"]),
            previous_hash=cells["previous_hash"],
        )
        assert digest_of(row) == cells["hash"]
    assert {cells["name"] for cells in rows} == {"Ann Lead"}


def test_no_cell_of_the_download_is_a_formula(client_of: Callable[[str], Client]) -> None:
    AuditRowFactory(by=PersonFactory(name="@SUM(A1)"), target_key="=1+1")
    row = rows_of_csv(client_of("lead"))[0]
    assert (row["name"], row["target_key"]) == ("'@SUM(A1)", "'=1+1")


def test_a_download_is_itself_on_record(
    client_of: Callable[[str], Client], personas: Personas, chain: list[AuditRow]
) -> None:
    assert len(rows_of_csv(client_of("administrator"), "?verb=partnership.changed")) == 5
    row = AuditRow.objects.get(verb="audit.exported")
    assert row.by == personas.administrator
    assert row.details == {"format": "csv", "filters": [["verb", "partnership.changed"]]}
    assert [int(cells["number"]) for cells in rows_of_csv(client_of("lead"))] == [6, 5, 4, 3, 2, 1]


def check(browser: Client) -> str:
    response = browser.post(reverse("partnerships:audit"), follow=True)
    assert response.redirect_chain == [(reverse("partnerships:audit"), 302)]
    return response.content.decode()


def test_the_check_says_what_it_found(client_of: Callable[[str], Client], chain: list[AuditRow]) -> None:
    browser = client_of("lead")
    assert "The record is unbroken. Rows verified: 5." in check(browser)
    tamper("UPDATE {table} SET verb = 'other' WHERE number = 4")
    body = check(browser)
    assert "The record is broken in places: 1. Row 4 does not say" in body


def test_a_record_too_long_to_wait_for_is_left_to_the_command(
    client_of: Callable[[str], Client], chain: list[AuditRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_views, "MOST_ROWS_VERIFIED_HERE", 4)
    body = check(client_of("lead"))
    assert "manage.py verify_audit" in body
    assert "unbroken" not in body


def test_checking_is_for_those_who_may_read(client_of: Callable[[str], Client]) -> None:
    assert client_of("evaluator").post(reverse("partnerships:audit")).status_code == 403


def test_the_page_takes_as_many_queries_for_many_rows(
    client_of: Callable[[str], Client], personas: Personas
) -> None:
    browser, address = client_of("administrator"), reverse("partnerships:audit")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    AuditRowFactory(target_kind="person", target_key=str(personas.lead.pk))
    few = queries()
    for number in range(60):
        AuditRowFactory(target_kind="person", target_key=str(PersonFactory().pk), verb=f"person.v{number}")
        AuditRowFactory(target_key=PartnershipFactory().slug)
    assert queries() == few
    assert few <= 12
