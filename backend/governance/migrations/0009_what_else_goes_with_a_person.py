"""With a person go the sessions that no list knows, and whatever was typed of them."""

from django.db import migrations, models

# Web alone can read whose such a session is.
END = """
CREATE FUNCTION governance_end_unlisted_sessions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM governance_erasure
        WHERE kind = 'person' AND started_at IS NOT NULL AND finished_at IS NULL AND refused_at IS NULL
    ) THEN
        RAISE EXCEPTION 'no person is being erased' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM django_session one
    WHERE NOT EXISTS (SELECT FROM usersessions_usersession WHERE session_key = one.session_key);
END $$;
REVOKE ALL ON FUNCTION governance_end_unlisted_sessions() FROM PUBLIC;
"""
# What ANALYZE keeps of a column are values of it. Naming its own type takes back what was gathered until now.
TYPED = {
    "governance_subjectrequest": {
        "who": 300, "text": 2000, "identity_checked": 500, "extension_reason": 500, "outcome_text": 1000,
    },
    "delivery_fixcorrection": {"reason": 500},
    "delivery_mutedtest": {"reason": 500},
}  # fmt: skip
WITHOUT_STATISTICS = [
    f"ALTER TABLE {table} ALTER COLUMN {name} TYPE varchar({length}), ALTER COLUMN {name} SET STATISTICS 0"
    for table, columns in TYPED.items()
    for name, length in columns.items()
]


class Migration(migrations.Migration):

    dependencies = [
        ("governance", "0008_purges_keep_what_policies_keep"),
        ("delivery", "0012_ownership"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name='erasure',
            name='reason',
            field=models.CharField(blank=True, help_text='In words, until the person whom it is about is erased.', max_length=500),
        ),
        migrations.RunSQL(END, "DROP FUNCTION governance_end_unlisted_sessions()"),
        migrations.RunSQL(WITHOUT_STATISTICS, migrations.RunSQL.noop),
    ]
