"""The small world of the access tests, and its people."""

import pytest

from tests.access.world import World, make_world
from tests.personas import Personas, make_personas


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def personas(request: pytest.FixtureRequest, db: None) -> Personas:
    """The people of the world where a test has one; otherwise everybody, as in other tests."""
    if "world" in request.fixturenames:
        return request.getfixturevalue("world").personas
    return make_personas()
