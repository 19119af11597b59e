"""What work is an investment into: sorting.py and days.py compute, queries.py and rows.py answer."""
