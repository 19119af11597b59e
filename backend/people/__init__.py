"""Persons, their identities in outside systems, teams and dated memberships."""
