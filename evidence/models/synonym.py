"""Words that mean the same to whoever searches."""

from django.db import models
from django.db.models.functions import Lower

from partnerships.models import PublicQuerySet


class Synonym(models.Model):
    """Two ways of writing one thing, for example JCP and Jobcentre Plus: whoever looks for one finds both."""

    short = models.CharField(
        "one way of writing it", max_length=80, help_text="For example: JCP. Capitals make no difference."
    )
    long = models.CharField("the other way", max_length=120, help_text="For example: Jobcentre Plus.")

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["short", "long"]
        constraints = [
            models.UniqueConstraint(
                Lower("short"),
                Lower("long"),
                name="one_synonym_of_two_words",
                violation_error_message="These two are noted already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.short} = {self.long}"
