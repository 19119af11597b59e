"""Who may open which page, and send what to it: the written matrix of every address but the API's operations.

A row is a pattern that an address's route matches whole, and what is answered to a GET and to a POST with nothing in
it, for, in this order: owners; administrators; auditors; everybody else who is signed in; nobody, and tokens of all
kinds. Every address matches one row and no more.

in: let in · no: 403 · login: sent to sign in · none: 404 or 405, for there is no such thing · unproven: 401
"""

from typing import Final

_RULES = "(deployment|generatedfile|hotfix|incident|investment|status)rule"
_COLLECTED = (
    "accounts/(accountaccess|apitoken|breakglassuse|reviewedaccount)|audit/event|usersessions/usersession|"
    "people/(directorygroup|directoryuser|merge|offer)|sources/(cursor|hint|syncrun)|"
    "governance/(securityincident|subjectrequest)|delivery/(board|commit|issue|project|pullrequest|repository|sprint)"
)
"""Recorded or collected: nobody changes it by hand."""
_KEPT = "accounts/(serviceaccount|user)|connections/connection|people/(organisation|person|team)"
"""Kept by administrators, and not deleted."""
_SECRETS = (
    "test|webhook-secret|webhook-secret/end|app-key|app-key/<int:key>/retire|"
    "github-app|app-installed|app-created"
)
_ANY = r"[a-z]+/[a-z]+"
_ONE = "<path:object_id>/"

PAGES: Final[list[tuple[str, str, str]]] = [
    # For machines
    ("healthz|readyz", "in in in in in", "none none none none none"),
    (r"\.well-known/security\.txt", "none none none none none", "none none none none none"),
    ("metrics", "none none none none none", "none none none none none"),
    ("hooks/.*", "none none none none none", "unproven unproven unproven unproven unproven"),
    (
        r"scim/v2/.*",
        "unproven unproven unproven unproven unproven",
        "unproven unproven unproven unproven unproven",
    ),
    ("api/v1/", "none none none none none", "none none none none none"),
    (r"api/v1/(docs|openapi\.json)", "in in in in login", "in in in in login"),
    # The application and its documents
    (r"\^\(\?!.*\.\*\$", "in in in in login", "none none none none none"),
    (r"docs/((security/)?<slug:name>\.md)?", "in in in in login", "none none none none none"),
    (r"docs/pictures/<slug:name>\.png", "in in in in login", "none none none none none"),
    # Signing in
    ("accounts/login/", "in in in in in", "in in in in in"),
    ("accounts/inactive/", "in in in in in", "none none none none none"),
    ("accounts/enrol/", "in in in in in", "none none none none none"),
    ("accounts/enrol/<str:uidb36>/<str:key>/", "in in in in in", "in in in in in"),
    ("accounts/2fa/webauthn/login/", "in in in in login", "in in in in login"),
    (
        "accounts/sso/<slug:slug>/(start|callback|acs|acs/finish|metadata)/",
        "none none none none none",
        "none none none none none",
    ),
    # One's own account
    ("accounts/", "in in in in login", "none none none none none"),
    ("accounts/2fa/webauthn/", "in in in in login", "none none none none login"),
    ("accounts/2fa/webauthn/(add|reauthenticate)/", "in in in in login", "in in in in login"),
    (
        "accounts/2fa/webauthn/keys/<int:pk>/(edit|remove)/",
        "none none none none login",
        "none none none none login",
    ),
    ("accounts/connections/", "in in in in login", "none none none none login"),
    (
        "accounts/connections/<int:pk>/disconnect/",
        "none none none none login",
        "none none none none login",
    ),
    ("accounts/sessions/<int:pk>/end/", "none none none none none", "none none none none login"),
    ("accounts/(logout|reauthenticate|tokens|sessions)/", "in in in in login", "in in in in login"),
    ("accounts/password/(change|set)/", "in in in in login", "in in in in login"),
    (
        "accounts/tokens/<int:token_id>/revoke/",
        "none none none none login",
        "none none none none login",
    ),
    ("accounts/2fa/", "in in in in login", "none none none none login"),
    ("accounts/2fa/(re)?authenticate/", "in in in in login", "in in in in login"),
    ("accounts/2fa/totp/activate/", "in in in in login", "in in in in login"),
    ("accounts/2fa/totp/deactivate/", "none none none none login", "none none none none login"),
    ("accounts/2fa/recovery-codes/generate/", "in in in in login", "in in in in login"),
    (
        "accounts/2fa/recovery-codes/(download/)?",
        "none none none none login",
        "none none none none login",
    ),
    # The administration
    ("admin/", "in in in login login", "in in in login login"),
    ("admin/login/", "no no no no login", "no no no no login"),
    ("admin/logout/", "in in in in in", "in in in in in"),
    ("admin/password_change/", "in in in login login", "in in in login login"),
    ("admin/password_change/done/", "in in in login login", "none none none login login"),
    ("admin/autocomplete/", "no no no login login", "none none none login login"),
    ("admin/jsi18n/", "in in in login login", "none none none login login"),
    (r"admin/r/.*", "none none none login login", "none none none login login"),
    (r"admin/\^\(\?P<app_label>.*", "in in in login login", "in in in login login"),
    (r"admin/\(\?P<url>\.\*\)\$", "none none none login login", "none none none login login"),
    (rf"admin/(?!delivery/{_RULES}/){_ANY}/", "in in in login login", "in in in login login"),
    (rf"admin/{_ANY}/{_ONE}(history/)?", "in in in login login", "in in in login login"),
    (rf"admin/({_KEPT})/add/", "in in no login login", "in in no login login"),
    (
        rf"admin/({_KEPT}|people/identity)/{_ONE}change/",
        "in in in login login",
        "in in no login login",
    ),
    (
        rf"admin/(?!people/person)({_KEPT})/{_ONE}delete/",
        "no no no login login",
        "no no no login login",
    ),
    (rf"admin/people/person/{_ONE}delete/", "in in no login login", "in in no login login"),
    ("admin/people/identity/add/", "no no no login login", "no no no login login"),
    (rf"admin/people/identity/{_ONE}delete/", "no no no login login", "no no no login login"),
    (rf"admin/({_COLLECTED})/add/", "no no no login login", "no no no login login"),
    (rf"admin/({_COLLECTED})/{_ONE}change/", "in in in login login", "no no no login login"),
    (rf"admin/({_COLLECTED})/{_ONE}delete/", "no no no login login", "no no no login login"),
    # Access reviews and checklists: begun by administrators, and never deleted
    ("admin/accounts/accountaccess/export/", "in in in login login", "in in in login login"),
    (
        "admin/accounts/(accessreview|checklist)/add/",
        "in in no login login",
        "in in no login login",
    ),
    (
        rf"admin/accounts/accessreview/{_ONE}change/",
        "in in in login login",
        "no no no login login",
    ),
    (rf"admin/accounts/checklist/{_ONE}change/", "in in in login login", "in in no login login"),
    (
        rf"admin/accounts/(accessreview|checklist)/{_ONE}delete/",
        "no no no login login",
        "no no no login login",
    ),
    # Who may sign in how, and who speaks for the directory: owners alone say
    (
        "admin/accounts/identityprovider/<int:pk>/test/",
        "none none none login login",
        "none no no login login",
    ),
    (
        "admin/(accounts/(identityprovider|scimtoken|signinpolicy)|governance/particulars)/add/",
        "in no no login login",
        "in no no login login",
    ),
    (
        rf"admin/(accounts/(identityprovider|signinpolicy)|governance/particulars)/{_ONE}change/",
        "in in in login login",
        "in no no login login",
    ),
    (
        rf"admin/accounts/identityprovider/{_ONE}delete/",
        "in no no login login",
        "in no no login login",
    ),
    (rf"admin/accounts/scimtoken/{_ONE}change/", "in in in login login", "no no no login login"),
    (
        rf"admin/(accounts/(scimtoken|signinpolicy)|governance/particulars)/{_ONE}delete/",
        "no no no login login",
        "no no no login login",
    ),
    # Rules, edited as a list
    (rf"admin/delivery/{_RULES}/", "in in in login login", "in in no login login"),
    (rf"admin/delivery/{_RULES}/add/", "no no no login login", "no no no login login"),
    (rf"admin/delivery/{_RULES}/{_ONE}change/", "in in in login login", "in in in login login"),
    (rf"admin/delivery/{_RULES}/{_ONE}delete/", "no no no login login", "no no no login login"),
    (r"admin/delivery/artifactrule/add/", "in in no login login", "in in no login login"),
    (
        rf"admin/delivery/artifactrule/{_ONE}change/",
        "in in in login login",
        "in in no login login",
    ),
    (rf"admin/delivery/artifactrule/{_ONE}delete/", "in in no login login", "in in no login login"),
    ("admin/delivery/ingesttoken/add/", "in in no login login", "in in no login login"),
    (rf"admin/delivery/ingesttoken/{_ONE}change/", "in in in login login", "no no no login login"),
    (rf"admin/delivery/ingesttoken/{_ONE}delete/", "no no no login login", "no no no login login"),
    # Teams from a file, and what they own
    ("admin/people/team/import/", "in in no login login", "in in no login login"),
    ("admin/people/team/export/", "in in in login login", "in in in login login"),
    ("admin/delivery/ownership/add/", "in in no login login", "in in no login login"),
    (rf"admin/delivery/ownership/{_ONE}change/", "in in in login login", "in in no login login"),
    (rf"admin/delivery/ownership/{_ONE}delete/", "in in no login login", "in in no login login"),
    # Connections, with their secrets
    (
        rf"admin/connections/connection/(<int:pk>/)?({_SECRETS})/",
        "in in no login login",
        "in in no login login",
    ),
    (
        "admin/connections/connection/<int:pk>/repositories/",
        "in in in login login",
        "in in no login login",
    ),
]
