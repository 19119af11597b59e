"""Plumbline's tests; the folders mirror backend/."""
