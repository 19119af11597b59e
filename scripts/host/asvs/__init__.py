"""What the host sees of the appliance for its self-assessment by OWASP's ASVS, and what the build has signed of it."""

from host.asvs.findings import NAMES

__all__ = ["NAMES"]
