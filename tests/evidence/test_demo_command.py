"""The command that loads the demonstration: never in the way of real work."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from evidence.demonstration.loader import holds_real_work
from partnerships.models import Person
from tests.evidence.test_demonstration import ACCOUNTS
from tests.factories import FindingFactory, PersonFactory
from tests.review import put_review


def test_the_command_asks_where_there_is_real_work(db, monkeypatch):
    put_review()
    PersonFactory()
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("demo")
    assert not Person.objects.filter(is_demonstration=True).exists()
    monkeypatch.setattr("builtins.input", lambda question: "yes")
    call_command("demo")
    assert Person.objects.filter(is_demonstration=True).count() == len(ACCOUNTS)


def test_a_finding_counts_as_real_work(db):
    put_review()
    assert not holds_real_work()
    FindingFactory(created_by=None)
    assert holds_real_work()


def test_unless_in_use_leaves_real_work_alone(db, capsys):
    put_review()
    PersonFactory()
    call_command("demo", unless_in_use=True)
    assert not Person.objects.filter(is_demonstration=True).exists()
    assert "left as it is" in capsys.readouterr().out


def test_nobody_is_written_to(db):
    put_review()
    call_command("demo")
    assert mail.outbox == []
