"""Plumbline in a real browser, served as in an installation, by gunicorn on real Postgres."""
