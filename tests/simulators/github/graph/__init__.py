"""GraphQL: GitHub's own schema, executed by graphql-core over a world."""

from .endpoint import Answer, GraphEndpoint

__all__ = ["Answer", "GraphEndpoint"]
