"""What erasing a person does in tables that the worker may not touch, and what keeps bytes from staying behind."""

from django.db import migrations

# The worker sees neither sessions nor second factors. Here the owner acts for it, for one person whose erasure one
# person asked for and another approved, and for nobody else.
SIGN_IN = r"""
CREATE FUNCTION governance_erase_sign_in_of(subject bigint) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entries uuid[] := ARRAY(SELECT id FROM people_directoryuser WHERE person_id = subject);
    addresses text[] := ARRAY(
        SELECT lower(told.email) FROM people_address told
            JOIN people_identity identity ON identity.id = told.identity_id
        WHERE identity.person_id = subject
        UNION
        SELECT lower(login) FROM people_identity WHERE person_id = subject AND kind = 'git');
    users bigint[] := ARRAY(
        SELECT id FROM accounts_user
        WHERE person_id = subject OR directory_user_id = ANY(entries)
            OR person_id IS NULL AND NOT is_service AND NOT is_break_glass AND email = ANY(addresses));
    own uuid[] := entries || ARRAY(
        SELECT directory_user_id FROM accounts_user WHERE id = ANY(users) AND directory_user_id IS NOT NULL);
    names text := (
        SELECT string_agg(regexp_replace(name, '([^[:alnum:][:space:]])', '\\\1', 'g'), '|')
        FROM (
            SELECT email FROM accounts_user WHERE id = ANY(users) AND email NOT LIKE '%@erased.invalid'
            UNION SELECT name FROM accounts_user WHERE id = ANY(users)
            UNION SELECT email FROM account_emailaddress WHERE user_id = ANY(users)
            UNION SELECT name FROM people_person WHERE id = subject AND name NOT LIKE 'Erased person %'
            UNION SELECT login FROM people_identity WHERE person_id = subject AND kind <> 'erased'
            UNION SELECT name FROM people_identity WHERE person_id = subject
            UNION SELECT user_name FROM people_directoryuser WHERE id = ANY(own)
            UNION SELECT display_name FROM people_directoryuser WHERE id = ANY(own)
            UNION SELECT unnest(addresses)
        ) AS known (name)
        WHERE length(name) >= 3 AND lower(name) <> 'erased' AND position('erased-' IN name) <> 1);
    pattern text := '(?<!\w)(?:' || names || ')(?!\w)';
    statement text;
    place text[];
    affected integer;
    done integer := 0;
BEGIN
    IF EXISTS (SELECT FROM accounts_user WHERE role = 'owner' AND is_active AND id = ANY(users))
        AND NOT EXISTS (SELECT FROM accounts_user WHERE role = 'owner' AND is_active AND id <> ALL(users))
    THEN
        RAISE EXCEPTION 'the account of this person is the last owner''s: make another owner first';
    END IF;
    FOREACH statement IN ARRAY ARRAY[
        'DELETE FROM django_session WHERE session_key IN (
            SELECT session_key FROM usersessions_usersession WHERE user_id = ANY($1))',
        'DELETE FROM usersessions_usersession WHERE user_id = ANY($1)',
        'DELETE FROM account_emailconfirmation WHERE email_address_id IN (
            SELECT id FROM account_emailaddress WHERE user_id = ANY($1))',
        'DELETE FROM account_emailaddress WHERE user_id = ANY($1)',
        'DELETE FROM mfa_authenticator WHERE user_id = ANY($1)',
        'DELETE FROM socialaccount_socialtoken WHERE account_id IN (
            SELECT id FROM socialaccount_socialaccount WHERE user_id = ANY($1))',
        'DELETE FROM socialaccount_socialaccount WHERE user_id = ANY($1)',
        'DELETE FROM accounts_teamgrant WHERE user_id = ANY($1)',
        'UPDATE accounts_apitoken SET name = ''(erased)'', addresses = ''{}'',
                revoked_at = COALESCE(revoked_at, now())
            WHERE user_id = ANY($1) AND (name <> ''(erased)'' OR addresses <> ''{}'' OR revoked_at IS NULL)',
        'UPDATE accounts_breakglassuse SET address = NULL WHERE user_id = ANY($1) AND address IS NOT NULL',
        'UPDATE accounts_user SET email = ''erased-'' || id || ''@erased.invalid'', name = '''', role = '''',
                password = ''!'' || gen_random_uuid(), is_active = false, is_break_glass = false,
                closed_by_directory = false, directory_user_id = NULL
            WHERE id = ANY($1) AND email <> ''erased-'' || id || ''@erased.invalid''',
        'DELETE FROM people_directoryemail WHERE user_id = ANY($2)',
        'DELETE FROM people_directorygroup_members WHERE directoryuser_id = ANY($2)',
        'DELETE FROM people_directoryuser WHERE id = ANY($2)',
        'UPDATE django_admin_log SET object_repr = ''(erased)'', change_message = ''''
            WHERE object_repr ~* $3 OR change_message ~* $3',
        'UPDATE people_organisation SET bot_logins = ARRAY(
                SELECT login FROM unnest(bot_logins) AS login WHERE login !~* (''^'' || $3 || ''$''))
            WHERE EXISTS (SELECT FROM unnest(bot_logins) AS login WHERE login ~* (''^'' || $3 || ''$''))'
    ] LOOP
        EXECUTE statement USING users, own, pattern;
        GET DIAGNOSTICS affected = ROW_COUNT;
        done := done + affected;
    END LOOP;
    -- What administrators and the appliance itself wrote down in words.
    FOREACH place SLICE 1 IN ARRAY ARRAY[
        ['governance_erasure', 'reason'], ['governance_erasure', 'last_error'],
        ['governance_erasure', 'subject_name'],
        ['governance_subjectrequest', 'who'], ['governance_subjectrequest', 'text'],
        ['governance_subjectrequest', 'identity_checked'], ['governance_subjectrequest', 'extension_reason'],
        ['governance_subjectrequest', 'outcome_text'],
        ['delivery_fixcorrection', 'reason'], ['delivery_mutedtest', 'reason'],
        ['accounts_apitoken', 'name'], ['accounts_scimtoken', 'name'], ['delivery_ingesttoken', 'name'],
        ['connections_connection', 'state_reason'], ['delivery_repository', 'state_reason'],
        ['delivery_project', 'state_reason'], ['sources_hint', 'last_error'],
        ['sources_syncrun', 'reason'], ['sources_syncrun', 'action']
    ] LOOP
        EXECUTE format(
            'UPDATE %1$I SET %2$I = regexp_replace(%2$I, $1, ''(erased)'', ''gi'') WHERE %2$I ~* $1',
            place[1], place[2]) USING pattern;
        GET DIAGNOSTICS affected = ROW_COUNT;
        done := done + affected;
    END LOOP;
    RETURN done;
END $$;
REVOKE ALL ON FUNCTION governance_erase_sign_in_of(bigint) FROM PUBLIC;

CREATE FUNCTION governance_erase_sign_in(erasure bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    subject bigint := (
        SELECT subject_id FROM governance_erasure
        WHERE id = erasure AND kind = 'person' AND refused_at IS NULL
            AND approved_at IS NOT NULL AND asked_by_id <> approved_by_id
            AND started_at IS NOT NULL AND finished_at IS NULL);
BEGIN
    IF subject IS NULL THEN
        RAISE EXCEPTION 'erasure % is of no person, or was not approved by a second person', erasure
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN governance_erase_sign_in_of(subject);
END $$;
REVOKE ALL ON FUNCTION governance_erase_sign_in(bigint) FROM PUBLIC;
"""
# Deleted and changed rows stay in their pages, and in the write-ahead log, until these are written anew.
BYTES = r"""
CREATE FUNCTION governance_rewrite(name text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    key text := (
        SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = format('public.%I', name)::regclass AND indisprimary);
BEGIN
    IF name !~ '^(people|accounts|account|mfa|socialaccount|usersessions|django|delivery|metrics|governance|sources)_'
    THEN
        RAISE EXCEPTION 'nothing of a person stands in %', name;
    END IF;
    IF pg_relation_size(format('public.%I', name)::regclass) > 4 * 1024 * 1024 THEN
        RETURN 'large';
    END IF;
    EXECUTE format('CLUSTER public.%I USING %I', name, key);
    RETURN 'rewritten';
EXCEPTION WHEN lock_not_available OR object_in_use THEN
    RETURN 'in use';
END $$;
REVOKE ALL ON FUNCTION governance_rewrite(text) FROM PUBLIC;

CREATE FUNCTION governance_renew_log() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_switch_wal();
    CHECKPOINT;
    RETURN true;
EXCEPTION WHEN insufficient_privilege THEN
    RETURN false;
END $$;
REVOKE ALL ON FUNCTION governance_renew_log() FROM PUBLIC;
"""
# What ANALYZE keeps of a column are values of it, in a catalogue that no application role can clean.
PERSONAL = {
    "people_person": ["name"],
    "people_identity": ["login", "name", "account_id", "external_id"],
    "people_address": ["email"],
    "people_offer": ["evidence"],
    "people_merge": ["acting_user", "evidence", "moved", "undone_by"],
    "people_directoryuser": [
        "external_id", "display_name", "user_name", "formatted_name", "family_name", "given_name",
    ],
    "people_directoryemail": ["value"],
    "accounts_user": ["email", "name", "password"],
    "accounts_apitoken": ["name", "addresses"],
    "account_emailaddress": ["email"],
    "mfa_authenticator": ["data"],
    "socialaccount_socialaccount": ["uid", "extra_data"],
    "usersessions_usersession": ["ip", "user_agent", "data"],
    "django_session": ["session_data"],
    "django_admin_log": ["object_repr", "change_message"],
    "governance_erasure": ["subject_name", "reason"],
    "delivery_ownerpattern": ["owners"],
    "delivery_pullrequest": ["title", "head_ref"],
    "delivery_issue": ["summary"],
    "delivery_issuetransition": ["before", "after"],
}  # fmt: skip
STATISTICS = """
DO $$
DECLARE
    place record;
BEGIN
    FOR place IN
        SELECT attrelid::regclass AS name, attname, format_type(atttypid, atttypmod) AS kind
        FROM pg_attribute
        WHERE (attrelid::regclass::text, attname) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
    LOOP
        -- Naming its own type takes back what was gathered until now.
        EXECUTE format('ALTER TABLE %%s ALTER COLUMN %%I TYPE %%s, ALTER COLUMN %%I SET STATISTICS 0',
            place.name, place.attname, place.kind, place.attname);
    END LOOP;
    ALTER INDEX people_directory_user_name ALTER COLUMN 1 SET STATISTICS 0;
END $$;
"""


def _without_statistics(apps, schema_editor):
    pairs = [(table, column) for table, columns in PERSONAL.items() for column in columns]
    tables, columns = ("{" + ",".join(some) + "}" for some in zip(*pairs, strict=True))
    text = STATISTICS % (f"'{tables}'", f"'{columns}'")
    schema_editor.execute(text, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ('governance', '0002_particulars'),
        ("people", "0008_erased_identities"),
        ("accounts", "0006_access_reviews"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("usersessions", "0001_initial"),
        ("sessions", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("delivery", "0012_ownership"),
        ("sources", "0006_jira"),
        ("connections", "0005_jira_site_url"),
    ]
    operations = [
        migrations.RunSQL(
            SIGN_IN,
            "DROP FUNCTION governance_erase_sign_in(bigint);"
            " DROP FUNCTION governance_erase_sign_in_of(bigint)",
        ),
        migrations.RunSQL(
            BYTES, "DROP FUNCTION governance_rewrite(text); DROP FUNCTION governance_renew_log()"
        ),
        migrations.RunPython(_without_statistics, migrations.RunPython.noop),
    ]
