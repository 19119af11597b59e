from django.db import migrations

# The worker runs retention, and may not read who signs in. What of that is outdated is known here, and nothing younger
# than a month goes, whoever asks. `backend/governance/retention/policies.py` says the same for the preview, and a test
# holds both together.
FUNCTION = """
CREATE FUNCTION governance_purge(of_table text, before timestamptz, at_most integer)
RETURNS TABLE (name text, gone bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    outdated text;
    child text;
    parent text;
    keys bigint[];
BEGIN
    outdated := CASE of_table
        WHEN 'django_session' THEN 'one.expire_date < $1'
        WHEN 'usersessions_usersession' THEN 'one.last_seen_at < $1 AND NOT EXISTS ('
            'SELECT FROM public.django_session AS open WHERE open.session_key = one.session_key)'
        WHEN 'accounts_apitoken' THEN 'least(one.revoked_at, one.expires_at) < $1'
        WHEN 'accounts_scimtoken' THEN 'least(one.revoked_at, one.expires_at) < $1'
        WHEN 'delivery_ingesttoken' THEN 'least(one.revoked_at, one.expires_at) < $1'
            ' AND NOT EXISTS (SELECT FROM public.delivery_reporteddeployment AS used WHERE used.token_id = one.id)'
            ' AND NOT EXISTS (SELECT FROM public.delivery_incident AS used WHERE used.token_id = one.id)'
            ' AND NOT EXISTS (SELECT FROM public.delivery_resultupload AS used WHERE used.token_id = one.id)'
        WHEN 'accounts_accessreview' THEN 'one.closed_at < $1'
        WHEN 'accounts_checklist' THEN 'one.completed_at < $1'
        WHEN 'accounts_breakglassuse' THEN 'one.acknowledged_at < $1'
        WHEN 'django_admin_log' THEN 'one.action_time < $1'
        WHEN 'people_merge' THEN 'one.undone_at < $1'
    END;
    IF outdated IS NULL OR before > now() - interval '30 days' OR at_most < 1 THEN
        RAISE EXCEPTION 'nothing of % goes that is younger than 30 days', of_table;
    END IF;
    IF of_table IN ('accounts_accessreview', 'accounts_checklist') THEN
        child := CASE of_table WHEN 'accounts_checklist' THEN 'accounts_checklistitem'
            ELSE 'accounts_reviewedaccount' END;
        parent := CASE of_table WHEN 'accounts_checklist' THEN 'checklist_id' ELSE 'review_id' END;
        EXECUTE format('SELECT array(SELECT id FROM public.%I AS one WHERE %s ORDER BY id LIMIT $2'
            ' FOR UPDATE SKIP LOCKED)', of_table, outdated) INTO keys USING before, at_most;
        EXECUTE format('DELETE FROM public.%I WHERE %I = ANY($1)', child, parent) USING keys;
        GET DIAGNOSTICS gone = ROW_COUNT;
        name := child;
        RETURN NEXT;
        EXECUTE format('DELETE FROM public.%I WHERE id = ANY($1)', of_table) USING keys;
    ELSE
        EXECUTE format('DELETE FROM public.%1$I WHERE ctid = ANY(array(SELECT one.ctid FROM public.%1$I AS one'
            ' WHERE %2$s LIMIT $2 FOR UPDATE SKIP LOCKED))', of_table, outdated) USING before, at_most;
    END IF;
    GET DIAGNOSTICS gone = ROW_COUNT;
    name := of_table;
    RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION governance_purge(text, timestamptz, integer) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [
        ('governance', '0005_retention'),
        ("accounts", "0006_access_reviews"),
        ("people", "0007_matching"),
        ("delivery", "0015_drop_months_one_by_one"),
        ("usersessions", "0001_initial"),
        ("sessions", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [migrations.RunSQL(FUNCTION)]
