"""Documents on data protection: filled from what is configured, so that they are true, as Markdown and PDF."""
