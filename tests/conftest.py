"""What every test stands on: personas, clients, and a suite that is loud about what nobody looks at."""

import gc
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.database_template import keep_template, take_template
from tests.personas import Personas, make_personas
from tests.review import put_review

# Collecting garbage as often as by default takes a sixth of the whole run.
gc.set_threshold(100_000, 50, 50)

POSTGRESQL_ONLY = "SQLite queues writers, so races show on PostgreSQL only: set DATABASE_URL to run it"


# What takes longest comes first, so that no process is left with it while the other has finished.
LONGEST = ("tests/queries/test_counts.py", "tests/browser/", "tests/access/")


def is_among_the_longest(item: pytest.Item) -> bool:
    return item.nodeid.startswith(LONGEST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=is_among_the_longest, reverse=True)
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        return
    for item in items:
        if item.get_closest_marker("postgresql"):
            item.add_marker(pytest.mark.skip(reason=POSTGRESQL_ONLY))


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    """Whether the tests' database is there already: as the last run with the same code has left it."""
    return bool(request.config.getvalue("reuse_db")) or take_template(request.config)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> None:
    """The tests' database, of which the next run begins with a copy."""
    with django_db_blocker.unblock():
        keep_template(request.config)


@pytest.fixture(scope="session", autouse=True)
def no_socket_leaves_the_machine() -> Iterator[None]:
    """Refuse every connection but those to this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise RuntimeError(f"A test tried to reach {address}.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture
def errors_expected() -> None:
    """Ask for it in a test that provokes a logged error on purpose."""


@pytest.fixture(autouse=True)
def no_logged_errors(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test during which an error was logged, unless it asked for ``errors_expected``."""
    yield
    if "errors_expected" in request.fixturenames:
        return
    errors = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors, f"Errors were logged: {errors}"


@pytest.fixture
def personas(db: None) -> Personas:
    """Everybody: see ``tests/personas.py``."""
    return make_personas()


@pytest.fixture
def client_of(personas: Personas) -> Callable[[str], Client]:
    """A browser in which a persona is signed in: ``client_of("lead")``."""

    def client(name: str) -> Client:
        browser = Client()
        if name != "visitor":
            browser.force_login(personas[name], backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return client


@pytest.fixture
def transaction_of_example(db: None) -> Callable[[], AbstractContextManager[None]]:
    """For Hypothesis, which runs many examples in one test: what happens inside the block is undone."""

    @contextmanager
    def undone() -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return undone


@pytest.fixture(scope="module")
def module_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For what takes long to bring in: a module's own fixture fills the database on top of it, once.

    What a test then does is undone after it as ever, and what the module's fixture did after the module.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded_review(db: None) -> None:
    """The whole review and the 21 partnerships, as ``load_review`` brings them in."""
    put_review()
