"""Publishing a finding in changed words: the form of a finding, and one step instead of two."""

from typing import Any

from django.db.models import QuerySet

from evidence.actions.finding_input import FindingInput
from evidence.actions.finding_rules import circle_wished, is_lead, may_publish_with_changes
from evidence.actions.findings import publish_with_changes
from evidence.forms.approval import ApprovalForm
from evidence.forms.fields import READERS
from evidence.forms.finding import FindingForm
from evidence.models import Finding, Visibility
from evidence.models.visibility import narrower
from evidence.queries.comments import comments_json, comments_of_json
from evidence.views.findings_writing import FindingEditView
from evidence.views.signed_in import signed_in


class PublishWithChangesView(FindingEditView):
    """A submitted finding in the form, with a note to its author; saving publishes it."""

    form_class = ApprovalForm
    template_name = "evidence/finding_approve.html"
    page = "evidence:finding-publish-with-changes"
    may = staticmethod(may_publish_with_changes)
    cannot_do = "only a submitted finding can be published with changes"
    choose = "Publish with these choices"

    def get_queryset(self) -> QuerySet[Finding]:
        return super().get_queryset().annotate(comment_rows=comments_json(self.request.user))

    def whose(self, finding: Finding) -> bool:
        return is_lead(self.request.user)

    def stored(self, finding: Finding) -> dict[str, Any]:
        """With the circle that its author wishes, as far as whoever changes words may publish them."""
        return super().stored(finding) | {"visibility": narrower(circle_wished(finding), Visibility.FUNDER)}

    def save(self, form: FindingForm, data: FindingInput, version: int) -> Finding:
        return publish_with_changes(
            by=signed_in(self.request),
            finding=self.object,
            data=data,
            version=version,
            reason=form.cleaned_data["reason"],
            typed_form=self.object.ref,
        )

    def done(self, finding: Finding) -> str:
        return f"Finding {finding.ref} published. Who can read it: {READERS[finding.visibility]}."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "form_title": f"Publish {self.object.ref} with changes",
            "lead": "What was submitted and what you publish stay side by side in its record.",
            "buttons": [("Publish with these changes", "primary", "publish")],
            "comments": comments_of_json(self.object.comment_rows),  # type: ignore[attr-defined]
            "wished": self.object.get_visibility_display(),
        }
