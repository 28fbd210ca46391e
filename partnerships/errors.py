"""Why an action was refused. Bad input is Django's ValidationError; a missing right its PermissionDenied."""

from django.db import models


class Conflict(Exception):
    """Somebody else changed the thing since it was read.

    ``current`` is the thing as it is now, so that both texts can be shown side by side.
    """

    def __init__(self, current: models.Model) -> None:
        super().__init__("Somebody else has changed this since you opened it.")
        self.current = current


class StepRefused(Exception):
    """The step isn't possible in the state the thing is in; the message tells a person why."""
