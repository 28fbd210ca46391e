"""The command that loads the review."""

from django.core.management import call_command


def test_the_command_tells_what_it_did(db, capsys):
    call_command("load_review")
    call_command("load_review")
    first, second = capsys.readouterr().out.splitlines()
    assert "0 unchanged" in first
    assert "0 created, 0 updated" in second
