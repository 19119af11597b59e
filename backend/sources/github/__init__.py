"""GitHub Enterprise Server and github.com."""
