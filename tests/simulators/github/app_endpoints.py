"""What a server answers about Apps: their own REST, and the pages that a browser meets on the way to one."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from .apps import Apps, GitHubApp, Refused
from .deliveries import delivery_json, delivery_whole, installation_json
from .graph.readers import iso
from .payloads import owner_json, repository_json
from .records import node_id
from .rest_request import RestAnswer
from .world import World

LONGEST_NAME = 34
NEEDS = {
    "check_run": "checks",
    "check_suite": "checks",
    "create": "contents",
    "delete": "contents",
    "deployment": "deployments",
    "deployment_status": "deployments",
    "member": "members",
    "membership": "members",
    "organization": "members",
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "pull_request_review_thread": "pull_requests",
    "push": "contents",
    "release": "contents",
    "repository": "metadata",
    "status": "statuses",
    "team": "members",
    "workflow_job": "actions",
    "workflow_run": "actions",
}
"""The permission without which an App cannot subscribe to an event."""


@dataclass(frozen=True, slots=True)
class AppRequest:
    """One request; ``fields`` are those of the query, ``body`` is as it came."""

    apps: Apps
    world: World
    base_url: str
    method: str
    path: str
    fields: dict[str, str]
    body: bytes
    authorization: str

    def sender(self) -> GitHubApp:
        """The App that signed the request. Raises Refused."""
        scheme, _, assertion = self.authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Refused(401, "A JSON web token could not be decoded")
        return self.apps.authenticate(assertion.strip())

    def json(self) -> dict[str, Any]:
        try:
            given = json.loads(self.body or b"{}")
        except ValueError as error:
            raise Refused(400, "Problems parsing JSON") from error
        if not isinstance(given, dict):
            raise Refused(422, "Invalid request.")
        return given


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser is shown, or where it is sent on to (``headers`` has the location)."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


# -- REST ------------------------------------------------------------------------------------------------------


def _app(request: AppRequest) -> RestAnswer:
    return RestAnswer(200, app_json(request.sender(), request))


def app_json(app: GitHubApp, request: AppRequest) -> dict[str, Any]:
    installed = [one for one in request.apps.installations.values() if one.app is app]
    return {
        "id": app.app_id,
        "slug": app.slug,
        "node_id": node_id("A", app.app_id),
        "client_id": app.client_id,
        "owner": owner_json(app.owner, request.base_url),
        "name": app.name,
        "description": app.description,
        "external_url": app.url,
        "html_url": f"{request.base_url}/github-apps/{app.slug}",
        "created_at": iso(app.created_at),
        "updated_at": iso(app.created_at),
        "permissions": dict(app.permissions),
        "events": list(app.events),
        "installations_count": len(installed),
    }


def _installations(request: AppRequest) -> RestAnswer:
    app = request.sender()
    found = [one for one in request.apps.installations.values() if one.app is app]
    number, size = _number(request, "page", 1), min(100, _number(request, "per_page", 30))
    shown = [
        installation_json(one, request.base_url)
        for one in found[(number - 1) * size : number * size]
    ]
    more = {"page": str(number + 1), "per_page": str(size)} if number * size < len(found) else {}
    return RestAnswer(200, shown, _next(request, more))


def _number(request: AppRequest, name: str, default: int) -> int:
    text = request.fields.get(name, "")
    return max(1, int(text)) if text.isdecimal() else default


def _next(request: AppRequest, fields: dict[str, str]) -> dict[str, str]:
    address = f"{request.base_url}{request.path}?{urlencode(fields)}"
    return {"Link": f'<{address}>; rel="next"'} if fields else {}


def _installation(request: AppRequest, number: str) -> RestAnswer:
    found = request.apps.installation_of(request.sender(), int(number))
    return RestAnswer(200, installation_json(found, request.base_url))


def _installation_in(request: AppRequest, login: str) -> RestAnswer:
    app = request.sender()
    for one in request.apps.installations.values():
        if one.app is app and one.owner.login.lower() == login.lower():
            return RestAnswer(200, installation_json(one, request.base_url))
    raise Refused(404, "Not Found")


def _access_token(request: AppRequest, number: str) -> RestAnswer:
    found = request.apps.installation_of(request.sender(), int(number))
    given = request.json()
    narrowed = _repositories_asked(request, given)
    token = request.apps.issue_token(
        found, permissions=given.get("permissions"), repositories=narrowed
    )
    selected = narrowed is not None or found.repositories is not None
    body: dict[str, Any] = {
        "token": token.value,
        "expires_at": iso(token.expires_at),
        "permissions": dict(token.permissions or found.permissions),
        "repository_selection": "selected" if selected else "all",
    }
    if narrowed is not None:
        body["repositories"] = [
            repository_json(request.world.repositories[one], request.base_url) for one in narrowed
        ]
    return RestAnswer(201, body)


def _repositories_asked(request: AppRequest, given: dict[str, Any]) -> set[int] | None:
    """The ids that a token shall be narrowed to, by id or by name."""
    if "repository_ids" not in given and "repositories" not in given:
        return None
    world = request.world
    names = {one.name.lower(): number for number, one in world.repositories.items()}
    found = {
        number if number in world.repositories else None
        for number in given.get("repository_ids", ())
    }
    found |= {names.get(str(name).lower()) for name in given.get("repositories", ())}
    if None in found:
        raise Refused(
            422, "There is at least one repository that does not exist or is not accessible."
        )
    return {number for number in found if number is not None}


def _conversion(request: AppRequest, code: str) -> RestAnswer:
    """The one call without a credential: the code is one."""
    app = request.apps.convert(code, base_url=request.base_url)
    body = app_json(app, request) | {
        "client_secret": app.client_secret,
        "webhook_secret": app.hook.secret if app.hook else None,
        "pem": request.apps.add_key(app),
    }
    return RestAnswer(201, body)


def _hook_config(request: AppRequest) -> RestAnswer:
    hook = request.sender().hook
    if hook is None:
        raise Refused(404, "Not Found")
    if request.method == "PATCH":
        given = request.json()
        if given.get("content_type", "json") != "json" or str(given.get("insecure_ssl", 0)) != "0":
            raise Refused(422, "The simulator's hooks send JSON and check certificates.")
        hook.url, hook.secret = given.get("url", hook.url), given.get("secret", hook.secret)
    return RestAnswer(200, hook.config())


def _deliveries(request: AppRequest) -> RestAnswer:
    """Newest first; the cursor names the delivery that a page begins with. What was never answered is no failure to
    the filter, as its code is not the receiver's.
    """
    hook = request.sender().hook
    if hook is None:
        return RestAnswer(200, [])
    size = min(100, _number(request, "per_page", 30))
    found = list(hook.attempts.values())[::-1]
    if cursor := request.fields.get("cursor"):
        match = re.fullmatch(r"v1_(\d+)", cursor)
        if match is None:
            raise Refused(422, "Invalid cursor")
        found = [one for one in found if one.number <= int(match[1])]
    wanted = request.fields.get("status")
    if wanted:
        found = [one for one in found if one.failed == (wanted == "failure")]
    more: dict[str, str] = {}
    if len(found) > size:
        more = {"per_page": str(size), "cursor": f"v1_{found[size].number}"}
        more |= {"status": wanted} if wanted else {}
    return RestAnswer(200, [delivery_json(one) for one in found[:size]], _next(request, more))


def _delivery(request: AppRequest, number: str) -> RestAnswer:
    hook = request.sender().hook
    if hook is None or int(number) not in hook.attempts:
        raise Refused(404, "Not Found")
    return RestAnswer(200, delivery_whole(hook.attempts[int(number)], hook.url))


def _attempt(request: AppRequest, number: str) -> RestAnswer:
    hook = request.sender().hook
    if hook is None or int(number) not in hook.attempts:
        raise Refused(404, "Not Found")
    hook.redeliver(int(number))
    return RestAnswer(202, {})


REST: list[tuple[str, str, Callable[..., RestAnswer]]] = [
    ("GET", "/app", _app),
    ("GET", "/app/installations", _installations),
    ("GET", r"/app/installations/(\d+)", _installation),
    ("GET", r"/orgs/([^/]+)/installation", _installation_in),
    ("POST", r"/app/installations/(\d+)/access_tokens", _access_token),
    ("POST", r"/app-manifests/([^/]+)/conversions", _conversion),
    ("GET", "/app/hook/config", _hook_config),
    ("PATCH", "/app/hook/config", _hook_config),
    ("GET", "/app/hook/deliveries", _deliveries),
    ("GET", r"/app/hook/deliveries/(\d+)", _delivery),
    ("POST", r"/app/hook/deliveries/(\d+)/attempts", _attempt),
]


def rest(request: AppRequest) -> RestAnswer | None:
    """The answer, or None where the address is not about Apps."""
    path = request.path.removeprefix("/api/v3").rstrip("/")
    for method, pattern, handler in REST:
        match = re.fullmatch(pattern, path)
        if match and method == request.method:
            try:
                return handler(request, *match.groups())
            except Refused as refused:
                return RestAnswer(
                    refused.status, {"message": refused.message, "status": str(refused.status)}
                )
    return None


# -- pages for the browser -------------------------------------------------------------------------------------


def _new_app(request: AppRequest, owner: str) -> Page:
    """Where the manifest is posted to: the page that asks whether to create the App."""
    posted = dict(parse_qsl(request.body.decode()))
    try:
        manifest = read_manifest(posted.get("manifest", ""))
    except ValueError as error:
        return Page(422, f"<h1>Invalid GitHub App configuration</h1><p>{html.escape(str(error))}")
    state = urlencode({"state": request.fields.get("state", "")})
    name = html.escape(manifest["name"])
    return Page(
        200,
        f"<h1>Create GitHub App for {html.escape(owner)}</h1>"
        f'<form method="post" action="/organizations/{owner}/settings/apps?{state}">'
        f'<input type="hidden" name="manifest" value="{html.escape(posted["manifest"])}">'
        f'<label>GitHub App name <input name="name" value="{name}" maxlength="{LONGEST_NAME}"></label>'
        f"<button>Create GitHub App for {html.escape(owner)}</button></form>",
    )


def read_manifest(text: str) -> dict[str, Any]:
    """Raises ValueError with what is wrong with a manifest."""
    manifest: dict[str, Any] = json.loads(text)
    for name in ("name", "url", "redirect_url"):
        if not manifest.get(name):
            raise ValueError(f"{name} is missing")
    if len(manifest["name"]) > LONGEST_NAME:
        raise ValueError(f"Name is too long (maximum is {LONGEST_NAME} characters)")
    for name in ("url", "redirect_url", "setup_url"):
        if urlsplit(manifest.get(name) or "https:").scheme not in {"http", "https"}:
            raise ValueError(f"{name} must be a valid URL")
    _check_events(manifest)
    return manifest


def _check_events(manifest: dict[str, Any]) -> None:
    permissions = {"metadata": "read"} | manifest.get("default_permissions", {})
    events = manifest.get("default_events", ())
    for event in events:
        if event not in NEEDS:
            raise ValueError(f"Default events unsupported: {event}")
        if NEEDS[event] not in permissions:
            raise ValueError(f"Default events are not supported by permissions: {event}")
    if events and not (manifest.get("hook_attributes") or {}).get("url"):
        raise ValueError("Hook url cannot be blank")


def _create_app(request: AppRequest, owner: str) -> Page:
    """The button on that page: back to where the manifest says, with a code and the state."""
    posted = dict(parse_qsl(request.body.decode()))
    try:
        manifest = read_manifest(posted.get("manifest", ""))
    except ValueError as error:
        return Page(422, f"<h1>Invalid GitHub App configuration</h1><p>{html.escape(str(error))}")
    manifest["name"] = posted.get("name") or manifest["name"]
    code = request.apps.take_manifest(owner, manifest)
    query = {"code": code}
    if state := request.fields.get("state"):
        query["state"] = state
    return _redirect(manifest["redirect_url"], query)


def _redirect(address: str, query: dict[str, str]) -> Page:
    joint = "&" if urlsplit(address).query else "?"
    return Page(302, headers={"Location": f"{address}{joint}{urlencode(query)}"})


def _install(request: AppRequest, slug: str) -> Page:
    """Asks whether to install an App where it belongs; by POST it does, and goes back to the App's own page."""
    app = next((one for one in request.apps.apps.values() if one.slug == slug), None)
    if app is None:
        raise Refused(404, "Not Found")
    if request.method == "GET":
        return Page(
            200,
            f"<h1>Install {html.escape(app.name)}</h1><form method='post'>"
            f"<button>Install in {html.escape(app.owner.login)}</button></form>",
        )
    installed = request.apps.install(app)
    query = {"installation_id": str(installed.installation_id), "setup_action": "install"}
    return _redirect(app.setup_url or f"{request.base_url}/github-apps/{slug}", query)


PAGES: list[tuple[str, str, Callable[..., Page]]] = [
    ("POST", r"/organizations/([^/]+)/settings/apps/new", _new_app),
    ("POST", r"/organizations/([^/]+)/settings/apps", _create_app),
    ("GET", r"/(?:github-)?apps/([^/]+)/installations/new", _install),
    ("POST", r"/(?:github-)?apps/([^/]+)/installations/new", _install),
]


def page(request: AppRequest) -> Page | None:
    """What a browser is answered, or None where the address is none of these."""
    for method, pattern, handler in PAGES:
        match = re.fullmatch(pattern, request.path.rstrip("/"))
        if match and method == request.method:
            try:
                return handler(request, *match.groups())
            except Refused as refused:
                return Page(refused.status, f"<h1>{html.escape(refused.message)}</h1>")
    return None
