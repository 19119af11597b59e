"""What is typed in about a connection, made clean by the store's own rules."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models

from backend.connections import store
from backend.connections.models import Connection, JiraSettings, RepositoryRule

KEY_BYTES: Final = 20_000
T = TypeVar("T")


class SignIn(models.TextChoices):
    KEEP = "keep", "As it does now"
    NEW_APP = "new_app", "As a new GitHub App, created at the server in the next step"
    APP = "app", "As a GitHub App that is there already"
    TOKEN = "token", "With a personal access token"


class PrivateKeyField(forms.FileField):
    """The .pem file that GitHub gives for download. Its text stays in memory and is never shown again."""

    widget = forms.FileInput(attrs={"accept": ".pem"})

    def clean(self, data: Any, initial: Any = None) -> str:
        uploaded: UploadedFile | None = super().clean(data, initial)
        if uploaded is None:
            return ""
        if (uploaded.size or 0) > KEY_BYTES:
            raise ValidationError("This file is too large for a private key.")
        text = uploaded.read().decode(errors="replace")
        return checked(store.clean_private_key, text).pem


OF_GITHUB_APPS: Final = ("app_id", "private_key", "installation_id")
OF_JIRA: Final = (
    *("email", "projects", "keeps_summaries", "webhook_addresses"),
    *("story_points_field", "epic_link_field", "sprint_field", "team_field"),
)
_LINES: Final = {"rows": 3, "cols": 40}


def _field(label: str) -> forms.CharField:
    return forms.CharField(
        required=False,
        label=label,
        widget=forms.TextInput(attrs={"size": 30, "placeholder": "customfield_…"}),
        help_text="Empty: found by its type, then by its name.",
    )


class ConnectionForm(forms.ModelForm):
    sign_in = forms.ChoiceField(label="Signs in", widget=forms.RadioSelect)
    token = forms.CharField(
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "size": 60}),
        help_text="One that may read. It is sealed at once: nobody can read it here again.",
    )
    app_id = forms.IntegerField(
        required=False, min_value=1, label="App ID", help_text="On the App's page, under About."
    )
    private_key = PrivateKeyField(
        required=False,
        help_text="The .pem file that GitHub gives when a key is generated. It is sealed at once.",
    )
    installation_id = forms.IntegerField(
        required=False,
        min_value=1,
        label="Installation ID",
        help_text="Empty: the App's only installation. "
        "Else the number at the end of the installation's address.",
    )
    email = forms.CharField(
        required=False,
        label="E-mail address",
        widget=forms.EmailInput(attrs={"size": 40, "autocomplete": "off"}),
        help_text="Jira Cloud: whose API token it is.",
    )
    projects = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs=_LINES),
        help_text="Keys of projects to read, or patterns like TEAM*, one a line. "
        "Empty: all that the account may browse.",
    )
    keeps_summaries = forms.BooleanField(
        required=False,
        initial=True,
        label="Keep the issues' summaries",
        help_text="Descriptions and comments are never read.",
    )
    webhook_addresses = forms.CharField(
        required=False,
        label="Unsigned webhooks from",
        widget=forms.Textarea(attrs=_LINES),
        help_text="For a Jira older than 10.0, which cannot sign: networks like 10.1.0.0/24, one a line. "
        "Empty: only signed ones are taken, from anywhere; with networks, those too must come from there.",
    )
    story_points_field = _field("Story points")
    epic_link_field = _field("Epic link")
    sprint_field = _field("Sprint")
    team_field = _field("Team")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "url" not in self.fields:  # an auditor looks at it
            return
        self.fields["url"].label = "Address"
        self.fields["ca_certificate"].label = "Certificate authority"
        self.fields["url"].widget = forms.URLInput(attrs={"class": "vURLField"})
        there = self.instance.pk is not None
        ways = [way for way in SignIn if there or way is not SignIn.KEEP]
        if there:
            ways = self._fit_kind(ways)
        sign_in = self.fields["sign_in"]
        sign_in.choices = [(way.value, way.label) for way in ways]  # type: ignore[attr-defined]
        sign_in.initial = ways[0]
        if there:
            if "clone_limit_megabytes" in self.fields:
                self.fields["clone_limit_megabytes"].label = "Clone limit in MB"
            sign_in.help_text = "A changed address or authority needs the credential again."
            return
        self.fields["kind"].initial = Connection.Kind.GITHUB
        self.fields["name"].required = False
        self.fields["name"].help_text = "Empty: the server's name."

    def _fit_kind(self, ways: list[SignIn]) -> list[SignIn]:
        """Leave out what the connection's kind knows nothing of; how it may sign in."""
        if not self._is_jira:
            for name in OF_JIRA:
                del self.fields[name]
            return ways
        for name in OF_GITHUB_APPS:
            del self.fields[name]
        settings = JiraSettings.objects.filter(connection=self.instance).first() or JiraSettings()
        for name in OF_JIRA:
            value = getattr(settings, name)
            self.fields[name].initial = "\n".join(value) if isinstance(value, list) else value
        if self.instance.kind != Connection.Kind.JIRA_CLOUD:
            del self.fields["email"]
        return [SignIn.KEEP, SignIn.TOKEN]

    @property
    def _kind(self) -> str:
        return str(self.instance.kind if self.instance.pk else self.cleaned_data.get("kind", ""))

    @property
    def _is_jira(self) -> bool:
        return self._kind in store.JIRA_KINDS

    def clean_url(self) -> str:
        if self._is_jira:
            cloud = self._kind == Connection.Kind.JIRA_CLOUD
            return checked(partial(store.clean_jira_url, cloud=cloud), self.cleaned_data["url"])
        return checked(store.clean_url, self.cleaned_data["url"])

    def clean_ca_certificate(self) -> str:
        return checked(store.clean_certificate, self.cleaned_data["ca_certificate"])

    def clean_token(self) -> str:
        token = self.cleaned_data["token"]
        return checked(store.clean_token, token) if token else ""

    @property
    def moved(self) -> bool:
        """A credential opens for the address and authority it was entered for alone."""
        return any(
            name in self.cleaned_data and self.cleaned_data[name] != self.initial.get(name)
            for name in ("url", "ca_certificate")
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        match cleaned.get("sign_in"):
            case SignIn.KEEP if self.moved:
                self.add_error(
                    "sign_in", "Enter the credential again: it was given for another server."
                )
            case SignIn.TOKEN:
                self._need("token")
            case SignIn.APP:
                self._need("app_id")
                self._need("private_key")
        if "quiet_from" in self.fields:
            self._check_quiet_hours()
        if self._is_jira:
            self._check_jira()
        return cleaned

    def _check_jira(self) -> None:
        if self.cleaned_data.get("sign_in") in {SignIn.APP, SignIn.NEW_APP}:
            self.add_error("sign_in", "A GitHub App belongs to GitHub: enter a token of Jira's.")
        try:
            self.choice = store.clean_choice(self._kind, self._choice())
        except store.InvalidConnection as error:
            self.add_error(None, str(error))

    def _choice(self) -> store.JiraChoice:
        def text(name: str) -> str:
            return str(self.cleaned_data.get(name) or "")

        return store.JiraChoice(
            email=text("email"),
            projects=tuple(text("projects").replace(",", "\n").splitlines()),
            keeps_summaries=bool(self.cleaned_data.get("keeps_summaries")),
            webhook_addresses=tuple(text("webhook_addresses").splitlines()),
            story_points_field=text("story_points_field"),
            epic_link_field=text("epic_link_field"),
            sprint_field=text("sprint_field"),
            team_field=text("team_field"),
        )

    def clean_requests_per_hour(self) -> int:
        allowed: int = self.cleaned_data["requests_per_hour"]
        if not allowed:
            raise ValidationError("At least 1. To stop asking, pause the connection.")
        return allowed

    def _check_quiet_hours(self) -> None:
        begins, ends = (self.cleaned_data.get(name) for name in ("quiet_from", "quiet_to"))
        if (begins is None) != (ends is None):
            self.add_error("quiet_to", "Give both ends of the quiet hours, or neither.")
        elif begins is not None and begins == ends:
            self.add_error("quiet_to", "The quiet hours must end at another time than they begin.")

    def _need(self, field: str) -> None:
        if field not in self.errors and not self.cleaned_data.get(field):
            self.add_error(field, "This is needed.")

    def save(self, commit: bool = True) -> Connection:
        """A new connection is stored whole, with its credential; a changed one as Django does it."""
        if self.instance.pk is not None:
            changed: Connection = super().save(commit)
            return changed
        fields = ("kind", "url", "name", "organisations", "cloning_allowed", "ca_certificate")
        way = self.cleaned_data["sign_in"]
        added = self.instance = store.add_connection(
            **{name: self.cleaned_data[name] for name in fields},
            token=self.cleaned_data["token"] if way == SignIn.TOKEN else None,
            app=self._app() if way == SignIn.APP else None,
            jira=self.choice if self._is_jira else None,
        )
        self.save_m2m = lambda: None  # type: ignore[method-assign] # as Django does without commit
        return added

    def save_rest(self) -> None:
        """What a changed connection reads of a Jira, and what it signs in with from now on."""
        if self._is_jira:
            store.set_jira(connection=self.instance, choice=self.choice)
        match self.cleaned_data["sign_in"]:
            case SignIn.TOKEN:
                store.set_token(connection=self.instance, token=self.cleaned_data["token"])
            case SignIn.APP:
                store.set_app(connection=self.instance, app=self._app())
            case SignIn.NEW_APP if self.moved:
                store.forget_credentials(connection=self.instance)

    def _app(self) -> store.AppSignIn:
        return store.AppSignIn(
            app_id=self.cleaned_data["app_id"],
            private_key=self.cleaned_data["private_key"],
            installation_id=self.cleaned_data["installation_id"],
        )


class AppKeyForm(forms.Form):
    private_key = PrivateKeyField(
        help_text="The .pem file that GitHub gave when you generated the key. It is sealed at once."
    )


class RuleForm(forms.ModelForm):
    class Meta:
        model = RepositoryRule
        fields = ("effect", "test", "pattern")
        widgets = {
            "pattern": forms.TextInput(attrs={"size": 40}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label  # in a table without labels

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "effect" in cleaned and "test" in cleaned and not self.errors:
            rule = RepositoryRule(**{name: cleaned[name] for name in ("effect", "test", "pattern")})
            try:
                cleaned["pattern"] = store.clean_rule(rule).pattern
            except store.InvalidConnection as error:
                self.add_error("pattern", str(error))
        return cleaned

    def rule(self) -> RepositoryRule:
        return RepositoryRule(
            **{name: self.cleaned_data[name] for name in ("effect", "test", "pattern")}
        )


def checked(clean: Callable[[str], T], value: str) -> T:
    """The store's own judgement, told at the field."""
    try:
        return clean(value)
    except store.InvalidConnection as error:
        raise ValidationError(str(error)) from error
