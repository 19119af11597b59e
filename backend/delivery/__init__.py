"""The domain: repositories, pull requests, reviews, commits and their change sizes."""
