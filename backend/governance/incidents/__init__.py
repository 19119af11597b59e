"""The register of security incidents: facts, the 72 hours, what was affected, notices, reminders, report."""
