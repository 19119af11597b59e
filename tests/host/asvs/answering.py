"""What a door answers that is as it should be, to be weakened."""

import json

from host.asvs.answers import Answer, Looked, Shown

URL = "https://plumbline.example"
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-abc'; style-src 'self' 'nonce-abc'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
HEADERS = {
    "server": "nginx",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "content-security-policy": POLICY,
    "cache-control": "no-store",
}
COOKIE = "__Host-csrftoken=abc; Path=/; SameSite=Lax; Secure"
SESSION = "__Host-session=abc; HttpOnly; Path=/; SameSite=Lax; Secure"
SHAPE = json.dumps({"code": "not_found", "message": "There is nothing here.", "action": None})


def answer(
    asked: str, status: int = 200, *, kind: str = "text/html; charset=utf-8", body: str = "<p>", **more: str
) -> Answer:  # fmt: skip
    headers = HEADERS | {"content-type": kind} | {k.replace("_", "-"): v for k, v in more.items()}
    return Answer(asked, status, tuple(headers.items()), body)


def error(asked: str, status: int) -> Answer:
    named = 'attachment; filename="api.json"'
    return answer(asked, status, kind="application/json", body=SHAPE, content_disposition=named)


def to_sign_in(asked: str) -> Answer:
    return answer(asked, 302, body="", location="/accounts/login/?next=/")


def door() -> Looked:
    page = answer("GET /accounts/login/")
    page = page._replace(headers=(*page.headers, ("set-cookie", COOKIE), ("set-cookie", SESSION)))
    me = error("GET /api/v1/me", 401)
    return Looked(
        host="plumbline.example",
        public=URL,
        negotiated="TLSv1.3",
        old=dict.fromkeys(("SSL 3.0", "TLS 1.0", "TLS 1.1"), "refused"),
        strong="accepted (0xC02B)",
        weak="refused",
        certificate=Shown(60, "EC 256", "ecdsa-with-SHA256", ""),
        unknown_shows="unnamed",
        pages=[page, to_sign_in("GET /"), me, to_sign_in("GET /admin/")],
        static=[answer("GET /static/a.js", kind="text/javascript; charset=utf-8", cache_control="max-age=60")],
        errors=[error("GET /api/v1/none-such", 404), answer("GET /accounts/none/", 404)],
        plain=[answer("GET /", 301, location=f"{URL}/")],
        foreign=[error("GET /api/v1/me", 401)],
        methods=[error("TRACE /", 405)],
        hidden=[answer("GET /.env", 404), to_sign_in("GET /manage.py")],
        hosts=[error("GET /", 421)],
        api=[me, error("GET /metrics", 403)],
        admin=[to_sign_in("GET /admin/")],
        forwarded=[page, to_sign_in("GET /"), me],
        large=[error("POST /accounts/login/", 413)],
        traversal=[answer("GET /static/../manage.py", 404)],
    )  # fmt: skip
