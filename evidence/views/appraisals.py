"""The page on which a finding or a source is appraised, and the filters that ask for quality."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from evidence.actions.appraisals import appraise, kind_of, new_or_current
from evidence.actions.finding_rules import may_appraise
from evidence.actions.readings import record_reading
from evidence.filtersets import FindingFilterSet
from evidence.forms.appraisal import AppraisalForm, appraisal_initial
from evidence.models import PRINCIPLES, Appraisal, Finding, Source, TypedForm
from evidence.queries.appraisals import State
from evidence.queries.facets import Facet
from evidence.views.editing import VersionedFormView
from evidence.views.keeping import KeptFormMixin
from evidence.views.readings import RecordedReading
from evidence.views.signed_in import signed_in


class AppraiseView(RecordedReading, KeptFormMixin, VersionedFormView):
    """``model`` is Finding or Source; the view's own object is the appraisal, an unsaved one at first."""

    slug_field = slug_url_kwarg = "ref"
    form_class = AppraisalForm
    template_name = "evidence/appraise.html"
    object: Appraisal

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Appraisal:
        self.subject: Any = super().get_object(queryset)
        return new_or_current(self.subject)

    def record_reading(self) -> None:
        record_reading(by=self.request.user, thing=self.subject, due=self.subject.reading_due)

    def works_on(self, thing: Finding | Source) -> bool:
        return may_appraise(self.request.user, thing)

    def typed_key(self) -> str:
        return TypedForm.key_of_appraisal(self.object.subject)

    def keep_address(self) -> str:
        subject = self.object.subject
        return reverse(f"evidence:typed-form-keep-{kind_of(subject)}-appraisal", args=[subject.ref])

    def stored(self, thing: Appraisal) -> dict[str, Any]:
        return appraisal_initial(thing)

    def take(self, form: AppraisalForm, version: int) -> str:
        subject = self.object.subject
        saved = appraise(
            by=signed_in(self.request), subject=subject, data=form.appraisal_input(), version=version
        )
        return f"Appraisal of {subject.ref} saved." if saved else f"Appraisal of {subject.ref} taken away."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subject = self.object.subject
        return super().get_context_data(**kwargs) | {
            "subject": subject,
            "kind": kind_of(subject),
            "is_first": not self.object.pk,
        }


Select = tuple[str, str, list[tuple[str, str]], str]


def at_least_selects(filterset: FindingFilterSet, found: Iterable[Facet]) -> list[Select]:
    """For each principle the name of its filter, its label, its steps and the one chosen.

    Nothing while the reader sees nothing that is appraised, and asks for none.
    """
    selects = []
    for principle in PRINCIPLES:
        name = f"{principle.key}_at_least"
        selects.append((name, principle.label, principle.choices, filterset.form[name].data or ""))
    offers = {option.value for facet in found if facet.name == "quality" for option in facet.options}
    is_asked = any(chosen for *_, chosen in selects)
    return selects if State.APPRAISED in offers or is_asked else []
