-- What only the superuser can give in one database, named by the variable: plumbline, or one that is being restored.
\connect :database
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO web, worker, beat, sealer, backup;
-- Commits are streamed into a temporary table before they are merged.
GRANT TEMPORARY ON DATABASE :"database" TO worker;
-- What was erased is to leave the write-ahead log at once: by one function of the owner, governance_renew_log.
GRANT pg_checkpoint TO migrate WITH INHERIT TRUE;
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO migrate;
ALTER SCHEMA public OWNER TO migrate;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO web, worker, beat, sealer, backup;
