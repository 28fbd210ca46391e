"""What the product's own data files last said."""

from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from partnerships.models.visibility import PublicQuerySet


class LoadedRecordQuerySet(PublicQuerySet):
    def of(self, model: type[models.Model]) -> Self:
        """The records of one model's rows; a proxy's are those of the model behind it."""
        return self.filter(model=model_label(model))


class LoadedRecord(models.Model):
    """What the data files last said about one row: the baseline to compare the row with.

    A field that differs from it was edited by a person. A record without its row: a person deleted the row.
    """

    model = models.CharField(max_length=60, editable=False)
    key = models.CharField(max_length=200, editable=False)
    data = models.JSONField(encoder=DjangoJSONEncoder, editable=False)
    loaded_at = models.DateTimeField(auto_now=True)

    objects = LoadedRecordQuerySet.as_manager()

    class Meta:
        ordering = ["model", "key"]
        constraints = [
            models.UniqueConstraint(fields=["model", "key"], name="one_loaded_record_of_a_row"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"


def model_label(model: type[models.Model]) -> str:
    """How records name a model, for example ``evidence.frameworkitem``."""
    concrete: Any = model._meta.concrete_model
    return str(concrete._meta.label_lower)
