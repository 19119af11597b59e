"""Automated test runs: measured of what is stored, and answered about."""
