from django.db import migrations

# Whoever has taken the worker over calls this with days of their own: it keeps at least what each policy keeps at
# least, as a test asserts.
FUNCTION = """
ALTER FUNCTION governance_purge(text, timestamptz, integer) RENAME TO governance_purge_of;
REVOKE ALL ON FUNCTION governance_purge_of(text, timestamptz, integer) FROM PUBLIC;

CREATE FUNCTION governance_purge(of_table text, before timestamptz, at_most integer)
RETURNS TABLE (name text, gone bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    least integer := CASE
        WHEN of_table IN ('accounts_accessreview', 'accounts_checklist', 'accounts_breakglassuse', 'django_admin_log')
            THEN 400
        WHEN of_table IN ('accounts_apitoken', 'accounts_scimtoken', 'delivery_ingesttoken', 'people_merge') THEN 90
        ELSE 30
    END;
BEGIN
    IF before IS NULL OR at_most IS NULL OR before > now() - make_interval(days => least) THEN
        RAISE EXCEPTION 'nothing of % goes that is younger than % days', of_table, least;
    END IF;
    RETURN QUERY SELECT * FROM governance_purge_of(of_table, before, at_most);
END $$;
REVOKE ALL ON FUNCTION governance_purge(text, timestamptz, integer) FROM PUBLIC;
"""

NO_MORE = """
DROP FUNCTION governance_purge(text, timestamptz, integer);
ALTER FUNCTION governance_purge_of(text, timestamptz, integer) RENAME TO governance_purge;
"""


class Migration(migrations.Migration):
    dependencies = [('governance', '0007_what_the_worker_may_not_widen')]

    operations = [migrations.RunSQL(FUNCTION, NO_MORE)]
