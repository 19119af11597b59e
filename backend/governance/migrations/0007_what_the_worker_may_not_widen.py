import django.contrib.postgres.fields
from django.db import migrations, models

# The worker says whose an account is, and how far an erasure has come: neither must let it close other accounts than
# the two people meant, nor do it again, nor take from the audit log who somebody was.
APPROVED = """
CREATE FUNCTION governance_keep_erasure() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.approved_at IS NOT NULL AND (
            (NEW.kind, NEW.mode, NEW.subject_id, NEW.approved_at, NEW.accounts)
                IS DISTINCT FROM (OLD.kind, OLD.mode, OLD.subject_id, OLD.approved_at, OLD.accounts)
            OR NEW.asked_by_id <> OLD.asked_by_id OR NEW.asked_by_id IS NOT NULL AND OLD.asked_by_id IS NULL
            OR NEW.approved_by_id <> OLD.approved_by_id
            OR NEW.approved_by_id IS NOT NULL AND OLD.approved_by_id IS NULL
        ) OR OLD.started_at IS NOT NULL AND NEW.started_at IS DISTINCT FROM OLD.started_at
        OR OLD.finished_at IS NOT NULL AND (NEW.finished_at, NEW.certificate_id)
            IS DISTINCT FROM (OLD.finished_at, OLD.certificate_id)
    THEN
        RAISE EXCEPTION 'what was approved, begun or finished of an erasure stays as it is'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER governance_keep_erasure BEFORE UPDATE ON governance_erasure
    FOR EACH ROW EXECUTE FUNCTION governance_keep_erasure();

CREATE OR REPLACE FUNCTION governance_erase_sign_in(erasure bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    subject bigint;
    meant bigint[];
BEGIN
    SELECT subject_id, coalesce(accounts, '{}') INTO subject, meant FROM governance_erasure
    WHERE id = erasure AND kind = 'person' AND refused_at IS NULL
        AND approved_at IS NOT NULL AND asked_by_id <> approved_by_id
        AND started_at IS NOT NULL AND finished_at IS NULL;
    IF subject IS NULL THEN
        RAISE EXCEPTION 'erasure % is of no person, or was not approved by a second person', erasure
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (
        SELECT FROM accounts_user one WHERE id <> ALL(meant) AND (
            person_id = subject
            OR directory_user_id IN (SELECT id FROM people_directoryuser WHERE person_id = subject)
            OR person_id IS NULL AND NOT is_service AND NOT is_break_glass AND email IN (
                SELECT lower(told.email) FROM people_address told
                    JOIN people_identity identity ON identity.id = told.identity_id
                WHERE identity.person_id = subject
                UNION
                SELECT lower(login) FROM people_identity WHERE person_id = subject AND kind = 'git'))
    ) THEN
        RAISE EXCEPTION 'an account was linked with the person of erasure % since it was approved', erasure
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN governance_erase_sign_in_of(subject);
END $$;

CREATE FUNCTION governance_keep_subjectkey() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.subject <> OLD.subject OR NEW.secret IS NOT NULL THEN
        RAISE EXCEPTION 'a key of the audit log is destroyed and never changed'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF session_user = 'worker' AND NOT EXISTS (
        SELECT FROM governance_erasure
        WHERE kind = 'person' AND started_at IS NOT NULL AND finished_at IS NULL AND refused_at IS NULL
    ) THEN
        RAISE EXCEPTION 'no person is being erased' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER governance_keep_subjectkey BEFORE UPDATE ON audit_subjectkey
    FOR EACH ROW EXECUTE FUNCTION governance_keep_subjectkey();
REVOKE ALL ON FUNCTION governance_keep_erasure(), governance_keep_subjectkey() FROM PUBLIC;
"""

NO_MORE = """
DROP TRIGGER governance_keep_subjectkey ON audit_subjectkey;
DROP TRIGGER governance_keep_erasure ON governance_erasure;
DROP FUNCTION governance_keep_subjectkey(), governance_keep_erasure();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0006_purge_of_web'),
        ('audit', '0004_sealed_values'),
    ]

    operations = [
        migrations.AddField(
            model_name='erasure',
            name='accounts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), help_text='Of a person: the accounts that close with them, as of the approval.', null=True, size=None),
        ),
        migrations.RunSQL(APPROVED, NO_MORE),
    ]
