"""What the door lets in, and what it says no to. Pure, a judgement a finding."""

from __future__ import annotations

import json
import re
from typing import Callable, Final, Sequence
from urllib.parse import urlsplit

from host.asvs.answers import ECHO, ELSEWHERE, Answer, Looked
from host.asvs.findings import Finding, judged
from host.asvs.headers import JUDGES as OF_HEADERS
from host.asvs.headers import NGINX, each, seen

_OK, _REDIRECTS, _ERROR, _FAULT = 200, (301, 302, 303, 307, 308), 400, 500
_TOO_LARGE: Final = 413
_WRONG_HOST: Final = (400, 421)
_CLOSED: Final = (401, 403)
_ABSENT: Final = (403, 404)
_BITS: Final = {"EC": 256, "RSA": 2048}
_LEAKS: Final = re.compile(
    r"Traceback \(most recent|File \"/|DEBUG = True|settings\.py|root:[x*]?:0:|execute_from_command_line"
    r"|OperationalError|psycopg"
)
_LONGEST_ERROR: Final = 20_000


def tls_versions(found: Looked) -> Finding:
    amiss = [f"{name}: {word}" for name, word in found.old.items() if word != "refused"]
    if not found.old or not found.strong.startswith("accepted"):
        amiss.append(f"what is to be accepted: {found.strong}")
    if found.negotiated != "TLSv1.3":
        amiss.append(f"chosen where all are offered: {found.negotiated}")
    return judged("door.tls_versions", amiss, "TLS 1.3 and 1.2, nothing older", NGINX)


def tls_ciphers(found: Looked) -> Finding:
    amiss = [] if found.weak == "refused" else [f"others than the strong ones: {found.weak}"]
    if not found.strong.startswith("accepted"):
        amiss.append(f"the strong ones: {found.strong}")
    well = "AES-GCM and ChaCha20 with forward secrecy alone"
    return judged("door.tls_ciphers", amiss, well, NGINX)


def certificate(found: Looked) -> Finding:
    told = found.certificate
    todo = "Give one that browsers trust below [tls]; then scripts/appliance apply."
    if told is None:
        return judged("door.certificate", ["none was shown"], "", todo)
    kind, _, bits = told.key.partition(" ")
    amiss = [told.trouble] if told.trouble else []
    if told.days < 0:
        amiss.append(f"ended {-told.days} days ago")
    if int(bits) < _BITS.get(kind, 1 << 30) and not kind.startswith("ED"):
        amiss.append(f"its key is {told.key}")
    if re.search(r"(?i)md5|sha1", told.signature):
        amiss.append(f"signed by {told.signature}")
    return judged("door.certificate", amiss, f"trusted, {told.days} days left, {told.key}", todo)


def plain_http(found: Looked) -> Finding:
    def leads(one: Answer) -> bool:
        return one.status in _REDIRECTS and one.header("location").startswith(f"{found.public}/")

    amiss = each(found.plain, leads, "does not lead to HTTPS")
    return judged("door.plain_http", amiss, "answers nothing but where HTTPS is", NGINX)


def unknown_host(found: Looked) -> Finding:
    amiss = each(found.hosts, lambda one: one.status in _WRONG_HOST, "is answered")
    if found.unknown_shows not in ("none", "unnamed"):
        amiss.append(f"the certificate that is shown: {found.unknown_shows}")
    return judged("door.unknown_host", amiss, "another host's name is refused", NGINX)


def methods(found: Looked) -> Finding:
    amiss = each(
        found.methods, lambda one: one.status >= _ERROR and ECHO not in one.body, "is answered"
    )
    return judged("door.methods", amiss, "TRACE and others are refused", NGINX)


def hidden_files(found: Looked) -> Finding:
    def refused(one: Answer) -> bool:
        return one.status != _OK and one.status < _FAULT and not _LEAKS.search(one.body)

    amiss = each(found.hidden, refused, "is answered")
    return judged("door.hidden_files", amiss, f"none of {len(found.hidden)} is given away", NGINX)


def traversal(found: Looked) -> Finding:
    def refused(one: Answer) -> bool:
        return one.status != _OK and one.status < _FAULT and not _LEAKS.search(one.body)

    amiss = each(found.traversal, refused, "is answered")
    return judged("door.traversal", amiss, "no address leads out of a folder", NGINX)


def anonymous_api(found: Looked) -> Finding:
    def closed(one: Answer) -> bool:
        asked = _ABSENT if one.asked.endswith("/metrics") else _CLOSED
        return one.status in asked

    amiss = each(found.api, closed, "is open")
    return judged(
        "door.anonymous_api",
        amiss,
        f"{len(found.api)} addresses want a session or a token",
        "Is web of this release running?",
    )


def admin_closed(found: Looked) -> Finding:
    def closed(one: Answer) -> bool:
        where = urlsplit(one.header("location"))
        is_sign_in = where.path in ("/accounts/login/", "/admin/login/")
        is_here = where.netloc in ("", urlsplit(found.public).netloc)
        return one.status in (*_CLOSED, 404) or (
            one.status in _REDIRECTS and is_sign_in and is_here
        )

    amiss = each(found.admin, closed, "is open")
    return judged("door.admin_closed", amiss, "closed without a session", "Is web of this release?")


def forwarded_headers(found: Looked) -> Finding:
    known = {one.asked: one for one in (*found.pages, *found.admin)}

    def ignored(one: Answer) -> bool:
        usual = known.get(one.asked)
        everything = " ".join([one.body, *(value for _, value in one.headers)])
        return bool(
            usual
            and (one.status, one.header("location")) == (usual.status, usual.header("location"))
            and ELSEWHERE not in everything
        )

    amiss = each(found.forwarded, ignored, "is answered otherwise")
    well = "what a caller claims about itself changes nothing"
    return judged("door.forwarded_headers", amiss, well, NGINX)


def large_bodies(found: Looked) -> Finding:
    amiss = each(found.large, lambda one: one.status == _TOO_LARGE, "is taken")
    return judged("door.large_bodies", amiss, "larger ones than are wanted are refused", NGINX)


def error_pages(found: Looked) -> Finding:
    errors = [one for one in found.every if one.status >= _ERROR]

    def generic(one: Answer) -> bool:
        return not _LEAKS.search(one.body) and len(one.body) < _LONGEST_ERROR and _has_shape(one)

    amiss = seen(found.errors) + each(errors, generic, "tells too much, or has no shape")
    amiss += [
        f"{one.asked}: no error" for one in found.errors if one.status and one.status < _ERROR
    ]
    amiss += [f"{one.asked}: a fault" for one in found.every if one.status == _FAULT]
    return judged("door.error_pages", amiss, f"{len(errors)} seen, all general", NGINX)


def _has_shape(one: Answer) -> bool:
    """Of what programs read: the one shape, or SCIM's own."""
    if one.kind != "application/json":
        return True
    try:
        told = json.loads(one.body)
    except ValueError:
        return False
    return isinstance(told, dict) and {"code", "message", "action"} <= told.keys()


JUDGES: Final[Sequence[Callable[[Looked], Finding]]] = (
    *(tls_versions, tls_ciphers, certificate, plain_http, unknown_host, methods, hidden_files),
    *(traversal, anonymous_api, admin_closed, forwarded_headers, large_bodies, error_pages),
)


def judge(found: Looked) -> list[Finding]:
    """Everything that is judged of the door."""
    return [judgement(found) for judgement in (*OF_HEADERS, *JUDGES)]
