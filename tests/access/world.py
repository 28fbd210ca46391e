"""A small world in which every address has something to show and something to hide."""

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from evidence.actions.briefs import issue_brief
from evidence.actions.editions import make_edition
from evidence.models import (
    Brief,
    CaseStudy,
    Finding,
    FrameworkItem,
    Programme,
    Proposal,
    Question,
    QuestionnaireVersion,
    Reference,
    ReplyRequest,
    Round,
    SelfReport,
    Source,
    TypedForm,
    Wave,
)
from evidence.queries.watching import circles_of
from partnerships.models import Organisation, Sector
from tests.factories import (
    ActionFactory,
    ActionStepFactory,
    AnswerFactory,
    AppraisalFactory,
    ApproachFactory,
    AreaFactory,
    AssessedIndicatorFactory,
    AssessmentFactory,
    AttachmentFactory,
    AuditRowFactory,
    BarrierFactory,
    BenefitFactory,
    BriefFactory,
    BriefItemFactory,
    CaseStudyFactory,
    CodingFactory,
    ColleagueNoteFactory,
    CommentFactory,
    DecisionFactory,
    DriverFactory,
    FactSourceFactory,
    FindingCitationFactory,
    FindingFactory,
    ItemCitationFactory,
    LessonFactory,
    MembershipFactory,
    NegativeSearchFactory,
    OrganisationFactory,
    OutcomeFactory,
    ProgrammeFactory,
    ProposalFactory,
    QuestionAnswerFactory,
    QuestionFactory,
    QuestionnaireVersionFactory,
    RaterFactory,
    RatingFactory,
    RatingLinkFactory,
    RatingsEndFactory,
    RatingStatementFactory,
    ReferenceFactory,
    ReplyRequestFactory,
    ReportStepFactory,
    ResearchQuestionFactory,
    ReviewStepFactory,
    RoundFactory,
    SavedSearchFactory,
    SectionFactory,
    SectorFactory,
    SelfReportFactory,
    SourceFactory,
    TeamViewFactory,
    ThemeFactory,
    TypedFormFactory,
    WatchFactory,
    WaveFactory,
)
from tests.personas import Personas, make_personas

Kind = FrameworkItem.Kind

# Every finding of the world by the name that the tables use. Draft to withdrawn were meant for the funder.
FINDINGS = {
    "draft": ("draft", "funder"),
    "submitted": ("submitted", "funder"),
    "returned": ("returned", "funder"),
    "withdrawn": ("withdrawn", "public"),
    "for-team": ("published", "team"),
    "for-funder": ("published", "funder"),
    "for-partnerships": ("published", "partnerships"),
    "for-public": ("published", "public"),
}

# The parts of a finding that hold words of their own; each gets a word that stands nowhere else.
MARKED = (
    "title",
    "text",
    "quote",
    "note",
    "role",
    "reason",
    "printed",
    "comment",
    "appraisal",
    "sourceappraisal",
    "former",
    "change",
    "file",
    "transcript",
    "reply",
    "response",
)
# What partnerships are asked about a finding that only the team may read, as the words were and as they are.
ASKED_MARKED = ("title", "text", "quote", "request")
REWORDED = ("newtitle", "newtext")


# Every self-report of the world: whose it is, how far, and what the funder reads of its round.
REPORTS = {
    "open report": ("partnership", "begun", Round.FunderReads.ACCEPTED),
    "other report": ("other_partnership", "begun", Round.FunderReads.ACCEPTED),
    "submitted report": ("partnership", "submitted", Round.FunderReads.ACCEPTED),
    "shared report": ("partnership", "accepted", Round.FunderReads.ACCEPTED),
    "kept report": ("other_partnership", "accepted", Round.FunderReads.NEVER),
}


# Personal links to rate: one that works, one by which everything was sent, one that was taken back.
LINKS = ("personal", "used", "dead", "unknown")


# The reports of which the team has recorded its own view.
TEAM_VIEWED = ("submitted report", "shared report", "kept report", "rated report")


SAVED = "W-22222222"  # the evaluator's saved search


def mark(finding: str, part: str) -> str:
    """The word that marks one part of one finding, for example ``zqforfunderquote``."""
    return f"zq{finding.replace('-', '').replace(' ', '')}{part}"


@dataclass(repr=False)
class World:
    """Everything there is, and the arguments of every address."""

    personas: Personas
    items: dict[str, FrameworkItem]
    sector: Sector
    organisation: Organisation
    programme: Programme
    reference: Reference
    typed_form: TypedForm
    public_study: CaseStudy
    draft_study: CaseStudy
    noted_source: Source
    free_wave: Wave
    asked: ReplyRequest
    questions: QuestionnaireVersion
    draft_question: Question
    planned_round: Round
    reports: dict[str, SelfReport]
    proposals: dict[str, Proposal]
    findings: dict[str, Finding]
    briefs: dict[str, Brief]

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """What a table calls a thing, and how an address names it."""
        return {
            **{kind: item.code for kind, item in self.items.items()},
            **{name: finding.ref for name, finding in self.findings.items()},
            **{
                f"comment on {name}": str(finding.comments.earliest("pk").pk)
                for name, finding in self.findings.items()
            },
            **{f"source of {name}": finding.source.ref for name, finding in self.findings.items()},
            **{
                f"file of {name}": finding.attachments.earliest("pk").ref
                for name, finding in self.findings.items()
            },
            **{
                f"transcript of {name}": finding.source.attachments.earliest("pk").ref
                for name, finding in self.findings.items()
            },
            "public study": self.public_study.slug,
            "draft study": self.draft_study.slug,
            "noted source": self.noted_source.ref,
            "wave": str(self.free_wave.pk),
            **{name: report.ref for name, report in self.reports.items()},
            **{f"section of {name}": (report.ref, "beginnings") for name, report in self.reports.items()},
            **{f"question of {name}": (report.ref, "why") for name, report in self.reports.items()},
            **{f"file in {name}": self.reports[name].attachments.get().ref for name in REPORTS},
            **{f"rating of {name}": (report.ref, "what-helps") for name, report in self.reports.items()},
            **{f"{kind} link": f"link-{kind}" for kind in LINKS},
            **{f"part of {kind} link": (f"link-{kind}", "what-helps") for kind in LINKS},
            **{name: proposal.ref for name, proposal in self.proposals.items()},
            **{f"action of {name}": self.reports[name].actions.earliest("pk").ref for name in REPORTS},
            "open round": self.reports["open report"].round.slug,
            "closed round": self.reports["shared report"].round.slug,
            "planned round": self.planned_round.slug,
            "questionnaire": self.questions.questionnaire.slug,
            "draft questionnaire": self.draft_question.questionnaire_version.questionnaire.slug,
            "draft section": self.draft_question.section.pk,
            "draft question": self.draft_question.pk,
            **{name: brief.ref for name, brief in self.briefs.items()},
            **{f"version of {name}": (brief.ref, 1) for name, brief in self.briefs.items()},
            "saved search": SAVED,
            "edition": 1,
            "public decision": "D-PUBLICXX",
            "funder decision": "D-FUNDERXX",
            "lesson in edition": (1, self.items[Kind.LESSON].code),
            "lesson number": self.items[Kind.LESSON].number,
            "theme": self.items[Kind.LESSON].theme.slug,
            "sector": self.sector.code,
            "organisation": self.organisation.slug,
            "partnership": self.personas.partnership.slug,
            "teams own": mark("submitted report", "team"),
            "other partnership": self.personas.other_partnership.slug,
            "area": self.personas.partnership.areas.get().code,
            "programme": self.programme.slug,
            "reference": self.reference.key,
            "typed form": self.typed_form.key,
            "asked": self.asked.ref,
            "reporter": str(self.personas.reporter.pk),
            "negative search": str(self.items[Kind.LESSON].negative_searches.get().pk),
            "evaluator": str(self.personas.evaluator.pk),
            "lead": str(self.personas.lead.pk),
            "confidence in the lesson": (self.items[Kind.LESSON].code, "confidence"),
        }

    def add_finding(self, name: str) -> Finding:
        """A finding that bears on every thing there is, written by the evaluator, with marked words."""
        status, visibility = FINDINGS[name]
        finding = FindingFactory(
            title=f"Finding {mark(name, 'title')}",
            text=f"What was found: {mark(name, 'text')}.",
            quote=f"They said {mark(name, 'quote')}.",
            visibility=visibility,
            created_by=self.personas.evaluator,
            partnerships=[self.personas.partnership],
            organisations=[self.organisation],
            sectors=[self.sector],
            programme=self.programme,
            source=SourceFactory(
                created_by=self.personas.evaluator,
                respondent_role=f"mentor {mark(name, 'role')}",
                # The team reads every source of a case study, and a draft's is its author's.
                case_study=None if name == "draft" else self.public_study,
            ),
            **({} if status == "draft" else {status: True}),
        )
        for item in self.items.values():
            CodingFactory(finding=finding, item=item, note=f"It bears so: {mark(name, 'note')}.")
        FindingCitationFactory(finding=finding, reference=self.reference, printed=mark(name, "printed"))
        ReviewStepFactory(
            finding=finding,
            reason=f"Because {mark(name, 'reason')}.",
            changes={"text": [f"Once: {mark(name, 'change')}.", "Now."]},
        )
        add_former_wording(finding, mark(name, "former"))
        CommentFactory(finding=finding, text=f"Think of {mark(name, 'comment')}.", by=self.personas.evaluator)
        evaluator = self.personas.evaluator
        AppraisalFactory(finding=finding, reason=f"As {mark(name, 'appraisal')} shows.", by=evaluator)
        AppraisalFactory(
            finding=None,
            source=finding.source,
            reason=f"As {mark(name, 'sourceappraisal')} shows.",
            by=evaluator,
        )
        self.add_files(finding, name, visibility if status == "published" else "team")
        ReplyRequestFactory(
            finding=finding,
            partnership=self.personas.other_partnership,
            answered=True,
            text=f"It is so: {mark(name, 'reply')}.",
            answered_by=self.personas.other_reporter,
            response=f"Thank you: {mark(name, 'response')}.",
            responded_at=timezone.now(),
            responded_by=self.personas.lead,
            asked_by=self.personas.lead,
        )
        self.findings[name] = finding
        self.__dict__.pop("arguments", None)
        return finding

    def add_files(self, finding: Finding, name: str, visibility: str) -> None:
        """A file of the finding that goes as far as it does, and the transcript of its source."""
        AttachmentFactory(
            finding=finding,
            source=None,
            name=f"{mark(name, 'file')}.txt",
            description=f"Shows {mark(name, 'file')}.",
            text=f"In full: {mark(name, 'transcript')}.",
            copied=f"In short: {mark(name, 'file')}.",
            created_by=self.personas.evaluator,
            **({} if visibility == "team" else {"released": True, "visibility": visibility}),
        )
        words = mark(name, "transcript")
        AttachmentFactory(
            source=finding.source,
            name=f"{words}.txt",
            description=words,
            text=words,
            created_by=self.personas.evaluator,
        )


def add_former_wording(finding: Finding, word: str) -> None:
    """A draft before the finding's first version, with a word that was taken out since."""
    former = finding.history.latest()
    former.pk, former.version, former.status = None, 0, Finding.Status.DRAFT
    former.title = former.text = former.quote = f"Before: {word}"
    former.history_date -= datetime.timedelta(days=1)
    former.save()


def make_request(personas: Personas) -> ReplyRequest:
    """What the first partnership is asked about a finding that waits for review and was reworded since."""
    finding = FindingFactory(
        submitted=True,
        title=f"Now {mark('asked', 'newtitle')}",
        text=f"Since then: {mark('asked', 'newtext')}.",
        created_by=personas.evaluator,
        partnerships=[personas.partnership],
        source=SourceFactory(created_by=personas.evaluator),
    )
    return ReplyRequestFactory(
        finding=finding,
        asked_title=f"Asked about {mark('asked', 'title')}",
        asked_text=f"What was found: {mark('asked', 'text')}.",
        asked_quote=f"They said {mark('asked', 'quote')}.",
        note=f"Tell us of {mark('asked', 'request')}.",
        asked_by=personas.lead,
    )


def add_reports(personas: Personas) -> tuple[QuestionnaireVersion, dict[str, SelfReport]]:
    """The questionnaire of all rounds, and reports in every state with marked words."""
    asked = QuestionnaireVersionFactory(fixed=True, fixed_by=personas.lead)
    section = SectionFactory(questionnaire_version=asked, key="beginnings", title="How it began")
    new = QuestionFactory(section=section, choice=True, key="new", text="Is it new?")
    why = QuestionFactory(section=section, key="why", text="Why so?", shown_if=new, shown_if_values=["yes"])
    rounds: dict[tuple[str, str], Round] = {}
    reports = {}
    for name, (whose, status, funder_reads) in REPORTS.items():
        if (status, funder_reads) not in rounds:
            rounds[status, funder_reads] = RoundFactory(
                opened=True,
                shut=status == "accepted",
                created_by=personas.lead,
                questionnaire=asked.questionnaire,
                questionnaire_version=asked,
                funder_reads=funder_reads,
                partnerships=[personas.partnership, personas.other_partnership],
            )
        report = SelfReportFactory(
            round=rounds[status, funder_reads], partnership=personas[whose], **{status: True}
        )
        reporter = personas.reporter if whose == "partnership" else personas.other_reporter
        AnswerFactory(self_report=report, question=new, value="yes", updated_by=reporter)
        AnswerFactory(
            self_report=report, question=why, value=f"Because {mark(name, 'answer')}.", updated_by=reporter
        )
        ColleagueNoteFactory(
            self_report=report, question=why, text=f"Ask {mark(name, 'colleague')}.", by=reporter
        )
        ReportStepFactory(self_report=report, reason=f"Since {mark(name, 'step')}.", by=personas.lead)
        TypedFormFactory(
            key=f"{report.ref}/beginnings",
            self_report=report,
            created_by=reporter,
            content={"q-new": ["yes"], "q-why": [f"Typed {mark(name, 'typed')}"]},
        )
        AttachmentFactory(
            self_report=report,
            question=why,
            source=None,
            name=f"{mark(name, 'reportfile')}.txt",
            description=f"Shows {mark(name, 'reportfile')}.",
            text=mark(name, "reportfile"),
            copied=mark(name, "reportfile"),
            created_by=reporter,
        )
        action = ActionFactory(
            self_report=report,
            text=f"Do {mark(name, 'action')}",
            owner=f"Who {mark(name, 'action')}",
            created_by=reporter,
            due_on=timezone.localdate() - datetime.timedelta(days=3),
        )
        ActionStepFactory(action=action, note=f"So far {mark(name, 'action')}.", by=reporter)
        reports[name] = report
    return asked, reports


def add_proposals(
    personas: Personas,
    asked: QuestionnaireVersion,
    reports: dict[str, SelfReport],
    items: list[FrameworkItem],
) -> dict[str, Proposal]:
    """Answers of accepted reports: two wait, one was dropped, one became a finding for the team alone."""
    why = asked.questions.get(key="why")
    why.items.set(items)
    for name in ("shared report", "kept report"):
        SourceFactory(
            self_report=reports[name],
            label=f"Source {mark(name, 'source')}",
            consent_scope="team" if name == "kept report" else "funder",
            quote_permission=False,
            is_shared=True,
            created_by=personas.lead,
        )

    def proposal(report: str, **fields: Any) -> Proposal:
        words = f"Because {mark(report, 'proposal')}."
        return ProposalFactory(
            self_report=reports[report], question=why, words=words, created_by=personas.lead, **fields
        )

    finding = FindingFactory(
        published=True,
        visibility="team",
        title=f"Finding {mark('reported', 'title')}",
        created_by=personas.other_evaluator,
        origin=Finding.Origin.SELF_REPORT,
        partnerships=[personas.partnership],
        source=reports["shared report"].source,
    )
    return {
        "waiting answer": proposal("shared report"),
        "kept answer": proposal("kept report"),
        "dropped answer": proposal(
            "shared report", dropped=True, is_current=True, reason=f"Since {mark('dropped', 'proposal')}."
        ),
        "taken answer": proposal("shared report", taken=True, finding=finding, is_current=False),
    }


def make_world(*findings: str) -> World:
    """The world with the findings named, or with all."""
    personas = make_personas()
    theme, sector = ThemeFactory(), SectorFactory()
    items = {
        Kind.LESSON: LessonFactory(theme=theme),
        Kind.BENEFIT: BenefitFactory(theme=theme),
        Kind.DRIVER: DriverFactory(theme=theme),
        Kind.BARRIER: BarrierFactory(theme=theme, sectors=[sector]),
        Kind.APPROACH: ApproachFactory(theme=theme),
        Kind.OUTCOME: OutcomeFactory(theme=theme),
        Kind.RESEARCH_QUESTION: ResearchQuestionFactory(theme=theme),
    }
    organisation = OrganisationFactory(sector=sector)
    MembershipFactory(partnership=personas.partnership, organisation=organisation)
    FactSourceFactory(partnership=personas.partnership)
    personas.partnership.areas.add(AreaFactory())
    reference = ReferenceFactory()
    ItemCitationFactory(item=items[Kind.DRIVER], reference=reference)
    AuditRowFactory(by=personas.lead)
    evaluator = personas.evaluator
    draft_study = CaseStudyFactory(partnership=personas.other_partnership, created_by=evaluator)
    questions, reports = add_reports(personas)
    world = World(
        personas=personas,
        items={str(kind): item for kind, item in items.items()},
        sector=sector,
        organisation=organisation,
        programme=ProgrammeFactory(),
        reference=reference,
        typed_form=TypedFormFactory(
            created_by=personas.evaluator, content={"text": [f"Begun: {mark('begun', 'text')}"]}
        ),
        public_study=CaseStudyFactory(
            partnership=personas.partnership, created_by=evaluator, published=True, visibility="public"
        ),
        draft_study=draft_study,
        noted_source=SourceFactory(case_study=draft_study, created_by=evaluator, is_shared=True),
        free_wave=WaveFactory(),
        asked=make_request(personas),
        questions=questions,
        draft_question=QuestionFactory(),
        planned_round=RoundFactory(
            created_by=personas.lead,
            questionnaire=questions.questionnaire,
            partnerships=[personas.partnership],
        ),
        reports=reports,
        proposals=add_proposals(personas, questions, reports, list(items.values())),
        findings={},
        briefs={},
    )
    judge(items[Kind.LESSON], personas)
    watch(items[Kind.LESSON], personas)
    add_decisions(items, personas)
    add_answers(items[Kind.RESEARCH_QUESTION], personas)
    add_ratings(world)
    call_command("index_search", verbosity=0)  # the answers were not saved by the product's actions
    for name in findings or FINDINGS:
        world.add_finding(name)
    make_edition(by=personas.lead, note="For the board.", last_seen=0)
    add_briefs(world)
    SavedSearchFactory(
        ref=SAVED, name=f"Kept {mark('saved', 'name')}", q=f"zq {mark('saved', 'q')}", created_by=evaluator
    )
    return world


def add_briefs(world: World) -> None:
    """Briefs by the evaluator: one issued for everybody, one for the funder, and one that is not issued."""
    personas = world.personas
    for name, audience in (("public brief", "public"), ("funder brief", "funder"), ("draft brief", "public")):
        brief = BriefFactory(
            ref=f"B-{name.split()[0].upper():2<8}",
            title=f"Brief {mark(name, 'title')}" if name == "draft brief" else f"For a meeting: {name}",
            audience=audience,
            created_by=personas.evaluator,
        )
        BriefItemFactory(brief=brief, item=world.items[Kind.LESSON])
        if name != "draft brief":
            issue_brief(by=personas.lead, brief=brief, version=1)
        world.briefs[name] = brief


def add_decisions(items: dict[str, FrameworkItem], personas: Personas) -> None:
    """What the funder decided on every item: once for everybody, once for itself with marked words."""
    asked = {"items": list(items.values()), "created_by": personas.funder}
    DecisionFactory(ref="D-PUBLICXX", title="Open to all", visibility="public", **asked)
    DecisionFactory(
        ref="D-FUNDERXX",
        title=f"Within {mark('decided', 'title')}",
        decision=f"So it is: {mark('decided', 'decision')}.",
        reason=f"Because of {mark('decided', 'reason')}.",
        **asked,
    )


def add_answers(question: FrameworkItem, personas: Personas) -> None:
    """An answer to the question for the funder, and the draft of the next, with marked words."""
    QuestionAnswerFactory(
        item=question,
        issued=True,
        issued_by=personas.lead,
        text=f"It depends on {mark('answered', 'text')}.",
        gaps=f"Not known: {mark('answered', 'gaps')}.",
        updated_by=personas.evaluator,
    )
    QuestionAnswerFactory(
        item=question,
        number=2,
        text=f"Or on {mark('drafted', 'text')}.",
        gaps=f"Not yet: {mark('drafted', 'gaps')}.",
        updated_by=personas.evaluator,
    )


def watch(item: FrameworkItem, personas: Personas) -> None:
    """Everybody with an account watches it, and it stands otherwise for them since they looked."""
    for name in ("reporter", "funder", "evaluator", "lead", "administrator"):
        person = personas[name]
        WatchFactory(
            person=person, item=item, circles=circles_of(person), status="thin", seen_status="supported"
        )


def judge(item: FrameworkItem, personas: Personas) -> None:
    """A judgement of an item, shared with the funder, with marked words."""
    assessment = AssessmentFactory(
        item=item,
        made_by=personas.lead,
        explanation=f"Judged so: {mark('judged', 'explanation')}.",
        dissent=f"One saw it differently: {mark('judged', 'dissent')}.",
    )
    for concern in assessment.concerns.all():
        concern.concern, concern.reason = "minor", f"For {mark('judged', 'concern')}."
        concern.save()
    AssessedIndicatorFactory(assessment=assessment, derived=mark("judged", "indicator"))
    NegativeSearchFactory(
        item=item,
        made_by=personas.evaluator,
        looked_in=f"In {mark('judged', 'lookedin')}.",
        looked_for=f"For {mark('judged', 'lookedfor')}.",
    )


def add_ratings(world: World) -> None:
    """Statements, people who rate for each report with marked words, and links of every kind."""
    items = [world.items[Kind.DRIVER], world.items[Kind.BARRIER]]
    for item in items:
        RatingStatementFactory(item=item)
    for name, report in world.reports.items():
        asked = {"self_report": report, "sector": world.sector}
        reporter = world.personas[
            "reporter" if report.partnership == world.personas.partnership else "other_reporter"
        ]
        own = RaterFactory(**asked, person=reporter, email="", other_organisation="")
        RatingFactory(rater=own, item=items[0], step=2, reason="It was time.")
        rater = RaterFactory(**asked, sent=True, other_organisation=f"Club {mark(name, 'rater')}")
        for item in items:
            RatingFactory(rater=rater, item=item, step=1, reason=f"Because of {mark(name, 'why')}.")
    add_links(world, items[0])
    add_profile(world, items)
    for name in TEAM_VIEWED:
        TeamViewFactory(
            self_report=world.reports[name],
            item=items[0],
            reason=f"We saw {mark(name, 'team')}.",
            updated_by=world.personas.evaluator,
        )


def add_profile(world: World, items: list[FrameworkItem]) -> None:
    """A report of the first partnership whose ratings are complete, with marked words."""
    personas = world.personas
    round_ = RoundFactory(
        opened=True,
        shut=True,
        created_by=personas.lead,
        questionnaire=world.questions.questionnaire,
        questionnaire_version=world.questions,
        funder_reads=Round.FunderReads.ACCEPTED,
    )
    report = SelfReportFactory(round=round_, partnership=personas.partnership, accepted=True)
    for step in (1, 1, 2, 4, 5, 5):
        club = f"Club {mark('rated report', 'rater')}"
        rater = RaterFactory(self_report=report, sector=world.sector, sent=True, other_organisation=club)
        for item in items:
            RatingFactory(rater=rater, item=item, step=step, reason=f"For {mark('rated report', 'why')}.")
    RatingsEndFactory(self_report=report, by=personas.reporter)
    world.reports["rated report"] = report


def add_links(world: World, item: FrameworkItem) -> None:
    asked = {"self_report": world.reports["open report"], "sector": world.sector}
    revoked = {"revoked_at": timezone.now(), "revoked_by": world.personas.reporter}
    for kind, fields in (("personal", {}), ("used", {"sent": True}), ("dead", revoked)):
        rater = RaterFactory(**asked, **fields)
        RatingLinkFactory(rater=rater, token=f"link-{kind}")
        RatingFactory(rater=rater, item=item)
