"""How people sign in: passwords, second factors, and what slows guessing down."""

import secrets
from typing import Final

from allauth.account import app_settings as account
from allauth.mfa import app_settings as mfa
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import check_password, get_hashers, identify_hasher, make_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    get_default_password_validators,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string
from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity

from backend.accounts.models import SignInPolicy
from backend.governance.asvs.checks import RESTORE, Weak, check

_BACKENDS: Final = ["backend.accounts.backends.PasswordBackend"]
_VALIDATORS: Final = {
    "UserAttributeSimilarityValidator",
    "MinimumLengthValidator",
    "CommonPasswordValidator",
    "MaximumLengthValidator",
}
_ASKED: Final = ("hint", "question", "answer")
_OF_TWELVE: Final = "vexing-quart"
# Argon2id as OWASP's cheat sheet asks at least: 19 MiB and two rounds, or more memory with fewer.
_MEMORY, _ROUNDS, _SALT_BITS = 19 * 1024, 2, 128


def _server() -> Fido2Server:
    """As allauth makes it."""
    return Fido2Server(PublicKeyCredentialRpEntity(id="plumbline.example", name="Plumbline"))


def _is_refused(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError:
        return True
    return False


@check
def passwords_are_long() -> str:
    """A password has twelve characters or more, several blanks on end counted as one."""
    blanks = f"{_OF_TWELVE[:6]}{' ' * 20}"
    if not _is_refused(_OF_TWELVE[:11]) or not _is_refused(blanks) or _is_refused(_OF_TWELVE):
        raise Weak(
            "a password of eleven characters is taken, or one of twelve refused", todo=RESTORE
        )
    return "11 refused, 12 taken"


@check
def passphrases_are_taken() -> str:
    """Passwords of 64 to 128 characters of any kind are taken, longer ones refused."""
    for password in ("vexing quart " * 5, "ναυς 船 ⛵ vexing", "vexing-quart-" * 9):
        if _is_refused(password):
            raise Weak(f"one of {len(password)} characters is refused", todo=RESTORE)
    if not _is_refused("vexing-quart-" * 10):
        raise Weak("one of 130 characters is taken", todo=RESTORE)
    return "64 and 117 taken, also of other scripts and with blanks; 130 refused"


@check
def nothing_is_cut_off() -> str:
    """Two passwords that differ in their last of 128 characters are two."""
    password = "v" * 127
    if check_password(f"{password}b", make_password(f"{password}a")):
        raise Weak("passwords are cut off before their 128th character", todo=RESTORE)
    return "the 128th character counts"


@check
def common_passwords_are_refused() -> str:
    """What many people use is refused, by a list on board."""
    common = sorted(
        one for one in CommonPasswordValidator().passwords if len(one) >= len(_OF_TWELVE)
    )
    taken = [password for password in common[:50] if not _is_refused(password)]
    if taken or not common:
        raise Weak(f"{len(taken)} that many people use are taken", todo=RESTORE)
    return "by Django's list of 20,000, offline"


@check
def no_composition_rules() -> str:
    """No rule asks for kinds of characters."""
    names = {type(one).__name__ for one in get_default_password_validators()}
    if strange := sorted(names - _VALIDATORS):
        raise Weak(f"there are further rules: {', '.join(strange)}", todo=RESTORE)
    if _is_refused("vexingquartzjumbles"):
        raise Weak("small letters alone are refused", todo=RESTORE)
    return "small letters alone are taken"


@check
def no_rotation() -> str:
    """Passwords neither end by themselves nor are remembered."""
    columns = {field.name for field in apps.get_model("accounts.User")._meta.get_fields()}
    if found := sorted(
        name for name in columns if "password_" in name or "former_password" in name
    ):
        raise Weak(f"accounts hold {', '.join(found)}", todo=RESTORE)
    if getattr(account, "PASSWORD_MAX_AGE", None):
        raise Weak("passwords end by their age", todo=RESTORE)
    return "no age, no history"


@check
def a_change_asks_for_the_present_password() -> str:
    """Whoever changes a password shows the present one."""
    form = account.FORMS.get("change_password", "allauth.account.forms.ChangePasswordForm")
    if "oldpassword" not in import_string(form).base_fields:
        raise Weak("the form does not ask for the present password", todo=RESTORE)
    return "the form asks for both"


@check
def hashed_by_argon2() -> str:
    """Passwords are hashed by Argon2id, with OWASP's parameters at least."""
    hasher = get_hashers()[0]
    found = hasher.decode(make_password(secrets.token_urlsafe()))
    if found.get("variety") != "argon2id":
        raise Weak(f"new passwords are hashed by {hasher.algorithm}", todo=RESTORE)
    if found["memory_cost"] < _MEMORY or found["time_cost"] < _ROUNDS:
        raise Weak(
            f"{found['memory_cost']} KiB and {found['time_cost']} rounds are too little",
            todo=RESTORE,
        )
    return f"Argon2id, {found['memory_cost'] // 1024} MiB, {found['time_cost']} rounds"


@check
def salts_are_random() -> str:
    """Each hash has a salt of 128 bits of its own."""
    hasher = get_hashers()[0]
    if hasher.salt_entropy < _SALT_BITS:
        raise Weak(f"salts have {hasher.salt_entropy} bits", todo=RESTORE)
    if len({hasher.salt() for _ in range(1000)}) < 1000:  # noqa: PLR2004 - as many as were made
        raise Weak("salts repeat", todo=RESTORE)
    return f"{hasher.salt_entropy} bits, 1,000 different ones"


@check
def no_other_hash() -> str:
    """Nothing but Argon2id hashes or verifies passwords."""
    others = [str(one.algorithm) for one in get_hashers() if one.algorithm != "argon2"]
    if others:
        raise Weak(f"there are also {', '.join(others)}", todo=RESTORE)
    return f"{identify_hasher(make_password('x')).algorithm} alone"


@check
def second_factors_are_strong() -> str:
    """Second factors are apps, security keys, passkeys and recovery codes alone."""
    if strange := set(mfa.SUPPORTED_TYPES) - {"totp", "webauthn", "recovery_codes"}:
        raise Weak(f"{', '.join(sorted(strange))} counts as a second factor", todo=RESTORE)
    return ", ".join(mfa.SUPPORTED_TYPES)


@check
def the_second_factor_is_required() -> str:
    """Every account needs a second factor."""
    if "backend.accounts.middleware.SecondFactorRequired" not in settings.MIDDLEWARE:
        raise Weak("nothing asks for it", todo=RESTORE)
    chosen = SignInPolicy.objects.values_list("second_factor_for_all", flat=True).first()
    if chosen is False:
        raise Weak(
            "team leads and members may sign in by password alone",
            todo="An owner ticks “second factor for every account” in the sign-in policy.",
        )
    return "for every account"


@check
def keys_are_offered() -> str:
    """Security keys and passkeys can be used."""
    if "webauthn" not in mfa.SUPPORTED_TYPES or not mfa.PASSKEY_LOGIN_ENABLED:
        raise Weak("they are switched off", todo=RESTORE)
    return "security keys and passkeys"


@check
def keys_sign_by_approved_algorithms() -> str:
    """Keys sign by algorithms of FIDO's list."""
    # ECDSA, EdDSA, RSA of 2048 bits and more, ML-DSA: of the registry of COSE.
    approved = {-7, -8, *range(-39, -34), *range(-50, -46), *range(-259, -256)}
    offered = {one.alg for one in _server().allowed_algorithms}
    if offered - approved:
        raise Weak(f"others are offered: {sorted(offered - approved)}", todo=RESTORE)
    return f"{len(offered)} algorithms of COSE"


@check
def challenges_are_random() -> str:
    """A key's challenge has 128 bits or more, and none comes twice."""
    user = PublicKeyCredentialUserEntity(id=b"1", name="somebody", display_name="Somebody")
    begun = [_server().register_begin(user)[0] for _ in range(200)]
    made = {bytes(one.public_key.challenge) for one in begun}
    if len(made) < 200 or min(map(len, made)) < 16:  # noqa: PLR2004 - as many, and 128 bits
        raise Weak("challenges repeat, or are short", todo=RESTORE)
    return "200 different ones, of 128 bits or more"


@check
def codes_last_a_minute_and_a_half() -> str:
    """An app's code holds for half a minute, and one step either way."""
    if mfa.TOTP_PERIOD > 30 or mfa.TOTP_TOLERANCE > 1 or mfa.TOTP_DIGITS < 6:  # noqa: PLR2004 - RFC 6238
        raise Weak(
            f"{mfa.TOTP_PERIOD} seconds, {mfa.TOTP_TOLERANCE} steps either way", todo=RESTORE
        )
    return f"{mfa.TOTP_PERIOD} seconds, {mfa.TOTP_TOLERANCE} step either way"


@check
def seeds_are_random() -> str:
    """Seeds of apps have 128 bits or more, and none comes twice."""
    made = {generate_totp_secret() for _ in range(1000)}
    if len(made) < 1000 or min(map(len, made)) * 5 < 128:  # noqa: PLR2004 - as many; base 32
        raise Weak("seeds repeat, or are short", todo=RESTORE)
    return f"1,000 different ones of {len(made.pop()) * 5} bits"


@check
def recovery_codes_are_random() -> str:
    """Recovery codes come of a random seed, and none follows from another."""
    seeds = {RecoveryCodes.generate_seed() for _ in range(1000)}
    if len(seeds) < 1000 or min(map(len, seeds)) * 4 < 112:  # noqa: PLR2004 - as many; hexadecimal
        raise Weak("seeds repeat, or are short", todo=RESTORE)
    return f"seeds of {len(seeds.pop()) * 4} bits"


@check
def no_codes_by_mail() -> str:
    """Nothing that opens an account goes by mail."""
    on = [
        name
        for name in (
            "LOGIN_BY_CODE_ENABLED",
            "PASSWORD_RESET_BY_CODE_ENABLED",
            "EMAIL_VERIFICATION_BY_CODE_ENABLED",
        )
        if getattr(account, name)
    ]
    if on:
        raise Weak(f"switched on: {', '.join(on)}", todo=RESTORE)
    try:
        resolve("/accounts/password/reset/")
    except Resolver404:
        return "neither codes nor links"
    raise Weak("a new password can be asked for by mail", todo=RESTORE)


@check
def no_secret_questions() -> str:
    """No account holds a hint or a secret question."""
    models: list[type[Model]] = [
        model
        for app in ("accounts", "account", "mfa")
        for model in apps.get_app_config(app).get_models()
    ]
    found = [
        f"{model._meta.label}.{field.name}"
        for model in models
        for field in model._meta.concrete_fields
        if any(word in field.name for word in _ASKED)
    ]
    if found:
        raise Weak(f"there is {', '.join(found)}", todo=RESTORE)
    return "none"


@check
def no_default_accounts() -> str:
    """No account comes with the product, and the demo's sign-in link is not here."""
    if settings.MODE == "demo":
        raise Weak(
            "the demo's sign-in link is here", todo="Do not run the demo where anybody reaches it."
        )
    return "the first owner enrols by one link"
