"""A Jira and the pipeline: what is collected is what is there, whatever happens meanwhile."""
