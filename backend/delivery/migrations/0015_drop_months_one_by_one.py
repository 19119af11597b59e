from django.db import migrations

# Dropping a partition takes a lock that all readers wait for, and a lock that waits makes whoever comes next wait
# behind it. So it waits for a moment and no longer, a month at a time, and is tried again. Rows are counted before,
# while everybody may read.
FUNCTION = """
CREATE FUNCTION delivery_drop_a_test_month(of_table text, before date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    part text;
    held bigint;
BEGIN
    IF of_table NOT IN ('delivery_dailyresults', 'delivery_notableresult') THEN
        RAISE EXCEPTION 'no month of % before % is dropped', of_table, before;
    END IF;
    SELECT child.relname INTO part
    FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = to_regclass('public.' || of_table) AND child.relkind = 'r'
        AND to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month' <= date_trunc('month', before)
    ORDER BY child.relname LIMIT 1;
    IF part IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT count(*) FROM public.%I', part) INTO held;
    EXECUTE format('DROP TABLE public.%I', part);
    RETURN held;
END $$;
REVOKE ALL ON FUNCTION delivery_drop_a_test_month(text, date) FROM PUBLIC;
DROP FUNCTION delivery_drop_test_partitions(date, date);
"""


class Migration(migrations.Migration):
    dependencies = [('delivery', '0014_horizons')]

    operations = [migrations.RunSQL(FUNCTION)]
