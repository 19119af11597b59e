"""The page on which people make and revoke their own API tokens."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from backend.accounts import access
from backend.accounts.api_tokens import create_api_token, revoke_api_token
from backend.accounts.models import TOKEN_LIFE, ApiToken, User


class TokenForm(forms.Form):
    name = forms.CharField(max_length=200, help_text="What it is for.")
    scopes = forms.MultipleChoiceField(label="It may", widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(
        label="Good for so many days", min_value=1, max_value=TOKEN_LIFE.days, initial=90
    )

    def __init__(self, typed: QueryDict | None, *, account: User) -> None:
        super().__init__(typed)
        given = set(access.scopes_for(account))
        self.fields["scopes"].choices = [  # type: ignore[attr-defined] # of that field's class
            choice for choice in ApiToken.Scope.choices if choice[0] in given
        ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required(app="account", allow_get=True)  # type: ignore[untyped-decorator]
def tokens(request: HttpRequest) -> HttpResponse:
    """List them and, where it is asked for, make one: it is shown in this answer and never again."""
    user = _visitor(request)
    form = TokenForm(request.POST if request.method == "POST" else None, account=user)
    if form.is_bound and form.is_valid():
        made, token = create_api_token(user=user, acting_user=user, **form.cleaned_data)
        return render(request, "account/token_made.html", {"made": made, "token": token})
    context = {
        "form": form,
        "may_make": bool(access.scopes_for(user)),
        "tokens": user.api_tokens.filter(revoked_at=None).order_by("-created_at"),
        "now": timezone.now(),
    }
    return render(request, "account/tokens.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    user = _visitor(request)
    token = get_object_or_404(user.api_tokens.filter(revoked_at=None), pk=token_id)
    if request.method == "POST":
        revoke_api_token(token=token, acting_user=user)
        return redirect("account_tokens")
    return render(request, "account/token_revoke.html", {"token": token})


def _visitor(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
