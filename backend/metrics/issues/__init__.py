"""Issues and sprints: facts and what is asked of them."""
