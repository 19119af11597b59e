"""What comes in is judged, and what goes out encoded."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, Final

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage
from django.db.models import FileField
from django.template import Context, engines
from pydantic import BaseModel

from backend.governance.asvs.checks import Weak, check
from backend.governance.asvs.checks.access import operations
from backend.sources.junit.reading import read_report
from backend.sources.junit.refusals import Refused

_RESTORE: Final = (
    "Install the release as it was shipped: it sets this, and nothing of the operator's does."
)
_SERIALIZER: Final = "backend.config.cache.JsonSerializer"


def _schemas() -> Iterator[tuple[str, type[BaseModel]]]:
    """What each operation takes, by where from."""
    for name, operation in operations():
        for model in operation.models:
            yield f"{name} {model.__ninja_param_source__}", model


@check
def schemas_are_own() -> str:
    """What an operation takes stands in a schema, and none is that of a table."""
    found = list(_schemas())
    of_tables = [
        name
        for name, model in found
        for base in _within(model)
        if any(one.__name__ == "ModelSchema" for one in base.__mro__)
    ]
    if of_tables or not found:
        raise Weak(
            f"made of a table: {', '.join(of_tables[:5]) or 'no schema was found'}", todo=_RESTORE
        )
    return f"{len(found)} schemas"


def _within(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _within(field.annotation)


@check
def text_is_bounded() -> str:
    """Text that is stored has a length, and bodies have one."""
    if not 0 < (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) <= 1 << 20:
        raise Weak("bodies of any length are read", todo=_RESTORE)
    if (
        settings.DATA_UPLOAD_MAX_NUMBER_FIELDS or 0
    ) > 1000 or not settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:  # noqa: PLR2004 - Django's own
        raise Weak("forms of any number of fields are read", todo=_RESTORE)
    return "bodies of 1 MB, forms of 1,000 fields"


@check
def templates_escape() -> str:
    """Templates escape what they are given."""
    engine = engines["django"].engine
    if not engine.autoescape:
        raise Weak("they do not", todo=_RESTORE)
    told = engine.from_string("{{ given }}").render(Context({"given": "<script>'\""}))
    if any(sign in told for sign in "<>'\""):
        raise Weak(f"a script comes out as {told}", todo=_RESTORE)
    return "a script comes out as text"


@check
def mail_headers_hold_one_line() -> str:
    """A line break in a subject or address is refused."""
    for name in ("subject", "to"):
        values: dict[str, Any] = {"subject": "A", "body": "", "to": ["a@plumbline.example"]}
        values[name] = "A\nBcc: b" if name == "subject" else ["a@plumbline.example\nBcc: b"]
        try:
            EmailMessage(**values).message()
        except (BadHeaderError, ValueError):
            continue
        raise Weak(f"taken in {name}", todo=_RESTORE)
    return "refused in subjects and addresses"


@check
def no_uploads_are_kept() -> str:
    """No column holds a file, and none is written to a disk on its way."""
    found = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, FileField)
    ]
    if found:
        raise Weak(f"kept in {', '.join(found)}", todo=_RESTORE)
    if settings.STORAGES["default"]["BACKEND"] != "django.core.files.storage.InMemoryStorage":
        raise Weak("files go to a disk", todo=_RESTORE)
    return "none is kept"


@check
def no_ldap() -> str:
    """No library for LDAP is installed."""
    found = [name for name in ("ldap", "ldap3", "django_auth_ldap") if find_spec(name)]
    if found:
        raise Weak(f"installed: {', '.join(found)}", todo=_RESTORE)
    return "none"


@check
def nothing_is_unpickled() -> str:
    """Broker, cache and sessions hold JSON, and take nothing else."""
    wrong = []
    if set(current_app.conf.accept_content) != {"json"}:
        wrong.append(f"tasks as {', '.join(current_app.conf.accept_content)}")
    if not settings.SESSION_SERIALIZER.endswith("JSONSerializer"):
        wrong.append(f"sessions by {settings.SESSION_SERIALIZER}")
    if settings.CACHES["default"].get("OPTIONS", {}).get("serializer") != _SERIALIZER:
        wrong.append("the cache by another serializer")
    if wrong:
        raise Weak("; ".join(wrong), todo=_RESTORE)
    return "JSON alone"


@check
def xml_is_defused() -> str:
    """XML with a document type or entities is refused."""
    document = b'<!DOCTYPE a [<!ENTITY b "c">]><testsuite name="&b;"/>'
    try:
        read_report([document])
    except Refused:
        return "refused before any of it is read"
    raise Weak("a document type was read", todo=_RESTORE)
