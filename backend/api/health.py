"""Whether this process lives, and whether it can serve: for health checks, open to anyone, telling nothing else."""

from typing import Final

from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from backend.appliance import maintenance

_GOOD: Final = {"database": "reached", "migrations": "applied", "broker": "reached"}


@transaction.non_atomic_requests
@never_cache
@require_safe
def live(_: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


@transaction.non_atomic_requests
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """503 while a part is away or the schema is another version's: a request would fail, a restart would not help.

    In maintenance it stays ready: what systems send is taken.
    """
    found = {"database": database(), "migrations": "unknown", "broker": broker()}
    if found["database"] == _GOOD["database"]:
        found["migrations"] = schema.state()
    is_ready = found == _GOOD
    status = "ready" if is_ready else "not ready"
    told = {"status": status, **found, "maintenance": _maintenance(request)}
    return JsonResponse(told, status=200 if is_ready else 503)


def _maintenance(request: HttpRequest) -> str:
    found = maintenance.of(request)
    if found is None:
        return "none"
    return "closed" if found.is_closed(timezone.now()) else "announced"


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return "unreachable"
    return "reached"


def broker() -> str:
    """By the cache, which is the same server."""
    try:
        cache.get("ready")
    except RedisError:
        return "unreachable"
    return "reached"


class _Schema:
    """Whether the database has every migration of this version. Once it has them, it is not asked again."""

    is_applied = False

    def state(self) -> str:
        if not self.is_applied:
            executor = MigrationExecutor(connection)
            self.is_applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return "applied" if self.is_applied else "missing"


schema: Final = _Schema()
