"""Case studies, and sources with a ref and with what was agreed about them.

Before, consent was judged with each finding when it was published. A source that is there already gets the
widest circle that one of its findings is meant for, at least the funder's, and permission to quote where a
quote is meant for readers beyond the funder: so nothing that was published becomes wrong.
"""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import evidence.models.source
import simple_history.models
from django.conf import settings
from django.db import migrations, models

CIRCLES = ["team", "funder", "partnerships", "public"]


def say_what_was_agreed(apps, schema_editor):
    Source = apps.get_model("evidence", "Source")
    for source in Source.objects.prefetch_related("findings"):
        findings = source.findings.all()
        circles = ["funder", *(finding.visibility for finding in findings)]
        source.ref = evidence.models.source.new_source_ref()
        source.consent_scope = max(circles, key=CIRCLES.index)
        source.quote_permission = any(
            finding.quote and CIRCLES.index(finding.visibility) > CIRCLES.index("funder") for finding in findings
        )
        source.is_shared = len(findings) > 1
        source.save(update_fields=["ref", "consent_scope", "quote_permission", "is_shared"])


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0002_finding_search'),
        ('partnerships', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalCaseStudy',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('slug', models.SlugField(editable=False, max_length=80)),
                ('methods', models.TextField(blank=True, help_text='Who was chosen and how, what was asked, what could not be done.', validators=[django.core.validators.MaxLengthValidator(10000)])),
                ('narrative', models.TextField(blank=True, help_text='The story of the partnership in this wave, in Markdown. Replace names by [brackets].', validators=[django.core.validators.MaxLengthValidator(100000)])),
                ('planned_interviews', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published')], default='draft', editable=False, max_length=10)),
                ('visibility', models.CharField(choices=[('team', 'Evaluation team'), ('funder', 'Funder'), ('partnerships', 'Partnerships'), ('public', 'Public')], default='funder', editable=False, max_length=12)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('published_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('is_demonstration', models.BooleanField(default=False, editable=False, verbose_name='demonstration content')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical case study',
                'verbose_name_plural': 'historical case studies',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalCaseStudy_evaluators',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name': 'HistoricalCaseStudy_evaluators',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Wave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(unique=True)),
                ('name', models.CharField(help_text='For example: First visits.', max_length=80)),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('is_demonstration', models.BooleanField(default=False, editable=False, verbose_name='demonstration content')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.AddField(
            model_name='source',
            name='anonymised_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='source',
            name='anonymised_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sources_anonymised', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='source',
            name='consent_scope',
            field=models.CharField(choices=[('team', 'Evaluation team'), ('funder', 'Funder'), ('partnerships', 'Partnerships'), ('public', 'Public')], default='funder', help_text='The widest circle that those who spoke, or who own the material, have agreed to.', max_length=12, verbose_name='consent'),
        ),
        migrations.AddField(
            model_name='source',
            name='consent_withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='source',
            name='consent_withdrawn_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='consents_withdrawn', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='source',
            name='consent_withdrawn_reason',
            field=models.TextField(blank=True, editable=False, validators=[django.core.validators.MaxLengthValidator(5000)]),
        ),
        migrations.AddField(
            model_name='source',
            name='is_shared',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='source',
            name='label',
            field=models.CharField(blank=True, help_text='What the evaluation team calls it, for example “Interview 7”. Never a name.', max_length=120),
        ),
        migrations.AddField(
            model_name='source',
            name='quote_permission',
            field=models.BooleanField(default=False, help_text='They have agreed that their own words are quoted beyond the funder.'),
        ),
        migrations.AddField(
            model_name='source',
            name='ref',
            field=models.CharField(default='', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='source',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.CreateModel(
            name='CaseStudy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(editable=False, max_length=80, unique=True)),
                ('methods', models.TextField(blank=True, help_text='Who was chosen and how, what was asked, what could not be done.', validators=[django.core.validators.MaxLengthValidator(10000)])),
                ('narrative', models.TextField(blank=True, help_text='The story of the partnership in this wave, in Markdown. Replace names by [brackets].', validators=[django.core.validators.MaxLengthValidator(100000)])),
                ('planned_interviews', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published')], default='draft', editable=False, max_length=10)),
                ('visibility', models.CharField(choices=[('team', 'Evaluation team'), ('funder', 'Funder'), ('partnerships', 'Partnerships'), ('public', 'Public')], default='funder', editable=False, max_length=12)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('published_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('is_demonstration', models.BooleanField(default=False, editable=False, verbose_name='demonstration content')),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='case_studies_created', to=settings.AUTH_USER_MODEL)),
                ('evaluators', models.ManyToManyField(blank=True, help_text='Who did the fieldwork.', related_name='case_studies', to=settings.AUTH_USER_MODEL)),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_studies', to='partnerships.partnership')),
                ('published_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='case_studies_published', to=settings.AUTH_USER_MODEL)),
                ('updated_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='case_studies_updated', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'case studies',
                'ordering': ['-wave__number', 'partnership__name'],
            },
        ),
        migrations.AddField(
            model_name='source',
            name='case_study',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sources', to='evidence.casestudy'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('anonymised_at__isnull', True), ('anonymised_by__isnull', True)), models.Q(('anonymised_at__isnull', False), ('anonymised_by__isnull', False)), _connector='OR'), name='source_anonymised_at_with_by', violation_error_message='That it was anonymised has both a time and a person.'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('consent_withdrawn_at__isnull', True), ('consent_withdrawn_by__isnull', True)), models.Q(('consent_withdrawn_at__isnull', False), ('consent_withdrawn_by__isnull', False)), _connector='OR'), name='source_consent_withdrawn_at_with_by', violation_error_message='A withdrawal of consent has both a time and a person.'),
        ),
        migrations.AddField(
            model_name='historicalcasestudy',
            name='created_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalcasestudy',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalcasestudy',
            name='partnership',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partnerships.partnership'),
        ),
        migrations.AddField(
            model_name='historicalcasestudy',
            name='published_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalcasestudy',
            name='updated_by',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalcasestudy_evaluators',
            name='casestudy',
            field=models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='evidence.casestudy'),
        ),
        migrations.AddField(
            model_name='historicalcasestudy_evaluators',
            name='history',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='evidence.historicalcasestudy'),
        ),
        migrations.AddField(
            model_name='historicalcasestudy_evaluators',
            name='person',
            field=models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='wave_dates_in_order', violation_error_message="A wave can't end before it begins."),
        ),
        migrations.AddField(
            model_name='historicalcasestudy',
            name='wave',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='evidence.wave'),
        ),
        migrations.AddField(
            model_name='casestudy',
            name='wave',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_studies', to='evidence.wave'),
        ),
        migrations.AddConstraint(
            model_name='casestudy',
            constraint=models.UniqueConstraint(fields=('partnership', 'wave'), name='one_case_study_of_partnership_and_wave', violation_error_message='There is a case study of this partnership in this wave already.'),
        ),
        migrations.AddConstraint(
            model_name='casestudy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('published_by__isnull', True)), models.Q(('published_at__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='case_study_published_at_with_by', violation_error_message='A publication has both a time and a person.'),
        ),
        migrations.AddConstraint(
            model_name='casestudy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='published_case_study_has_a_date', violation_error_message='A published case study says when it was published.'),
        ),
        migrations.RunPython(say_what_was_agreed, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='source',
            name='ref',
            field=models.CharField(default=evidence.models.source.new_source_ref, editable=False, max_length=10, unique=True),
        ),
    ]
