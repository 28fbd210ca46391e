"""The pages of errors that come before anything else works."""

import pytest
from django.test import Client


@pytest.mark.usefixtures("errors_expected")
def test_a_request_for_an_unknown_host_is_refused_with_a_page() -> None:
    answer = Client(raise_request_exception=False).get("/lessons/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "This request could not be read" in answer.content.decode()
