import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# In a transaction with one of these events the log tells of no single row of what erasures or retention remove.
TOLD = """
CREATE FUNCTION governance_keep_told() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF session_user = 'web' OR NEW.name = 'erasure_went_on' AND NOT EXISTS (
        SELECT FROM governance_erasure
        WHERE id = NEW.object_id AND approved_at IS NOT NULL AND refused_at IS NULL
            AND started_at IS NOT NULL AND finished_at IS NULL
    ) THEN
        RAISE EXCEPTION '% is told by the worker alone, and of an erasure that goes on', NEW.name
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER governance_keep_told BEFORE INSERT ON audit_event FOR EACH ROW
    WHEN (NEW.name IN ('erasure_went_on', 'retention_went_on')) EXECUTE FUNCTION governance_keep_told();
REVOKE ALL ON FUNCTION governance_keep_told() FROM PUBLIC;
"""

NO_MORE = """
DROP TRIGGER governance_keep_told ON audit_event;
DROP FUNCTION governance_keep_told();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0009_what_else_goes_with_a_person'),
        ('audit', '0004_sealed_values'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='erasure',
            constraint=models.UniqueConstraint(condition=models.Q(('finished_at', None), ('refused_at', None)), fields=('kind', 'subject_id'), name='governance_erasure_one_open', nulls_distinct=False),
        ),
        migrations.CreateModel(
            name='ConfirmedDate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.RunSQL(TOLD, NO_MORE),
    ]
