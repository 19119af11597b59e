"""The register of security incidents."""
