from django.db import migrations

# The first 50 bytes of an envelope are its form, the name of web's key, and the data key wrapped by it; what follows is
# what was enveloped. So a key of the audit log moves under another key of web's, and is still none but itself.
FUNCTION = """
CREATE OR REPLACE FUNCTION governance_keep_subjectkey() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.subject <> OLD.subject OR {changed} THEN
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
"""
REWRAPPED = FUNCTION.format(
    changed="""(
        NEW.secret IS NOT NULL AND (
            octet_length(NEW.secret) <= 50
            OR substring(NEW.secret FROM 51) IS DISTINCT FROM substring(OLD.secret FROM 51)
        )
    )"""
)
NEVER = FUNCTION.format(changed="NEW.secret IS NOT NULL")


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0010_what_bounds_a_forger_and_a_wrong_clock'),
    ]

    operations = [
        migrations.RunSQL(REWRAPPED, NEVER),
    ]
