-- The roles that the appliance's processes sign in as. Their SCRAM verifiers stand in a secret file, a line each:
-- ROLE VERIFIER. What each may touch is granted after the migrations, by `manage.py grants`.
\set lines `cat /run/secrets/roles`

SELECT format('CREATE ROLE %I', split_part(line, ' ', 1))
FROM regexp_split_to_table(:'lines', '\n') AS line
WHERE line <> ''
    AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = split_part(line, ' ', 1))
\gexec

SELECT format(
    'ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS PASSWORD %L',
    split_part(line, ' ', 1), split_part(line, ' ', 2)
)
FROM regexp_split_to_table(:'lines', '\n') AS line
WHERE line <> ''
\gexec

SELECT 'CREATE DATABASE plumbline OWNER migrate'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'plumbline')
\gexec

\set database plumbline
\ir database.sql
