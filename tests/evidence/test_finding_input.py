"""The canonical form of a finding's content, on which its digest and its change record rest."""

import dataclasses

from evidence.actions.finding_input import FindingInput, canonical


def test_the_canonical_form_names_every_part_of_the_content() -> None:
    assert set(canonical(FindingInput(text="Found."))) == {
        field.name for field in dataclasses.fields(FindingInput)
    }
