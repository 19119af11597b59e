"""The fields that may enter of what workflow runs leave behind."""

from backend.sources.github.payloads import RestPayload


class RunOfArtifact(RestPayload):
    head_repository_id: int | None = None


class Artifact(RestPayload):
    id: int
    name: str
    size_in_bytes: int
    expired: bool
    workflow_run: RunOfArtifact | None = None


class Artifacts(RestPayload):
    artifacts: list[Artifact]
