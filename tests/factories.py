"""One factory a model. Each builds a valid row by itself; name only what a test is about.

``tests/test_models.py`` fails for a model without a factory.
"""

import datetime
import hashlib
import uuid
from collections.abc import Iterable
from typing import Any

import factory
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from factory.django import DjangoModelFactory

from evidence.actions.attachments import attachment_storage
from evidence.actions.search_texts import words_of_stored, write_file_texts
from evidence.models import (
    Action,
    ActionStep,
    Answer,
    Appraisal,
    Approach,
    AssessedFinding,
    AssessedIndicator,
    Assessment,
    Attachment,
    Barrier,
    Benefit,
    Brief,
    BriefIssue,
    BriefItem,
    CaseStudy,
    Coding,
    ColleagueNote,
    Comment,
    Component,
    ComponentConcern,
    Concern,
    Confidence,
    Decision,
    Driver,
    Edition,
    EditionCoding,
    EditionFinding,
    EditionItem,
    Finding,
    FindingCitation,
    FinishedSection,
    FrameworkItem,
    ItemCitation,
    Lesson,
    NegativeSearch,
    Outcome,
    Programme,
    Proposal,
    Question,
    QuestionAnswer,
    Questionnaire,
    QuestionnaireVersion,
    Rater,
    Rating,
    RatingLink,
    RatingsEnd,
    RatingStatement,
    Reference,
    ReplyRequest,
    ReportStep,
    ResearchQuestion,
    ReviewStep,
    Round,
    SavedSearch,
    SearchDocument,
    Section,
    SelfReport,
    Source,
    Synonym,
    TeamView,
    Theme,
    TypedForm,
    Visibility,
    Watch,
    Wave,
)
from evidence.queries.ratings import digest_of_token
from partnerships.access import Role
from partnerships.audit import append
from partnerships.models import (
    Area,
    AuditRow,
    FactSource,
    LoadedRecord,
    Membership,
    Notice,
    Organisation,
    Partnership,
    Person,
    RoleAssignment,
    Sector,
)

PASSWORD = "correct horse battery staple"
A_DAY = datetime.date(2015, 3, 4)
A_WHILE = datetime.timedelta(days=14)


def numbered(letter: str) -> factory.Sequence:
    """A code such as D100: valid, and never one of the review's own."""
    return factory.Sequence(lambda number: f"{letter}{100 + number % 900}")


# WHO


class SectorFactory(DjangoModelFactory):
    class Meta:
        model = Sector

    code = factory.Sequence(lambda number: f"sector-{number}")
    name = factory.Sequence(lambda number: f"Sector {number}")
    description = "A part of society that partners come from."


class AreaFactory(DjangoModelFactory):
    class Meta:
        model = Area

    code = factory.Sequence(lambda number: f"E99{number:06}")
    name = factory.Sequence(lambda number: f"Area {number}")


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    slug = factory.Sequence(lambda number: f"organisation-{number}")
    name = factory.Sequence(lambda number: f"Organisation {number}")
    sector = factory.SubFactory(SectorFactory)


class PartnershipFactory(DjangoModelFactory):
    class Meta:
        model = Partnership

    slug = factory.Sequence(lambda number: f"partnership-{number}")
    name = factory.Sequence(lambda number: f"Partnership {number}")


class FactSourceFactory(DjangoModelFactory):
    class Meta:
        model = FactSource

    partnership = factory.SubFactory(PartnershipFactory)
    fact = FactSource.Fact.LEAD
    source = factory.Sequence(lambda number: f"Press release {number}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    partnership = factory.SubFactory(PartnershipFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Membership.Role.DELIVERY


class RoleAssignmentFactory(DjangoModelFactory):
    class Meta:
        model = RoleAssignment

    person = factory.SubFactory("tests.factories.PersonFactory")
    role = Role.EVALUATOR


def holding(role: Role) -> factory.Trait:
    return factory.Trait(
        **{
            f"assignment_{role}": factory.RelatedFactory(
                RoleAssignmentFactory, factory_related_name="person", role=role
            )
        }
    )


class PersonFactory(DjangoModelFactory):
    """A person without a role; ``lead=True`` gives that one, ``reporter_for=partnership`` the reporter's."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    class Params:
        funder = holding(Role.FUNDER)
        evaluator = holding(Role.EVALUATOR)
        lead = holding(Role.LEAD)
        administrator = holding(Role.ADMINISTRATOR)
        closed = factory.Trait(is_active=False)

    name = factory.Sequence(lambda number: f"Person {number}")
    email = factory.Sequence(lambda number: f"person{number}@example.org")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def reporter_for(self: Person, create: bool, partnership: Partnership | None, **_: Any) -> None:
        if partnership:
            RoleAssignmentFactory(person=self, role=Role.REPORTER, partnership=partnership)


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    person = factory.SubFactory(PersonFactory)
    by = factory.SubFactory(PersonFactory)
    kind = "finding-returned"
    target_kind = "finding"
    target_key = "F-22222222"
    path = "/findings/F-22222222/"


class AuditRowFactory(DjangoModelFactory):
    class Meta:
        model = AuditRow

    by = factory.SubFactory(PersonFactory)
    verb = "partnership.changed"
    target_kind = "partnership"
    target_key = "black-country"
    details = factory.LazyFunction(dict)

    @classmethod
    def _create(cls, model_class: type[AuditRow], *args: Any, **fields: Any) -> AuditRow:
        """At the end of the chain, as every row."""
        with transaction.atomic():
            return append(**fields)


# WHAT: the framework


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme

    slug = factory.Sequence(lambda number: f"theme-{number}")
    title = factory.Sequence(lambda number: f"Theme {number}")
    question = "What is it about?"
    introduction = "An introduction."
    section = "2.4"


class FrameworkItemFactory(DjangoModelFactory):
    """An item of any kind; the factories of the kinds below are easier to read."""

    class Meta:
        model = FrameworkItem
        skip_postgeneration_save = True

    code = numbered("D")
    kind = FrameworkItem.Kind.DRIVER
    title = factory.LazyAttribute(lambda item: f"Title of {item.code}")
    statement = factory.LazyAttribute(lambda item: f"Statement of {item.code}.")
    plain_statement = factory.LazyAttribute(lambda item: f"Plain wording of {item.code}.")
    theme = factory.SubFactory(ThemeFactory)
    section = "2.4"
    order = factory.Sequence(lambda number: number)

    @factory.post_generation
    def sectors(self: FrameworkItem, create: bool, sectors: Iterable[Sector] | None, **_: Any) -> None:
        if sectors:
            self.sectors.set(sectors)


class LessonFactory(FrameworkItemFactory):
    class Meta:
        model = Lesson

    code = numbered("L")
    kind = FrameworkItem.Kind.LESSON


class BenefitFactory(FrameworkItemFactory):
    class Meta:
        model = Benefit

    code = numbered("R")
    kind = FrameworkItem.Kind.BENEFIT


class DriverFactory(FrameworkItemFactory):
    class Meta:
        model = Driver

    group = "Structure and governance"


class BarrierFactory(FrameworkItemFactory):
    class Meta:
        model = Barrier

    code = numbered("B")
    kind = FrameworkItem.Kind.BARRIER
    group = "Partnership working"


class ApproachFactory(FrameworkItemFactory):
    class Meta:
        model = Approach

    code = numbered("A")
    kind = FrameworkItem.Kind.APPROACH


class OutcomeFactory(FrameworkItemFactory):
    class Meta:
        model = Outcome

    code = numbered("O")
    kind = FrameworkItem.Kind.OUTCOME


class ResearchQuestionFactory(FrameworkItemFactory):
    class Meta:
        model = ResearchQuestion

    code = numbered("Q")
    kind = FrameworkItem.Kind.RESEARCH_QUESTION


class ReferenceFactory(DjangoModelFactory):
    class Meta:
        model = Reference

    key = factory.Sequence(lambda number: f"Author{number}")
    authors = ["Author, A."]
    cited_as = factory.Sequence(lambda number: f"Author {number}, 2012")
    year = 2012
    title = factory.Sequence(lambda number: f"Publication {number}")
    publisher = "Publisher"
    place = "Sheffield"


class ItemCitationFactory(DjangoModelFactory):
    class Meta:
        model = ItemCitation

    item = factory.SubFactory(DriverFactory)
    reference = factory.SubFactory(ReferenceFactory)


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = Programme

    slug = factory.Sequence(lambda number: f"programme-{number}")
    name = factory.Sequence(lambda number: f"Programme {number}")


class LoadedRecordFactory(DjangoModelFactory):
    class Meta:
        model = LoadedRecord

    model = "evidence.theme"
    key = factory.Sequence(lambda number: f"theme-{number}")
    data = {"title": "A theme"}


# WHAT: the evidence


class WaveFactory(DjangoModelFactory):
    class Meta:
        model = Wave

    number = factory.Sequence(lambda number: number + 1)
    name = factory.LazyAttribute(lambda wave: f"Visits of round {wave.number}")
    starts_on = A_DAY
    ends_on = A_DAY + datetime.timedelta(days=60)


class CaseStudyFactory(DjangoModelFactory):
    """A draft of an evaluator; ``published=True`` with ``visibility=`` for who may read it."""

    class Meta:
        model = CaseStudy
        skip_postgeneration_save = True

    class Params:
        published = factory.Trait(
            status=CaseStudy.Status.PUBLISHED,
            published_at=factory.LazyFunction(timezone.now),
            published_by=factory.SubFactory(PersonFactory, lead=True),
        )

    partnership = factory.SubFactory(PartnershipFactory)
    wave = factory.SubFactory(WaveFactory)
    slug = factory.LazyAttribute(lambda study: f"{study.partnership.slug}-wave-{study.wave.number}")
    narrative = "They met every *month*."
    created_by = factory.SubFactory(PersonFactory, evaluator=True)
    updated_by = factory.SelfAttribute("created_by")

    @factory.post_generation
    def evaluators(self: CaseStudy, create: bool, chosen: Iterable[Person] | None, **_: Any) -> None:
        self.evaluators.set([self.created_by] if chosen is None else chosen)


class SourceFactory(DjangoModelFactory):
    """A conversation whose partner has agreed to everything; tests about consent say what was agreed."""

    class Meta:
        model = Source

    kind = Source.Kind.INTERVIEW
    collected_on = A_DAY
    respondent_role = "employer engagement officer"
    consent_scope = Visibility.PUBLIC
    quote_permission = True
    created_by = factory.SubFactory(PersonFactory, evaluator=True)


class FindingFactory(DjangoModelFactory):
    """A draft of an evaluator about one partnership, unless said otherwise.

    Steps: ``submitted=True``, ``returned=True``, ``published=True``, ``withdrawn=True``, with ``visibility=``
    for who may read it; ``literature=True`` for the review's own evidence. ``partnerships``,
    ``organisations`` and ``sectors`` take lists; ``codings`` takes pairs of an item and a direction.
    """

    class Meta:
        model = Finding
        skip_postgeneration_save = True

    class Params:
        submitted = factory.Trait(
            status=Finding.Status.SUBMITTED,
            submitted_at=factory.LazyFunction(timezone.now),
            submitted_by=factory.SelfAttribute("created_by"),
        )
        returned = factory.Trait(
            status=Finding.Status.RETURNED,
            submitted_at=factory.LazyFunction(timezone.now),
            submitted_by=factory.SelfAttribute("created_by"),
        )
        published = factory.Trait(
            status=Finding.Status.PUBLISHED,
            submitted_at=factory.LazyFunction(timezone.now),
            submitted_by=factory.SelfAttribute("created_by"),
            published_at=factory.LazyFunction(timezone.now),
            published_by=factory.SubFactory(PersonFactory, lead=True),
        )
        withdrawn = factory.Trait(
            status=Finding.Status.WITHDRAWN,
            submitted_at=factory.LazyFunction(timezone.now),
            submitted_by=factory.SelfAttribute("created_by"),
            published_at=factory.LazyFunction(timezone.now),
            published_by=factory.SubFactory(PersonFactory, lead=True),
        )
        literature = factory.Trait(
            origin=Finding.Origin.LITERATURE,
            status=Finding.Status.PUBLISHED,
            visibility=Finding.Visibility.PUBLIC,
            published_at=factory.LazyFunction(timezone.now),
            created_by=None,
            source=None,
            section="2.4",
        )

    title = factory.Sequence(lambda number: f"Finding {number}")
    text = factory.LazyAttribute(lambda finding: f"What was found: {finding.title}.")
    created_by = factory.SubFactory(PersonFactory, evaluator=True)
    updated_by = factory.SelfAttribute("created_by")
    source = factory.SubFactory(SourceFactory, created_by=factory.SelfAttribute("..created_by"))

    @factory.post_generation
    def partnerships(self: Finding, create: bool, chosen: Iterable[Partnership] | None, **_: Any) -> None:
        if chosen is None and not self.programme_wide and self.origin != Finding.Origin.LITERATURE:
            chosen = [PartnershipFactory()]
        if chosen:
            self.partnerships.set(chosen)

    @factory.post_generation
    def organisations(self: Finding, create: bool, chosen: Iterable[Organisation] | None, **_: Any) -> None:
        if chosen:
            self.organisations.set(chosen)

    @factory.post_generation
    def sectors(self: Finding, create: bool, chosen: Iterable[Sector] | None, **_: Any) -> None:
        if chosen:
            self.sectors.set(chosen)

    @factory.post_generation
    def codings(
        self: Finding, create: bool, pairs: Iterable[tuple[FrameworkItem, str]] | None, **_: Any
    ) -> None:
        for item, direction in pairs or ():
            CodingFactory(finding=self, item=item, direction=direction)


class AppraisalFactory(DjangoModelFactory):
    """Of a finding, unless ``source=`` names a source and ``finding=None``."""

    class Meta:
        model = Appraisal

    finding = factory.SubFactory(FindingFactory)
    voice = Appraisal.Step.MUCH
    triangulation = Appraisal.Step.LITTLE
    reason = "They were asked, and nobody else was."
    by = factory.SubFactory(PersonFactory, evaluator=True)


class CodingFactory(DjangoModelFactory):
    class Meta:
        model = Coding

    finding = factory.SubFactory(FindingFactory)
    item = factory.SubFactory(DriverFactory)
    direction = factory.LazyAttribute(
        lambda coding: Coding.Direction.CONTEXT if coding.item.is_question else Coding.Direction.SUPPORTS
    )


class FindingCitationFactory(DjangoModelFactory):
    class Meta:
        model = FindingCitation

    finding = factory.SubFactory(FindingFactory, literature=True)
    reference = factory.SubFactory(ReferenceFactory)


def stored(content: bytes) -> str:
    """The name under which these bytes now are in the storage of files."""
    return attachment_storage().save(uuid.uuid4().hex, ContentFile(content))


class AttachmentFactory(DjangoModelFactory):
    """A text of the evaluation team about a source; ``finding=`` or ``case_study=`` and ``source=None`` else.

    ``released=True`` with ``visibility=`` for who gets its copy; ``text`` and ``copied`` are what stands in
    the file and in its copy.
    """

    class Meta:
        model = Attachment
        skip_postgeneration_save = True

    class Params:
        text = "What was said in full."
        copied = factory.SelfAttribute("text")
        released = factory.Trait(
            visibility=Visibility.FUNDER,
            released_at=factory.LazyFunction(timezone.now),
            released_by=factory.SubFactory(PersonFactory, lead=True),
        )
        erased = factory.Trait(
            **dict.fromkeys(("name", "description", "original", "copy", "sha256"), ""),
            erased_at=factory.LazyFunction(timezone.now),
            erased_by=factory.SubFactory(PersonFactory, lead=True),
        )

    source = factory.SubFactory(SourceFactory)
    name = factory.Sequence(lambda number: f"notes-{number}.txt")
    kind = Attachment.Kind.DOCUMENT
    media_type = "text/plain"
    original = factory.LazyAttribute(lambda file: stored(file.text.encode()))
    copy = factory.LazyAttribute(lambda file: stored(file.copied.encode()))
    size = factory.LazyAttribute(lambda file: len(file.text.encode()))
    copy_size = factory.LazyAttribute(lambda file: len(file.copied.encode()))
    sha256 = factory.LazyAttribute(lambda file: hashlib.sha256(file.text.encode()).hexdigest())
    copy_sha256 = factory.LazyAttribute(lambda file: hashlib.sha256(file.copied.encode()).hexdigest())
    created_by = factory.SubFactory(PersonFactory, evaluator=True)

    @factory.post_generation
    def of_shared_source(self: Attachment, create: bool, *_: Any, **__: Any) -> None:
        """A source with files stands by itself, as when somebody adds one."""
        if self.source:
            self.source.is_shared = True
            self.source.save(update_fields=["is_shared"])

    @factory.post_generation
    def searched(self: Attachment, create: bool, *_: Any, **__: Any) -> None:
        """Its words are known to the search, as when somebody adds one."""
        write_file_texts(self, *(words_of_stored(self, name) for name in (self.original, self.copy)))


class TypedFormFactory(DjangoModelFactory):
    """A new finding that somebody began; ``finding=`` and its ref as ``key=`` for the change of one."""

    class Meta:
        model = TypedForm

    key = factory.LazyFunction(lambda: str(uuid.uuid4()))
    content = factory.LazyFunction(lambda: {"text": ["Half a thought"], "visibility": ["funder"]})
    page = "a page"
    created_by = factory.SubFactory(PersonFactory, evaluator=True)


class ReplyRequestFactory(DjangoModelFactory):
    """An open request about a submitted finding, of a partnership that it names.

    ``answered=True``, ``silent=True`` and ``cancelled=True`` for what became of it.
    """

    class Meta:
        model = ReplyRequest

    class Params:
        answered = factory.Trait(
            answer=ReplyRequest.Answer.COMMENT,
            text="It was so in the first year.",
            answered_at=factory.LazyFunction(timezone.now),
            answered_by=factory.LazyAttribute(lambda one: PersonFactory(reporter_for=one.partnership)),
        )
        silent = factory.Trait(due_on=factory.LazyFunction(lambda: timezone.localdate() - A_WHILE))
        cancelled = factory.Trait(
            cancelled_at=factory.LazyFunction(timezone.now),
            cancelled_by=factory.SubFactory(PersonFactory, lead=True),
            cancelled_reason="It was a mistake.",
        )

    finding = factory.SubFactory(FindingFactory, submitted=True)
    partnership = factory.LazyAttribute(lambda one: one.finding.partnerships.first())
    asked_title = factory.SelfAttribute("finding.title")
    asked_text = factory.SelfAttribute("finding.text")
    asked_quote = factory.SelfAttribute("finding.quote")
    due_on = factory.LazyFunction(lambda: timezone.localdate() + A_WHILE)
    asked_by = factory.SubFactory(PersonFactory, lead=True)


class ReviewStepFactory(DjangoModelFactory):
    class Meta:
        model = ReviewStep

    finding = factory.SubFactory(FindingFactory, submitted=True)
    step = ReviewStep.Step.SUBMIT
    finding_version = factory.SelfAttribute("finding.version")
    visibility = factory.SelfAttribute("finding.visibility")
    by = factory.SelfAttribute("finding.created_by")


class CommentFactory(DjangoModelFactory):
    """An open comment on a submitted finding; ``mentions`` takes a list of people."""

    class Meta:
        model = Comment
        skip_postgeneration_save = True

    class Params:
        resolved = factory.Trait(
            resolved_at=factory.LazyFunction(timezone.now),
            resolved_by=factory.SubFactory(PersonFactory, lead=True),
        )

    finding = factory.SubFactory(FindingFactory, submitted=True)
    text = factory.Sequence(lambda number: f"Comment {number}")
    by = factory.SubFactory(PersonFactory, evaluator=True)

    @factory.post_generation
    def mentions(self: Comment, create: bool, people: Iterable[Person] | None, **_: Any) -> None:
        if people:
            self.mentions.set(people)


class AssessmentFactory(DjangoModelFactory):
    """A judgement of a lesson, shared with the funder, with no concern about any component."""

    class Meta:
        model = Assessment
        skip_postgeneration_save = True

    item = factory.SubFactory(LessonFactory)
    number = 1
    confidence = Confidence.MODERATE
    explanation = "Most of it agrees."
    item_version = factory.SelfAttribute("item.version")
    made_by = factory.SubFactory(PersonFactory, lead=True)

    @factory.post_generation
    def concerns(self: Assessment, create: bool, concern: str | None, **_: Any) -> None:
        for component in Component:
            ComponentConcernFactory(assessment=self, component=component)


class ComponentConcernFactory(DjangoModelFactory):
    class Meta:
        model = ComponentConcern
        django_get_or_create = ("assessment", "component")

    assessment = factory.SubFactory(AssessmentFactory)
    component = Component.METHODS
    concern = Concern.NONE


class EditionFactory(DjangoModelFactory):
    """An edition with nothing in it; what an edition freezes is made by ``make_edition``."""

    class Meta:
        model = Edition

    number = factory.Sequence(lambda number: 1_000 + number)
    note = "For the board."
    digest = "0" * 64
    made_by = factory.SubFactory(PersonFactory, lead=True)


class EditionItemFactory(DjangoModelFactory):
    class Meta:
        model = EditionItem

    edition = factory.SubFactory(EditionFactory)
    item = factory.SubFactory(LessonFactory)
    content = factory.LazyAttribute(lambda entry: {"code": entry.item.code})
    digest = "0" * 64


class EditionFindingFactory(DjangoModelFactory):
    class Meta:
        model = EditionFinding

    edition = factory.SubFactory(EditionFactory)
    finding = factory.SubFactory(FindingFactory, published=True, visibility="public")
    content = factory.LazyAttribute(lambda entry: {"ref": entry.finding.ref})
    digest = "0" * 64


class EditionCodingFactory(DjangoModelFactory):
    class Meta:
        model = EditionCoding

    finding = factory.SubFactory(EditionFindingFactory)
    item = factory.SubFactory(EditionItemFactory, edition=factory.SelfAttribute("..finding.edition"))
    direction = "supports"


class AssessedIndicatorFactory(DjangoModelFactory):
    class Meta:
        model = AssessedIndicator

    assessment = factory.SubFactory(AssessmentFactory)
    kind = AssessedIndicator.Kind.SOURCES
    derived = "2 in all: interview (2)"


class NegativeSearchFactory(DjangoModelFactory):
    """A search for evidence against a lesson, after which none was found."""

    class Meta:
        model = NegativeSearch

    item = factory.SubFactory(LessonFactory)
    looked_on = A_DAY
    looked_in = "Both workshops."
    looked_for = "Anybody who disagreed."
    made_by = factory.SubFactory(PersonFactory, evaluator=True)


class QuestionAnswerFactory(DjangoModelFactory):
    """A draft of an answer, for the funder once it is issued."""

    class Meta:
        model = QuestionAnswer

    class Params:
        issued = factory.Trait(
            issued_at=factory.LazyFunction(timezone.now),
            issued_by=factory.SubFactory(PersonFactory, lead=True),
        )

    item = factory.SubFactory(ResearchQuestionFactory)
    number = 1
    text = "It depends on who is in the room."
    gaps = "Small firms were not asked."
    updated_by = factory.SubFactory(PersonFactory, evaluator=True)


class DecisionFactory(DjangoModelFactory):
    """A decision of the funder on a lesson, for the funder."""

    class Meta:
        model = Decision
        skip_postgeneration_save = True

    title = factory.Sequence("Decision {}".format)
    decided_on = A_DAY
    decision = "From now on brokers are paid for."
    reason = "Employers stayed where somebody had time for them."
    created_by = factory.SubFactory(PersonFactory, funder=True)
    updated_by = factory.SelfAttribute("created_by")

    @factory.post_generation
    def items(self, create: bool, items: Any, **kwargs: Any) -> None:
        if create:
            self.items.set(items or [LessonFactory()])


class WatchFactory(DjangoModelFactory):
    class Meta:
        model = Watch

    person = factory.SubFactory(PersonFactory)
    item = factory.SubFactory(LessonFactory)
    circles = "public"


class AssessedFindingFactory(DjangoModelFactory):
    """A finding beneath a judgement, as it was then."""

    class Meta:
        model = AssessedFinding

    assessment = factory.SubFactory(AssessmentFactory)
    finding = factory.SubFactory(FindingFactory, published=True)
    direction = Coding.Direction.SUPPORTS


# WHAT: self-reports


class QuestionnaireFactory(DjangoModelFactory):
    class Meta:
        model = Questionnaire

    slug = factory.Sequence(lambda number: f"questionnaire-{number}")
    title = factory.Sequence(lambda number: f"Questionnaire {number}")


class QuestionnaireVersionFactory(DjangoModelFactory):
    """A draft; ``fixed=True`` for one that a round has opened with."""

    class Meta:
        model = QuestionnaireVersion

    class Params:
        fixed = factory.Trait(
            fixed_at=factory.LazyFunction(timezone.now), fixed_by=factory.SubFactory(PersonFactory, lead=True)
        )

    questionnaire = factory.SubFactory(QuestionnaireFactory)
    number = 1


class SectionFactory(DjangoModelFactory):
    class Meta:
        model = Section

    questionnaire_version = factory.SubFactory(QuestionnaireVersionFactory)
    key = factory.Sequence(lambda number: f"section-{number}")
    title = factory.Sequence(lambda number: f"Subject {number}")
    order = factory.Sequence(lambda number: number)


class QuestionFactory(DjangoModelFactory):
    """A question for a long text; ``choice=True`` for one with the answers yes and no."""

    class Meta:
        model = Question
        skip_postgeneration_save = True

    class Params:
        choice = factory.Trait(
            kind=Question.Kind.CHOICE,
            options=[{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}],
        )

    section = factory.SubFactory(SectionFactory)
    questionnaire_version = factory.SelfAttribute("section.questionnaire_version")
    key = factory.Sequence(lambda number: f"question-{number}")
    kind = Question.Kind.LONG_TEXT
    text = factory.Sequence(lambda number: f"What about {number}?")
    order = factory.Sequence(lambda number: number)

    @factory.post_generation
    def items(self: Question, create: bool, chosen: Iterable[FrameworkItem] | None, **_: Any) -> None:
        if chosen:
            self.items.set(chosen)


class RoundFactory(DjangoModelFactory):
    """A planned round; ``opened=True`` or ``shut=True`` for one that is open or closed. It begins today and
    lasts a month, so that nothing in it is late.
    """

    class Meta:
        model = Round
        skip_postgeneration_save = True

    class Params:
        opened = factory.Trait(
            status=Round.Status.OPEN,
            opened_at=factory.LazyFunction(timezone.now),
            opened_by=factory.SelfAttribute("created_by"),
            questionnaire_version=factory.SubFactory(
                QuestionnaireVersionFactory,
                questionnaire=factory.SelfAttribute("..questionnaire"),
                fixed=True,
            ),
        )
        shut = factory.Trait(
            opened=True,
            status=Round.Status.CLOSED,
            closed_at=factory.LazyFunction(timezone.now),
            closed_by=factory.SelfAttribute("created_by"),
        )

    slug = factory.Sequence(lambda number: f"round-{number}")
    title = factory.Sequence(lambda number: f"Round {number}")
    opens_on = factory.LazyFunction(timezone.localdate)
    closes_on = factory.LazyFunction(lambda: timezone.localdate() + datetime.timedelta(days=30))
    questionnaire = factory.SubFactory(QuestionnaireFactory)
    created_by = factory.SubFactory(PersonFactory, lead=True)

    @factory.post_generation
    def partnerships(self: Round, create: bool, chosen: Iterable[Partnership] | None, **_: Any) -> None:
        if chosen:
            self.partnerships.set(chosen)


class SelfReportFactory(DjangoModelFactory):
    """An invitation in an open round; ``begun``, ``submitted``, ``returned`` or ``accepted=True``."""

    class Meta:
        model = SelfReport

    class Params:
        begun = factory.Trait(
            status=SelfReport.Status.IN_PROGRESS,
            started_at=factory.LazyFunction(timezone.now),
            started_by=factory.SelfAttribute("invited_by"),
        )
        submitted = factory.Trait(
            begun=True,
            status=SelfReport.Status.SUBMITTED,
            submitted_at=factory.LazyFunction(timezone.now),
            submitted_by=factory.SelfAttribute("invited_by"),
        )
        returned = factory.Trait(submitted=True, status=SelfReport.Status.RETURNED)
        accepted = factory.Trait(
            submitted=True,
            status=SelfReport.Status.ACCEPTED,
            accepted_at=factory.LazyFunction(timezone.now),
            accepted_by=factory.SelfAttribute("invited_by"),
        )

    round = factory.SubFactory(RoundFactory, opened=True)
    partnership = factory.SubFactory(PartnershipFactory)
    invited_by = factory.SelfAttribute("round.created_by")


class AnswerFactory(DjangoModelFactory):
    class Meta:
        model = Answer

    question = factory.SubFactory(
        QuestionFactory,
        section__questionnaire_version=factory.SelfAttribute("...self_report.round.questionnaire_version"),
    )
    self_report = factory.SubFactory(SelfReportFactory, begun=True)
    value = "We ring each other."
    updated_by = factory.SubFactory(PersonFactory)


class FinishedSectionFactory(DjangoModelFactory):
    class Meta:
        model = FinishedSection

    self_report = factory.SubFactory(SelfReportFactory, begun=True)
    section = factory.SubFactory(
        SectionFactory,
        questionnaire_version=factory.SelfAttribute("..self_report.round.questionnaire_version"),
    )
    by = factory.SubFactory(PersonFactory)


class ColleagueNoteFactory(DjangoModelFactory):
    class Meta:
        model = ColleagueNote

    self_report = factory.SubFactory(SelfReportFactory, begun=True)
    question = factory.SubFactory(
        QuestionFactory,
        section__questionnaire_version=factory.SelfAttribute("...self_report.round.questionnaire_version"),
    )
    text = factory.Sequence(lambda number: f"Note {number}")
    by = factory.SubFactory(PersonFactory)


class ReportStepFactory(DjangoModelFactory):
    class Meta:
        model = ReportStep

    self_report = factory.SubFactory(SelfReportFactory, submitted=True)
    step = ReportStep.Step.SUBMIT
    report_version = factory.SelfAttribute("self_report.version")
    by = factory.SelfAttribute("self_report.invited_by")


class RatingStatementFactory(DjangoModelFactory):
    class Meta:
        model = RatingStatement

    item = factory.SubFactory(DriverFactory)
    statement = factory.LazyAttribute(lambda row: f"We have {row.item.code}.")
    question = factory.LazyAttribute(lambda row: f"What does {row.item.code} mean to us?")


class RaterFactory(DjangoModelFactory):
    """Somebody invited by a link; ``sent=True`` for one whose answers are in."""

    class Meta:
        model = Rater

    class Params:
        sent = factory.Trait(
            started_at=factory.LazyFunction(timezone.now), sent_at=factory.LazyFunction(timezone.now)
        )

    self_report = factory.SubFactory(SelfReportFactory)
    email = factory.Sequence(lambda number: f"rater{number}@example.net")
    other_organisation = "A youth club"
    sector = factory.SubFactory(SectorFactory)
    invited_by = factory.SelfAttribute("self_report.invited_by")


class RatingLinkFactory(DjangoModelFactory):
    """A link that works; ``token`` is what its address holds."""

    class Meta:
        model = RatingLink

    class Params:
        token = factory.Sequence(lambda number: f"token-{number}")

    rater = factory.SubFactory(RaterFactory)
    digest = factory.LazyAttribute(lambda link: digest_of_token(link.token))


class RatingFactory(DjangoModelFactory):
    class Meta:
        model = Rating

    rater = factory.SubFactory(RaterFactory)
    item = factory.SubFactory(DriverFactory)
    step = 3


class RatingsEndFactory(DjangoModelFactory):
    class Meta:
        model = RatingsEnd

    self_report = factory.SubFactory(SelfReportFactory)
    by = factory.SubFactory(PersonFactory)


class ProposalFactory(DjangoModelFactory):
    """An answer that waits; ``dropped``, ``taken`` or ``merged=True`` once somebody has decided about it."""

    class Meta:
        model = Proposal

    class Params:
        decided = factory.Trait(
            decided_at=factory.LazyFunction(timezone.now), decided_by=factory.SelfAttribute("created_by")
        )
        dropped = factory.Trait(decided=True, state=Proposal.State.DROPPED, reason="It says nothing new.")
        taken = factory.Trait(
            decided=True,
            state=Proposal.State.TAKEN,
            finding=factory.SubFactory(FindingFactory, origin=Finding.Origin.SELF_REPORT),
        )
        merged = factory.Trait(
            decided=True, state=Proposal.State.MERGED, finding=factory.SubFactory(FindingFactory)
        )

    self_report = factory.SubFactory(SelfReportFactory, accepted=True)
    question = factory.SubFactory(
        QuestionFactory,
        section__questionnaire_version=factory.SelfAttribute("...self_report.round.questionnaire_version"),
    )
    answer_version = 1
    answer_digest = factory.Sequence(lambda number: f"{number:064d}")
    words = factory.Sequence(lambda number: f"Answer {number}.")
    created_by = factory.SelfAttribute("self_report.invited_by")


class TeamViewFactory(DjangoModelFactory):
    class Meta:
        model = TeamView

    self_report = factory.SubFactory(SelfReportFactory, submitted=True)
    item = factory.SubFactory(DriverFactory)
    step = 2
    reason = "The board has not met since spring."
    updated_by = factory.SubFactory(PersonFactory, evaluator=True)


class ActionFactory(DjangoModelFactory):
    class Meta:
        model = Action

    self_report = factory.SubFactory(SelfReportFactory, accepted=True)
    text = factory.Sequence(lambda number: f"Do {number}")
    owner = "The coordinator"
    due_on = factory.LazyFunction(lambda: timezone.localdate() + datetime.timedelta(days=60))
    created_by = factory.SelfAttribute("self_report.invited_by")


class ActionStepFactory(DjangoModelFactory):
    class Meta:
        model = ActionStep

    action = factory.SubFactory(ActionFactory)
    state = "open"
    note = factory.Sequence(lambda number: f"It goes {number}.")
    by = factory.SelfAttribute("action.created_by")


class BriefFactory(DjangoModelFactory):
    class Meta:
        model = Brief

    title = factory.Sequence("Brief {}".format)
    audience = "funder"
    created_by = factory.SubFactory(PersonFactory, evaluator=True)


class BriefItemFactory(DjangoModelFactory):
    class Meta:
        model = BriefItem

    brief = factory.SubFactory(BriefFactory)
    item = factory.SubFactory(LessonFactory)


class BriefIssueFactory(DjangoModelFactory):
    """A version with nothing in it; a whole one is made by ``issue_brief``."""

    class Meta:
        model = BriefIssue

    brief = factory.SubFactory(BriefFactory)
    number = 1
    content = factory.LazyAttribute(
        lambda issue: {
            "title": issue.brief.title,
            "introduction": "",
            "partnerships": [],
            "sectors": [],
            "items": [],
        }
    )
    digest = "0" * 64
    issued_by = factory.SubFactory(PersonFactory, lead=True)


class SearchDocumentFactory(DjangoModelFactory):
    """A document about nothing; the database writes those of things that are there."""

    class Meta:
        model = SearchDocument

    kind = SearchDocument.Kind.ITEM
    key = factory.Sequence("D{}".format)


class SynonymFactory(DjangoModelFactory):
    class Meta:
        model = Synonym

    short = factory.Sequence("SYN{}".format)
    long = factory.Sequence("synonym number {}".format)


class SavedSearchFactory(DjangoModelFactory):
    class Meta:
        model = SavedSearch

    name = factory.Sequence("Search {}".format)
    q = "trust"
    created_by = factory.SubFactory(PersonFactory, evaluator=True)
