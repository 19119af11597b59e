"""Whether this process lives, and whether it can serve: for health checks, open to anyone, telling nothing else."""

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@transaction.non_atomic_requests
@never_cache
@require_safe
def live(_: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


@transaction.non_atomic_requests
@never_cache
@require_safe
def ready(_: HttpRequest) -> JsonResponse:
    """503 while the database does not answer: a request would fail, a restart would not help."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return JsonResponse({"status": "database unreachable"}, status=503)
    return JsonResponse({"status": "ready"})
