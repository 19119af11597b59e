"""Deployments, the changes they brought, and what fixed those that failed: from what is stored to facts and answers."""
