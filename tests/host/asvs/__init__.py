"""The host's checks for the self-assessment: each is good of what is as it should be, and bad of what is weakened."""
