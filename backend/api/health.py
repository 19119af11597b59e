"""Whether this process lives, and whether it can serve: for health checks, open to anyone, telling nothing else."""

from typing import Final

from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

_GOOD: Final = {"database": "reached", "migrations": "applied", "broker": "reached"}


@transaction.non_atomic_requests
@never_cache
@require_safe
def live(_: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


@transaction.non_atomic_requests
@never_cache
@require_safe
def ready(_: HttpRequest) -> JsonResponse:
    """503 while a part is away or the schema is another version's: a request would fail, a restart would not help."""
    found = {"database": database(), "migrations": "unknown", "broker": broker()}
    if found["database"] == _GOOD["database"]:
        found["migrations"] = schema.state()
    is_ready = found == _GOOD
    status = "ready" if is_ready else "not ready"
    return JsonResponse({"status": status, **found}, status=200 if is_ready else 503)


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
