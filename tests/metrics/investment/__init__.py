"""Figures of issues and sprints."""
