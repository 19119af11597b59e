"""The HTTP server: GraphQL, REST, git over smart HTTP, and the simulator's own switches below ``/simulator``."""

import hashlib
import json
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, urlsplit

from tests.simulators.faults import Fault
from tests.simulators.github import app_endpoints, git_http, permissions, rest
from tests.simulators.github.acts import act
from tests.simulators.github.budget import Budget
from tests.simulators.github.exchange import PRIMARY, Exchange
from tests.simulators.github.gitrepos import Store
from tests.simulators.github.graph.endpoint import dump, page_size
from tests.simulators.github.registry import Token
from tests.simulators.github.rest_request import RestAnswer, RestRequest, not_found
from tests.simulators.github.simulator import Simulator
from tests.simulators.github.world import World

GIT_CHUNK = 1 << 16
NEEDED_SCOPES = {"/api/v3/orgs": "read:org", "/api/v3/repos": "repo", "/api/v3/user/repos": "repo"}
IMPLIED_BY = {"read:org": {"read:org", "write:org", "admin:org"}, "repo": {"repo"}}
HARMLESS = {"slow", "truncated"}
"""Faults after which a request is answered all the same."""


class Handler(Exchange):
    """Routes one connection's requests."""

    server: "Server"

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        self._handle()

    def do_POST(self) -> None:  # noqa: N802 - http.server's name
        self._handle()

    def do_PATCH(self) -> None:  # noqa: N802 - http.server's name
        self._handle()

    def _handle(self) -> None:
        self.began = time.monotonic()
        self.simulator = self.server.simulator
        self.parts = urlsplit(self.path)
        self.noted = {}
        path, body = self.parts.path, self.read_body()
        if path.startswith("/simulator/"):
            self._switches(path, body)
        elif path.rstrip("/") == "/api/graphql":
            self._graphql(body)
        elif path.startswith("/api/v3"):
            self._rest(path, body)
        elif ".git/" in path:
            self._git(path, body)
        elif path == "/login/oauth/access_token" and self.command == "POST":
            self.send(200, dump(self.simulator.oauth.access_token(body)), kind="other")
        else:
            self._page(path, body)

    def _switches(self, path: str, body: bytes) -> None:
        """The simulator's own: ``ledger`` (GET, ``?last=``), and by POST ``ledger/clear``, ``faults``, ``hooks``
        (``url``, ``secret``) and ``acts``.
        """
        simulator, answer = self.simulator, {}
        name = path.removeprefix("/simulator/")
        status = 200
        try:
            given = json.loads(body) if body else {}
            if name == "ledger":
                answer = dict(
                    simulator.ledger.summary(
                        last=int(dict(parse_qsl(self.parts.query)).get("last", 0))
                    )
                )
            elif self.command != "POST":
                status = 404
            elif name == "ledger/clear":
                simulator.ledger.clear()
            elif name == "faults":
                simulator.faults.arm_from(given)
            elif name == "hooks":
                simulator.hook(**given)
            elif name == "acts":
                answer = act(simulator.world, given)
            else:
                status = 404
        except (TypeError, ValueError) as error:
            status, answer = 422, {"message": str(error)}
        self.write(status, dump(answer), {})

    def _struck(self, kind: str, *, page_size: int = 0) -> tuple[Fault | None, bool]:
        """The fault that hits this request, and whether it has been answered by it."""
        fault = self.simulator.faults.strikes(kind, page_size=page_size)
        if fault is None or fault.kind in HARMLESS:
            if fault and fault.kind == "slow":
                time.sleep(fault.seconds)
            return fault, False
        self.fail(fault, kind)
        return fault, True

    # -- GraphQL -----------------------------------------------------------------------------------------------

    def _graphql(self, body: bytes) -> None:
        try:
            payload = json.loads(body)
            size = page_size(payload.get("variables") or {})
        except (ValueError, AttributeError):
            self.send(400, dump({"message": "Problems parsing JSON"}), kind="graphql")
            return
        fault, answered = self._struck("graphql", page_size=size)
        if answered:
            return
        token = self._signed_in("graphql")
        if token is None:
            return
        simulator = self.simulator
        answer = simulator.graph.answer(payload, token, simulator.url, simulator.faults.vanished)
        self.noted = {
            "operation": answer.operation,
            "page": answer.kind,
            "points": answer.points,
            "page_size": answer.page_size,
        }
        headers = self._limits(simulator.graph.budget, "graphql") | self._scopes(token, "", "")
        self.send(200, dump(answer.body), kind="graphql", headers=headers, fault=fault)

    # -- REST --------------------------------------------------------------------------------------------------

    def _rest(self, path: str, body: bytes) -> None:
        fault, answered = self._struck("rest")
        if answered:
            return
        about_apps = app_endpoints.rest(self._app_request(path, body))
        if about_apps is not None:
            shown = dump(_documented(about_apps))
            headers = about_apps.headers
            self.send(about_apps.status, shown, kind="rest", headers=headers, fault=fault)
            return
        if path == "/api/v3/meta" and "Authorization" not in self.headers:
            shown = dump(
                {"verifiable_password_authentication": True, "installed_version": rest.VERSION}
            )
            self.send(200, shown, kind="rest", fault=fault)
            return
        token = self._signed_in("rest")
        if token is not None and self.command != "GET":
            # Nothing else is there to be written.
            self.send(404, dump(_documented(not_found())), kind="rest", fault=fault)
        elif token is not None:
            self._rest_with(token, path, fault)

    def _rest_with(self, token: Token, path: str, fault: Fault | None) -> None:
        scope = next(
            (scope for prefix, scope in NEEDED_SCOPES.items() if path.startswith(prefix)), ""
        )
        permission = permissions.of_rest(path)
        headers = self._scopes(token, scope, permission)
        message = ""
        if scope and token.scopes is not None and IMPLIED_BY[scope].isdisjoint(token.scopes):
            message = (
                f"Resource not accessible by personal access token: it needs the scope {scope}"
            )
        elif permission and not token.may_read(permission):
            message = f"Resource not accessible by {token.kind}"
        if message:
            refusal = dump({"message": message, "status": "403"})
            self.send(403, refusal, kind="rest", headers=headers)
            return
        if path == "/api/v3/rate_limit":
            status, shown = self._rate_limit()
            self.send(status, dump(shown), kind="rest", headers=headers)
            return
        core = self.simulator.core
        if core is not None and not core.spend(1):
            self.send(
                403,
                dump({"message": PRIMARY}),
                kind="rest",
                headers=headers | self._limits(core, "core"),
            )
            return
        query, vanished = dict(parse_qsl(self.parts.query)), self.simulator.faults.vanished
        request = RestRequest(
            self.simulator.world, token, self.simulator.url, path, query, vanished
        )
        answer = rest.answer(request)
        status, body = answer.status, dump(_documented(answer))
        headers |= answer.headers
        if status == 200:
            headers["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()}"'
            if self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
                if core is not None:
                    core.used -= 1  # a conditional request that finds nothing new is free
        self.send(
            status, body, kind="rest", headers=headers | self._limits(core, "core"), fault=fault
        )

    def _rate_limit(self) -> tuple[int, dict[str, Any]]:
        core, points = self.simulator.core, self.simulator.graph.budget
        if core is None or points is None:
            return 404, {"message": "Rate limiting is not enabled."}
        resources = {
            name: {
                "limit": one.limit,
                "used": one.used,
                "remaining": one.remaining,
                "reset": one.reset_at,
            }
            for name, one in (("core", core), ("graphql", points), ("search", Budget(30, 60)))
        }
        return 200, {"resources": resources, "rate": resources["core"]}

    def _limits(self, budget: Budget | None, resource: str) -> dict[str, str]:
        return {} if budget is None else budget.headers(resource)

    def _scopes(self, token: Token, scope: str, permission: str) -> dict[str, str]:
        """What a classic token may and this address needs; to others GitHub tells the need alone."""
        if token.scopes is not None:
            return {"X-OAuth-Scopes": ", ".join(token.scopes), "X-Accepted-OAuth-Scopes": scope}
        return {"X-Accepted-GitHub-Permissions": f"{permission}=read"} if permission else {}

    def _signed_in(self, kind: str) -> Token | None:
        """The request's token; without a valid one it has been answered."""
        token = self.token()
        if token is None:
            self.send(401, dump({"message": "Bad credentials", "status": "401"}), kind=kind)
        elif token.installation is not None and token.installation.suspended_at is not None:
            words = {"message": "This installation has been suspended", "status": "403"}
            self.send(403, dump(words), kind=kind)
            return None
        return token

    # -- Apps --------------------------------------------------------------------------------------------------

    def _app_request(self, path: str, body: bytes) -> app_endpoints.AppRequest:
        return app_endpoints.AppRequest(
            apps=self.simulator.apps,
            world=self.simulator.world,
            base_url=self.simulator.url,
            method=self.command,
            path=path,
            fields=dict(parse_qsl(self.parts.query)),
            body=body,
            authorization=self.headers.get("Authorization", ""),
        )

    def _page(self, path: str, body: bytes) -> None:
        page: app_endpoints.Page | None
        if path == "/login/oauth/authorize":
            fields = dict(parse_qsl(self.parts.query))
            page = self.simulator.oauth.authorize(self.command, fields, body)
        else:
            page = app_endpoints.page(self._app_request(path, body))
        if page is None:
            page = app_endpoints.Page(404, "<h1>Page not found</h1>")
        shown = f"<!DOCTYPE html><title>GitHub</title>{page.body}".encode()
        self.send(page.status, shown, kind="other", headers=page.headers, content_type="text/html")

    # -- git ---------------------------------------------------------------------------------------------------

    def _git(self, path: str, body: bytes) -> None:
        fault, answered = self._struck("git")
        if answered:
            return
        name, _, rest_of_path = path.strip("/").partition(".git/")
        world, token = self.simulator.world, self.token()
        repository = world.repository(name)
        if token is None:
            self.send(401, b"", kind="git", headers={"WWW-Authenticate": 'Basic realm="GitHub"'})
        elif (
            repository is None
            or world.git is None
            or repository.full_name in self.simulator.faults.vanished
            or not token.sees(repository)
        ):
            self.send(404, b"Repository not found.", kind="git", content_type="text/plain")
        elif not token.may_read(permissions.GIT):
            words = b"Write access to repository not granted."  # GitHub's words, also for reading
            self.send(403, words, kind="git", content_type="text/plain")
        else:
            with git_http.answered(
                world.git.path(repository),
                f"/{rest_of_path}",
                method=self.command,
                query=self.parts.query,
                headers=dict(self.headers.items()),
                body=body,
            ) as (status, headers, output):
                self._stream(status, headers, output, fault)

    def _stream(
        self, status: int, headers: dict[str, str], output: IO[bytes], fault: Fault | None
    ) -> None:
        self.note(status, "git", fault)
        try:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while chunk := output.read(GIT_CHUNK):
                if fault and fault.kind == "truncated":
                    self.wfile.write(b"%x\r\n%s" % (len(chunk), chunk[: len(chunk) // 2]))
                    self.close_connection = True
                    return
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            # The client went away, as a killed worker does.
            self.close_connection = True


def _documented(answer: RestAnswer) -> Any:
    """GitHub's refusals tell their status and where to read about it."""
    if answer.status < 400:
        return answer.body
    more = {"documentation_url": "https://docs.github.com/rest", "status": str(answer.status)}
    return more | answer.body


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, address: tuple[str, int], simulator: Simulator, context: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(address, Handler)
        self.simulator = simulator
        if context is not None:
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme, host = ("https", "localhost") if context else ("http", "127.0.0.1")
        simulator.url = simulator.url or f"{scheme}://{host}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not finish its handshake or goes away is no error of the server."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


@contextmanager
def running(
    world: World,
    *,
    repositories: Path | None = None,
    rate_limit: int | None = None,
    reduced: bool = False,
    context: ssl.SSLContext | None = None,
    port: int = 0,
    address: str = "127.0.0.1",
) -> Iterator[Simulator]:
    """A server of a world in this process; ``repositories`` is the folder for its git repositories (none: no git)."""
    if repositories is not None and world.git is None:
        world.attach_git(Store(repositories, marker=world.canary))
    server = Server(
        (address, port), Simulator(world, rate_limit=rate_limit, reduced=reduced), context
    )
    thread = threading.Thread(
        target=server.serve_forever,
        kwargs={"poll_interval": 0.05},
        name="github-simulator",
        daemon=True,
    )
    thread.start()
    try:
        yield server.simulator
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
