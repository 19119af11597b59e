"""What GitHub's REST interface is asked: the whole list, with what is read of each answer."""

from typing import Final

from backend.sources.endpoints import Catalogue, Endpoint
from backend.sources.github import app_payloads, payloads
from backend.sources.github.artifact_payloads import Artifacts
from backend.sources.github.commit_payloads import Commit, Commits

_RUN: Final = "/repos/*/*/actions/runs/*"

REST: Final = Catalogue(
    (
        Endpoint("GET /meta", payloads.Meta),
        Endpoint("GET /user", payloads.Viewer),
        Endpoint("GET /user/repos", payloads.Repositories),
        Endpoint("GET /orgs/*/repos", payloads.Repositories),
        Endpoint("GET /installation/repositories", app_payloads.Accessible),
        Endpoint("GET /repos/*/*/actions/runs", payloads.WorkflowRuns),
        Endpoint(f"GET {_RUN}", payloads.WorkflowRun),
        Endpoint(f"GET {_RUN}/attempts/*", payloads.WorkflowRun),
        Endpoint(f"GET {_RUN}/jobs", payloads.WorkflowJobs),
        Endpoint(f"GET {_RUN}/artifacts", Artifacts),
        # An archive in which reports of tests are read; all else in it is passed over.
        Endpoint("GET /repos/*/*/actions/artifacts/*/zip", None),
        Endpoint("GET /repos/*/*/commits", Commits),
        # Only whether the credential may, of each:
        Endpoint("GET /repos/*/*/commits/*/check-suites", None),
        Endpoint("GET /repos/*/*/commits/*/statuses", None),
        Endpoint("GET /repos/*/*/deployments", None),
        Endpoint("GET /repos/*/*/pulls", None),
        Endpoint("GET /repos/*/*/releases", None),
        Endpoint("GET /repos/*/*/commits/*", Commit),
        Endpoint("GET /repos/*/*", payloads.Repository),
        Endpoint("GET /app", app_payloads.About),
        Endpoint("GET /app/installations", app_payloads.Installation),
        Endpoint("GET /app/installations/*", app_payloads.Installation),
        Endpoint("POST /app/installations/*/access_tokens", app_payloads.IssuedToken),
        Endpoint("POST /app-manifests/*/conversions", app_payloads.Conversion),
        Endpoint("GET /app/hook/deliveries", app_payloads.Delivery),
        Endpoint("POST /app/hook/deliveries/*/attempts", None),
        Endpoint("PATCH /app/hook/config", None),
    ),
    {
        # Pages after the first one have addresses by number.
        "/repos/*/*": "(?:/api/v3)?/(?:repos/[^/]+/[^/]+|repositories/[^/]+)",
        "/orgs/*": "(?:/api/v3)?/(?:orgs|organizations)/[^/]+",
        "/user/repos": "(?:/api/v3)?/user(?:/[0-9]+)?/repos",
        "/": "(?:/api/v3)?/",
    },
)
