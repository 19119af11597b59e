"""What comes in is judged, and what goes out encoded."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from django.core.mail import BadHeaderError, EmailMessage
from pydantic import BaseModel

from backend.governance.asvs.checks import RESTORE, Weak, check
from backend.governance.asvs.checks.access import operations
from backend.sources.junit.reading import read_report
from backend.sources.junit.refusals import Refused


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
            f"made of a table: {', '.join(of_tables[:5]) or 'no schema was found'}", todo=RESTORE
        )
    return f"{len(found)} schemas"


def _within(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _within(field.annotation)


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
        raise Weak(f"taken in {name}", todo=RESTORE)
    return "refused in subjects and addresses"


@check
def no_ldap() -> str:
    """No library for LDAP is installed."""
    found = [name for name in ("ldap", "ldap3", "django_auth_ldap") if find_spec(name)]
    if found:
        raise Weak(f"installed: {', '.join(found)}", todo=RESTORE)
    return "none"


@check
def xml_is_defused() -> str:
    """XML with a document type or entities is refused."""
    document = b'<!DOCTYPE a [<!ENTITY b "c">]><testsuite name="&b;"/>'
    try:
        read_report([document])
    except Refused:
        return "refused before any of it is read"
    raise Weak("a document type was read", todo=RESTORE)
