"""Words on their way: what somebody has typed into a form and not saved yet."""

import re
from typing import Any, Self
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from evidence.models.fieldwork import CaseStudy
from evidence.models.finding import Finding
from evidence.models.framework import FrameworkItem
from evidence.models.proposal import PROPOSAL_REF_PATTERN
from evidence.models.refs import REF_ALPHABET
from evidence.models.reply import ReplyRequest
from evidence.models.self_report import SelfReport
from evidence.models.source import Source
from partnerships.access import Permission, has_permission, permissions_of
from partnerships.models import VisibleQuerySet

FIRST_WORDS = 10
# The long forms about an item: what is being written, the end of the form's address, and what one must be
# permitted to do.
ITEM_FORMS = {
    "confidence": ("Confidence in", "confidence/new/", Permission.REVIEW_FINDINGS),
    "answer": ("Answer to", "answer/edit/", Permission.LOG_FINDINGS),
    "negative-search": ("A search for what speaks against", "negative-search/", Permission.LOG_FINDINGS),
}
APPRAISAL = "/appraisal"  # ends the key of what is typed about how good a finding or a source is
# Pages of a report that are no section, and so called as no section can be: where an action is typed, where
# one is followed up (with its ref), and where the team says how it sees a part (with the first code in it).
PLAN, FOLLOW_UP, TEAM_VIEW = "+actions", "+action-", "+view-"
PROPOSAL_REF = re.compile(PROPOSAL_REF_PATTERN)
SOURCE_REF = re.compile(f"S-[{REF_ALPHABET}]{{8}}")


class TypedFormQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """One's own, as long as one logs findings and may see the finding or case study that it would change;
        and a reply or a self-report as long as one's partnership is asked for it.

        Not once consent to that finding's source is withdrawn: its words go with it.
        """
        if not person.is_authenticated:
            return self.none()
        rule = models.Q(reply_request__in=ReplyRequest.objects.asked_of(person))
        if has_permission(person, Permission.FILL_IN_REPORTS):
            rule |= models.Q(self_report__partnership__in=person.reported_partnership_ids)
        if has_permission(person, Permission.REVIEW_REPORTS):
            reviewed = SelfReport.objects.read_by(person)
            rule |= models.Q(self_report__in=reviewed, key__contains=f"/{TEAM_VIEW}")
        if has_permission(person, Permission.LOG_FINDINGS):
            rule |= models.Q(
                finding=None, source=None, case_study=None, reply_request=None, self_report=None, item=None
            )
            rule |= models.Q(case_study__in=CaseStudy.objects.visible_to(person))
            rule |= models.Q(
                finding__in=Finding.objects.visible_to(person), finding__source__consent_withdrawn_at=None
            )
            rule |= models.Q(source__in=Source.objects.visible_to(person), source__consent_withdrawn_at=None)
        permissions = permissions_of(person)
        for name, (_, _, permission) in ITEM_FORMS.items():
            if permission in permissions:
                rule |= models.Q(item__isnull=False, key__endswith=f"/{name}")
        return self.filter(rule, created_by=person)

    def with_subjects(self) -> Self:
        """Each with what it is about, as its address and its name need it."""
        return self.select_related(
            "finding",
            "source",
            "reply_request",
            "item",
            "case_study__partnership",
            "case_study__wave",
            "self_report__partnership",
            "self_report__round",
        )


class TypedForm(models.Model):
    """The fields of a form as they stand in somebody's page, complete or not. Its owner alone sees it.

    ``key`` is the submission key of a new finding's form, the ref of the finding that is being changed or of
    the request that is being replied to, ``case-study-7`` for the case study with that primary key, a
    self-report's ref with the key of one of its sections (``P-7K2M9QXA/resources``), an item's code with
    the name of one of the forms about it (``L5/confidence``), or the ref of a finding or source that is
    appraised (``F-7K2M9QXA/appraisal``). A form of several new findings names its rows in the field ``row``,
    and each row's fields begin with that.
    """

    key = models.CharField(max_length=36)
    finding = models.ForeignKey(
        Finding, on_delete=models.CASCADE, related_name="typed_forms", null=True, blank=True
    )
    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="typed_forms", null=True, blank=True
    )
    case_study = models.ForeignKey(
        CaseStudy, on_delete=models.CASCADE, related_name="typed_forms", null=True, blank=True
    )
    reply_request = models.ForeignKey(
        ReplyRequest, on_delete=models.CASCADE, related_name="typed_forms", null=True, blank=True
    )
    self_report = models.ForeignKey(
        SelfReport, on_delete=models.CASCADE, related_name="typed_forms", null=True, blank=True
    )
    item = models.ForeignKey(
        FrameworkItem, on_delete=models.CASCADE, related_name="typed_forms", null=True, blank=True
    )
    # The name of each field that says something, with its values as a browser posts them.
    content = models.JSONField()
    # Which save this was, counted by the page that sent it, and which opened page that was.
    sequence = models.PositiveIntegerField(default=1)
    page = models.CharField(max_length=36, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="typed_forms"
    )
    saved_at = models.DateTimeField(default=timezone.now)

    objects = TypedFormQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["created_by", "key"],
                name="one_typed_form_of_person_and_key",
                violation_error_message="What was typed there is kept already.",
            ),
        ]

    def __str__(self) -> str:
        return f"Typed form {self.key}"

    def get_absolute_url(self) -> str:
        """The form in which to go on writing."""
        if self.self_report_id:
            report, _, page = self.key.partition("/")
            if page == PLAN:
                return reverse("evidence:report-actions", args=[report])
            if page.startswith(FOLLOW_UP):
                action = page.removeprefix(FOLLOW_UP)
                query = urlencode({"report": report}) if self.content.get("report") else ""
                return f"{reverse('evidence:action-detail', args=[action])}?{query}".rstrip("?")
            if page.startswith(TEAM_VIEW):
                query = urlencode({"code": page.removeprefix(TEAM_VIEW)})
                return f"{reverse('evidence:report-team-view', args=[report])}?{query}"
            return reverse("evidence:report-section", args=[report, page])
        if self.item_id or self.is_appraisal:  # it is shown there without being asked for
            return self.form_address
        return f"{self.form_address}?{urlencode({'continue': self.key})}"

    @property
    def form_address(self) -> str:
        if self.reply_request:
            return self.reply_request.get_absolute_url()
        if self.case_study:
            return reverse("evidence:case-study-edit", args=[self.case_study.slug])
        if self.item:
            return self.item.get_absolute_url() + ITEM_FORMS[self.form_name][1]
        if self.source:
            return reverse("evidence:source-appraise", args=[self.source.ref])
        if self.finding and self.is_appraisal:
            return reverse("evidence:finding-appraise", args=[self.finding.ref])
        if self.finding:  # a note to the author is typed where the finding is published with changes
            page = "publish-with-changes" if "reason" in self.content else "edit"
            return reverse(f"evidence:finding-{page}", args=[self.finding.ref])
        if PROPOSAL_REF.fullmatch(self.answer_ref):
            return reverse("evidence:proposal-take", args=[self.answer_ref])
        if self.rows:
            return reverse("evidence:source-log-several", args=[self.source_ref])
        return reverse("evidence:finding-create")

    @staticmethod
    def key_of_item(item: FrameworkItem, form: str) -> str:
        """The key under which one of the forms about an item is kept."""
        return f"{item.code}/{form}"

    @staticmethod
    def key_of_study(study: CaseStudy) -> str:
        """The key under which changes of a case study are kept; its slug may be longer than a key."""
        return f"case-study-{study.pk}"

    @staticmethod
    def key_of_appraisal(subject: Finding | Source) -> str:
        """The key under which what is judged of a finding or source is kept."""
        return f"{subject.ref}{APPRAISAL}"

    @property
    def is_appraisal(self) -> bool:
        return self.key.endswith(APPRAISAL)

    @property
    def form_name(self) -> str:
        """Which of the forms about an item it is."""
        return self.key.rpartition("/")[2]

    @property
    def rows(self) -> list[str]:
        """The rows of a form of several findings; none of any other."""
        return self.content.get("row", []) if SOURCE_REF.fullmatch(self.source_ref) else []

    @property
    def source_ref(self) -> str:
        """The source that the form names, as the page posted it."""
        return str(self.content.get("source_ref", [""])[0])

    @property
    def answer_ref(self) -> str:
        """The answer of a report that the form makes a finding of, as the page posted it."""
        return str(self.content.get("answer", [""])[0])

    @property
    def subject(self) -> str:
        """What is being written."""
        if self.self_report:
            what = "The team's view" if f"/{TEAM_VIEW}" in self.key else "What became of an action"
            return f"{what}, {self.self_report}"
        if self.reply_request:
            return f"Reply {self.reply_request.ref}"
        if self.case_study:
            return f"Case study {self.case_study}"
        if self.item:
            return f"{ITEM_FORMS[self.form_name][0]} {self.item.code} {self.item.title}"
        if self.is_appraisal:
            return f"Appraisal of {self.key.removesuffix(APPRAISAL)}"
        return f"Changes to {self.finding.ref}" if self.finding else "A new finding"

    @property
    def data(self) -> QueryDict:
        """The fields as a browser would post them."""
        data = QueryDict(mutable=True)
        for name, values in self.content.items():
            data.setlist(name, values)
        return data

    @property
    def first_words(self) -> str:
        """How its owner recognises it; empty while none of its texts says anything."""
        names = [f"{row}-{name}" for row in self.rows for name in ("text", "quote")]
        names += ["text", "title", "quote", "reply", "narrative", "methods", "explanation", "dissent"]
        names += ["reason", "looked_for", "looked_in", "note"]
        names += [name for name in self.content if name.endswith("_reason") or name.startswith("why-")]
        stated = (self.content.get(name, [""])[0].strip() for name in names)
        return Truncator(next(filter(None, stated), "")).words(FIRST_WORDS)
