"""What is judged by the headers of the door's answers. Pure, a judgement a finding."""

from __future__ import annotations

import re
from typing import Callable, Final, Iterable, Mapping, Sequence

from host.asvs.answers import Answer, Looked
from host.asvs.findings import Finding, judged

YEAR: Final = 365 * 24 * 3600
NGINX: Final = (
    "Is nginx of this release running, and is its configuration the one that came with it?"
)
_DANGEROUS: Final = re.compile(
    r"'unsafe-[a-z-]+'|(?<![\w.:/-])\*(?![\w.-])|(?<![\w-])(?:https?|data|blob|filesystem):(?=\s|$)"
)
_VERSION: Final = re.compile(r"(?i)\b(nginx|gunicorn|django|python|openssl|whitenoise)[/ ]v?\d")
_FORBIDDEN: Final = ("camera", "geolocation", "microphone")
_REFERRERS: Final = {
    "no-referrer",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
}


def seen(answers: Iterable[Answer]) -> list[str]:
    """What did not come: nothing can be said of it."""
    return [one.told for one in answers if not one.status]


def each(answers: Sequence[Answer], is_well: Callable[[Answer], bool], what: str = "") -> list[str]:
    """Those of which it does not hold, and those that did not come; none at all is amiss as well."""
    if not answers:
        return ["no such answer was seen"]
    wrong = [one for one in answers if one.status and not is_well(one)]
    return [*seen(answers), *(f"{one.asked}{f': {what}' if what else ''}" for one in wrong)]


def hsts(found: Looked) -> Finding:
    def lasting(one: Answer) -> bool:
        told = one.header("strict-transport-security").lower()
        age = re.search(r"max-age=\"?(\d+)", told)
        return bool(age and int(age[1]) >= YEAR and "includesubdomains" in told)

    amiss = each(found.every, lasting, "not for a year and all names below")
    return judged("door.hsts", amiss, "on every answer, for a year at least", NGINX)


def content_types(found: Looked) -> Finding:
    def told(one: Answer) -> bool:
        whole = one.header("content-type").lower()
        if not whole:
            return not one.body
        is_text = one.kind.startswith("text/") or one.kind.endswith("xml")
        return not is_text or "charset=utf-8" in whole.replace('"', "")

    amiss = each(found.every, told, "no type, or no character set")
    return judged("door.content_types", amiss, "on every answer, texts as UTF-8", NGINX)


def nosniff(found: Looked) -> Finding:
    amiss = each(
        found.every,
        lambda one: one.header("x-content-type-options").lower() == "nosniff",
        "missing",
    )
    return judged("door.nosniff", amiss, "on every answer", NGINX)


def policy(told: str) -> Mapping[str, str]:
    """Directives of a Content-Security-Policy by name."""
    pairs = (part.strip().partition(" ") for part in told.split(";"))
    return {name.lower(): sources.strip() for name, _, sources in pairs if name}


def is_strict(told: str) -> bool:
    """No script but the page's own, or those that bear this answer's nonce."""
    found = policy(told)
    usual = found.get("default-src", "")
    alone = ("'none'", "'self'")
    loaded = [found.get(name, usual) for name in ("script-src", "style-src", "connect-src")]
    return (
        usual in alone
        and not any(_DANGEROUS.search(sources) for sources in loaded)
        and found.get("object-src", usual) == "'none'"
        and found.get("base-uri") in alone
        and found.get("form-action") in alone
        and found.get("frame-ancestors") in alone
    )


def csp(found: Looked) -> Finding:
    pages = [one for one in found.every if one.is_page]
    amiss = each(
        pages,
        lambda one: any(map(is_strict, one.all("content-security-policy"))),
        "lets in more than the page's own",
    )
    amiss += each(found.every, lambda one: bool(one.header("content-security-policy")), "none")
    return judged("door.csp", amiss, f"strict on {len(pages)} pages, and on every answer", NGINX)


def framing(found: Looked) -> Finding:
    def closed(one: Answer) -> bool:
        told = policy(one.header("content-security-policy").replace(",", ";"))
        return one.header("x-frame-options").upper() in ("DENY", "SAMEORIGIN") and told.get(
            "frame-ancestors"
        ) in ("'none'", "'self'")

    amiss = each(found.every, closed, "can be framed")
    return judged("door.framing", amiss, "no answer can be framed", NGINX)


def referrer_policy(found: Looked) -> Finding:
    amiss = each(
        found.every, lambda one: one.header("referrer-policy").lower() in _REFERRERS, "tells others"
    )
    return judged("door.referrer_policy", amiss, "other hosts learn no address", NGINX)


def permissions_policy(found: Looked) -> Finding:
    def refused(one: Answer) -> bool:
        told = one.header("permissions-policy").replace(" ", "")
        return all(f"{feature}=()" in told.split(",") for feature in _FORBIDDEN)

    pages = [one for one in found.every if one.is_page]
    amiss = each(pages, refused, "not all refused")
    return judged("door.permissions_policy", amiss, "pages may use no device", NGINX)


def cross_origin(found: Looked) -> Finding:
    alone = ("cross-origin-opener-policy", "cross-origin-resource-policy")
    amiss = each(
        found.foreign,
        lambda one: not one.header("access-control-allow-origin"),
        "open to other origins",
    )
    amiss += [
        f"{one.asked}: open to {one.header('access-control-allow-origin')}"
        for one in found.every
        if one.header("access-control-allow-origin")
    ]
    amiss += each(
        found.every,
        lambda one: all(one.header(name) == "same-origin" for name in alone),
        "not for its own origin alone",
    )
    return judged("door.cross_origin", amiss, "no answer is for another origin's pages", NGINX)


def api_is_a_file(found: Looked) -> Finding:
    """A browser that is led there makes no page of it. What nginx refuses by itself has nothing of anybody in it."""
    answers = [
        one
        for one in (*found.pages, *found.api)
        if one.asked.split(" ")[-1].startswith(("/api/", "/scim/"))
    ]
    amiss = each(
        answers,
        lambda one: one.header("content-disposition").startswith("attachment; filename="),
        "is no file",
    )
    return judged("door.api_is_a_file", amiss, f"{len(answers)} answers are files", NGINX)


def no_versions(found: Looked) -> Finding:
    telling = ("x-powered-by", "x-aspnet-version", "x-generator", "via", "x-runtime")

    def silent(one: Answer) -> bool:
        told = [name for name in telling if one.header(name)]
        is_error = one.status >= _ERROR
        return not (
            told
            or re.search(r"\d", one.header("server"))
            or (is_error and _VERSION.search(one.body))
        )

    amiss = each([*found.every, *found.hosts, *found.methods], silent, "names what runs")
    return judged("door.no_versions", amiss, "no answer names a version", NGINX)


def no_store(found: Looked) -> Finding:
    # Files of the page's own are the same for everybody, and may stay.
    answers = [one for one in found.every if one not in found.static]
    amiss = each(answers, lambda one: "no-store" in one.header("cache-control").lower(), "is kept")
    return judged("door.no_store", amiss, "nothing but files of the pages is kept", NGINX)


def cookies(found: Looked) -> Finding:
    told = [(one, cookie) for one in found.every for cookie in one.all("set-cookie")]
    amiss = [] if told else ["no cookie was seen, so none can be judged"]
    amiss += seen(found.every)
    for one, cookie in told:
        name, *attributes = (part.strip() for part in cookie.split(";"))
        name = name.partition("=")[0]
        has = {key.lower(): value for key, _, value in (a.partition("=") for a in attributes)}
        wrong = [
            *(() if name.startswith("__Host-") else ("no __Host-",)),
            *(() if "secure" in has else ("no Secure",)),
            *(
                ()
                if has.get("path") == "/" and "domain" not in has
                else ("not of this host alone",)
            ),
            *(() if has.get("samesite", "").lower() in ("lax", "strict") else ("no SameSite",)),
            # Scripts of the page send its value back as a header.
            *(() if "httponly" in has or name.endswith("csrftoken") else ("no HttpOnly",)),
        ]
        amiss += [f"{one.asked}: {name} has {', '.join(wrong)}"] if wrong else []
    return judged(
        "door.cookies",
        list(dict.fromkeys(amiss)),
        f"{len({cookie.partition('=')[0] for _, cookie in told})} seen, all of this host alone, by TLS alone",
        "PLUMBLINE_URL must begin with https://, and web must be of this release.",
    )


_ERROR: Final = 400
JUDGES: Final[Sequence[Callable[[Looked], Finding]]] = (
    *(hsts, content_types, nosniff, csp, framing, referrer_policy, permissions_policy),
    *(cross_origin, no_versions, no_store, cookies, api_is_a_file),
)
