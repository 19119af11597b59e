"""The register of security incidents: what is closed stays as it is, and names in it go with whom they name."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TEXTS = (
    *("title", "what_happened", "causes", "consequences", "measures", "contact"),
    *("delay_reason", "not_notified_reason", "people_reason", "root_cause", "lessons"),
)
# The function that takes names out of what was typed gets these places as well; it stays as it is otherwise.
PLACES = ", ".join(f"['governance_securityincident', '{name}']" for name in TEXTS)
BEFORE = "['governance_erasure', 'subject_name'],"
REPLACED = """
DO $do$
DECLARE
    before text := pg_get_functiondef('governance_erase_sign_in_of(bigint)'::regprocedure);
    after text := replace(before, $$%s$$, $$%s$$);
BEGIN
    IF after = before THEN
        RAISE EXCEPTION 'governance_erase_sign_in_of is not the one that is known here';
    END IF;
    EXECUTE after;
END $do$;
"""
ERASE = REPLACED % (BEFORE, f"{BEFORE} {PLACES},")
ERASE_NO_MORE = REPLACED % (f"{BEFORE} {PLACES},", BEFORE)
# What ANALYZE keeps of a column are values of it.
WITHOUT_STATISTICS = [
    f"ALTER TABLE governance_securityincident ALTER COLUMN {name} SET STATISTICS 0" for name in TEXTS
]
# After closing, nobody but who takes the name of an erased person out of it changes a word; and nobody a fact.
KEEP = """
CREATE FUNCTION governance_keep_incident() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    words text[] := '{%s}';
    free text[] := words || '{opened_by_id,closed_by_id,report_id}'::text[];
BEGIN
    IF OLD.closed_at IS NOT NULL AND (
        to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
        OR session_user = 'web' AND to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD)
        OR NEW.opened_by_id IS NOT NULL AND NEW.opened_by_id IS DISTINCT FROM OLD.opened_by_id
        OR NEW.closed_by_id IS NOT NULL AND NEW.closed_by_id IS DISTINCT FROM OLD.closed_by_id
        OR OLD.report_id IS NOT NULL AND NEW.report_id IS DISTINCT FROM OLD.report_id)
    THEN
        RAISE EXCEPTION 'incident %% is closed: nothing of it changes any more', OLD.id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER governance_keep_incident BEFORE UPDATE ON governance_securityincident
    FOR EACH ROW EXECUTE FUNCTION governance_keep_incident();
REVOKE ALL ON FUNCTION governance_keep_incident() FROM PUBLIC;
""" % ",".join(TEXTS)
KEEP_NO_MORE = """
DROP TRIGGER governance_keep_incident ON governance_securityincident;
DROP FUNCTION governance_keep_incident();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0005_indexes_of_the_page'),
        ('governance', '0011_a_key_may_be_wrapped_anew'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SecurityIncident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200)),
                ('what_happened', models.CharField(max_length=4000)),
                ('detected_at', models.DateTimeField(help_text='When it was known here: the 72 hours begin.')),
                ('confidentiality', models.BooleanField(default=False, verbose_name='of confidentiality')),
                ('integrity', models.BooleanField(default=False, verbose_name='of integrity')),
                ('availability', models.BooleanField(default=False, verbose_name='of availability')),
                ('personal_data', models.BooleanField(help_text='Whether it is about personal data. Null: not known yet.', null=True)),
                ('causes', models.CharField(blank=True, max_length=2000)),
                ('consequences', models.CharField(blank=True, help_text='Likely ones.', max_length=2000)),
                ('measures', models.CharField(blank=True, help_text='Taken or proposed, also against consequences.', max_length=2000)),
                ('contact', models.CharField(blank=True, help_text='At which processor or authority, and who.', max_length=500)),
                ('opened_at', models.DateTimeField()),
                ('notified_at', models.DateTimeField(help_text='When the notice to the authority left.', null=True)),
                ('delay_reason', models.CharField(blank=True, max_length=1000)),
                ('not_notified_at', models.DateTimeField(help_text='When it was decided that the authority need not be told.', null=True)),
                ('not_notified_reason', models.CharField(blank=True, max_length=1000)),
                ('people_decided_at', models.DateTimeField(null=True)),
                ('tell_people', models.BooleanField(help_text='Null: nothing was decided yet.', null=True)),
                ('people_reason', models.CharField(blank=True, max_length=1000)),
                ('people_told_at', models.DateTimeField(null=True)),
                ('exposed_from', models.DateTimeField(null=True)),
                ('exposed_until', models.DateTimeField(help_text='Null: it goes on.', null=True)),
                ('exposed_tables', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), default=list, help_text='By their labels.', size=None)),
                ('exposed_connections', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('exposed_accounts', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('figures', models.JSONField(help_text='What was counted: numbers and keys, no names.', null=True)),
                ('counted_at', models.DateTimeField(null=True)),
                ('root_cause', models.CharField(blank=True, max_length=2000)),
                ('lessons', models.CharField(blank=True, max_length=2000)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closing', models.JSONField(help_text='What the closing report says: numbers, times and keys, no names.', null=True)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.OneToOneField(help_text='It, to be signed.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.signeddocument')),
            ],
        ),
        migrations.CreateModel(
            name='IncidentReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hours', models.PositiveSmallIntegerField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField(help_text='When it is tried again.', null=True)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('passed_at', models.DateTimeField(help_text='When a later one took its place, before this was sent.', null=True)),
                ('error', models.CharField(blank=True, help_text='Why the last attempt failed.', max_length=500)),
                ('to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='governance.securityincident')),
            ],
        ),
        migrations.AddConstraint(
            model_name='securityincident',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closing', None), ('report', None)), models.Q(('closed_at__isnull', False), ('closing__isnull', False)), _connector='OR'), name='governance_incident_closed_with_a_report'),
        ),
        migrations.AddConstraint(
            model_name='securityincident',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('people_decided_at', None), ('tell_people', None)), models.Q(('people_decided_at__isnull', False), ('tell_people__isnull', False)), _connector='OR'), name='governance_incident_people_decided'),
        ),
        migrations.AddConstraint(
            model_name='securityincident',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('counted_at', None), ('figures', None)), models.Q(('counted_at__isnull', False), ('figures__isnull', False)), _connector='OR'), name='governance_incident_counted_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='incidentreminder',
            constraint=models.UniqueConstraint(fields=('incident', 'hours', 'to'), name='governance_one_reminder_each'),
        ),
        migrations.AddConstraint(
            model_name='incidentreminder',
            constraint=models.CheckConstraint(condition=models.Q(('sent_at', None), models.Q(('claimed_at__isnull', False), ('passed_at', None)), _connector='OR'), name='governance_reminder_sent_was_claimed'),
        ),
        migrations.RunSQL(ERASE, ERASE_NO_MORE),
        migrations.RunSQL(WITHOUT_STATISTICS, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, KEEP_NO_MORE),
    ]
