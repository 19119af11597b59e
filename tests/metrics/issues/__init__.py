"""Figures of issues, sprints and effort."""
