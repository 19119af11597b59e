"""What may enter of GitHub besides its objects: artifacts, webhook deliveries, and the connection's App."""

from typing import Final

from backend.inventory.entering.terms import Entering, Source

ARTIFACTS: Final = Source(
    key="github_artifacts",
    name="GitHub, artifacts",
    says="Which artifacts of a run hold reports of tests, where a rule asks for them.",
    module="backend.sources.github.artifact_payloads",
    objects=(
        Entering(
            model="RunOfArtifact",
            read={"head_repository_id": "Whether the run is of the repository itself."},
        ),
        Entering(
            model="Artifact",
            stored="id>delivery.resultupload.key",
            read={"name size_in_bytes expired": "Whether it is to be read, and can be."},
            holds="workflow_run",
        ),
        Entering(model="Artifacts", holds="artifacts"),
    ),
)
DELIVERIES: Final = Source(
    key="github_deliveries",
    name="GitHub, webhook deliveries",
    says="Which deliveries failed, so that they are sent again.",
    module="backend.sources.github.app_payloads",
    objects=(
        Entering(
            model="Delivery",
            read={"id guid event delivered_at redelivery status_code": "Which of them failed."},
        ),
    ),
)
LISTING: Final = Source(
    key="github_installation",
    name="GitHub, what an App sees",
    says="The repositories of an App's installation.",
    module="backend.sources.github.app_payloads",
    objects=(Entering(model="Accessible", holds="repositories"),),
)
APP: Final = Source(
    key="github_app",
    name="GitHub App",
    says="The connection's App and its installations.",
    module="backend.sources.github.app_payloads",
    objects=(
        Entering(
            model="About",
            stored="slug>connections.githubapp.slug permissions>connections.connection.permissions",
        ),
        Entering(model="Account", read={"login": "Whose installation it is."}),
        Entering(
            model="Installation",
            stored="id>connections.githubapp.installation_id permissions>connections.connection.permissions",
            read={"suspended_at": "Whether it may be used."},
            holds="account",
        ),
        Entering(
            model="IssuedToken",
            read={"token expires_at": "Good for an hour; held in memory alone."},
        ),
    ),
)
CONVERSION: Final = Source(
    key="github_manifest",
    name="GitHub App from a manifest",
    says="The App that a server made; of its secrets the private key alone, sealed at once.",
    module="backend.sources.github.app_payloads",
    objects=(
        Entering(
            model="Conversion",
            into="connections.githubapp",
            stored="id>app_id slug client_id pem>connections.credential.sealed",
        ),
    ),
)
GITHUB_APPS: Final = (ARTIFACTS, DELIVERIES, LISTING, APP, CONVERSION)
