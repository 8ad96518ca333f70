"""Pages of a staff account, on brand hosts and on the installation's: sign in, sign out, new password, language."""

import math
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.signals import user_login_failed
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts import change_password
from tenants.attempts import PASSWORD, address_of_request, note_failure, seconds_to_wait
from tenants.models import Tenant, User
from tenants.requests import BrandRequest
from tenants.sessions import ENTER, sign_in, sign_out

DEFAULT_ACCENT = "#2563eb"
MAX_EMAIL_CHARS = 254  # of User.email


@sensitive_post_parameters("password")
@csrf_protect
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_page(request: BrandRequest) -> HttpResponse:
    if request.method != "POST":
        if request.user.is_authenticated and request.user.has_perm(ENTER):
            return HttpResponseRedirect(next_page(request))
        return render_sign_in(request)
    if wait := seconds_to_wait(PASSWORD, address_of_request(request)):
        return show_address_limit(request, wait)
    email = request.POST.get("email", "").strip().lower()
    user = check_password(request, email, request.POST.get("password", ""))
    if user is None:
        if getattr(request, "axes_locked_out", False):
            return show_lockout(request)
        return render_sign_in(request, error=gettext("The e-mail address or the password is wrong."), status=401)
    sign_in(request, user)
    return HttpResponseRedirect(next_page(request))


def check_password(request: BrandRequest, email: str, password: str) -> User | None:
    """Return the account if the password is right and it may enter here.

    Somebody else's brand answers like a wrong password, and counts like one, so that passwords cannot be tried there.
    """
    if not email or not password:
        return None  # an empty form is no attempt
    if len(email) > MAX_EMAIL_CHARS or "\0" in email:
        # Nobody's: neither worth a hash, nor would the table of attempts take it.
        note_failure(PASSWORD, address_of_request(request))
        return None
    user = authenticate(request, username=email, password=password)
    if isinstance(user, User) and user.has_perm(ENTER):
        return user
    if isinstance(user, User):
        user_login_failed.send(__name__, credentials={"username": email}, request=request)
    note_failure(PASSWORD, address_of_request(request))
    return None


def show_lockout(request: BrandRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Too many wrong passwords: also called by axes, which gives more arguments than we need."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    error = gettext("Too many wrong passwords. Try again in %(minutes)d minutes.") % {"minutes": minutes}
    return tell_to_wait(render_sign_in(request, error=error, is_locked=True, status=429), minutes * 60)


def show_address_limit(request: BrandRequest, wait: float) -> HttpResponse:
    """Too many wrong passwords from this network, whatever the accounts: the right one is not looked at either."""
    error = _address_limit(wait)
    return tell_to_wait(render_sign_in(request, error=error, is_locked=True, status=429), wait)


def tell_to_wait(answer: HttpResponse, seconds: float) -> HttpResponse:
    answer["Retry-After"] = str(math.ceil(seconds))
    return answer


def _address_limit(wait: float) -> str:
    minutes = max(1, math.ceil(wait / 60))
    sentence = ngettext(
        "Too many wrong passwords from your network. Try again in %(minutes)d minute.",
        "Too many wrong passwords from your network. Try again in %(minutes)d minutes.",
        minutes,
    )
    return sentence % {"minutes": minutes}


@require_POST
@csrf_protect
@never_cache
def sign_out_page(request: BrandRequest) -> HttpResponse:
    sign_out(request)
    if "text/html" not in request.headers.get("Accept", "text/html"):
        return HttpResponse(status=204)
    return HttpResponseRedirect(reverse("sign-in"))


@sensitive_post_parameters()
@csrf_protect
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password_page(request: BrandRequest) -> HttpResponse:
    """Change one's own password. Every other session of the account ends, in all brands: its hash is part of them."""
    is_sent, address = request.method == "POST", address_of_request(request)
    if is_sent and (wait := seconds_to_wait(PASSWORD, address)):
        form = PasswordChangeForm(request.user)
        return tell_to_wait(_show_password_page(request, form, problem=_address_limit(wait), status=429), wait)
    form = PasswordChangeForm(request.user, request.POST if is_sent else None)
    if is_sent and form.is_valid():
        change_password(form.user, form.cleaned_data["new_password1"])
        update_session_auth_hash(request, form.user)
        return HttpResponseRedirect(reverse("password") + "?changed=1")
    if form.has_error("old_password", "password_incorrect"):
        note_failure(PASSWORD, address)
    return _show_password_page(request, form, status=422 if form.errors else 200)


def _show_password_page(
    request: BrandRequest, form: PasswordChangeForm, *, problem: str = "", status: int
) -> HttpResponse:
    is_changed = request.method != "POST" and "changed" in request.GET
    context = {"form": form, "is_changed": is_changed, "problem": problem}
    return render(request, "account/password.html", page_context(request) | context, status=status)


@require_POST
@csrf_protect
@never_cache
def choose_language(request: BrandRequest) -> HttpResponse:
    """Remember the language in a cookie, which pages without a sign-in read too, and on the account."""
    language = request.POST.get("language", "").lower()
    response = HttpResponseRedirect(next_page(request, default=reverse("sign-in")))
    if language not in dict(settings.LANGUAGES):
        return response
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(locale=language)
    return response


def render_sign_in(
    request: BrandRequest, *, error: str = "", is_locked: bool = False, is_expired: bool = False, status: int = 200
) -> HttpResponse:
    context = page_context(request) | {
        "email": request.POST.get("email", ""),
        "error": error,
        "is_locked": is_locked,
        "is_expired": is_expired,
    }
    return render(request, "account/sign_in.html", context, status=status)


def page_context(request: BrandRequest) -> dict[str, Any]:
    """What every page of the account shows: whose host this is, in which colour, in which languages."""
    brand = request.tenant
    return {
        "brand": brand,
        "brand_name": brand.name if brand else "Kefu",
        "accent": brand.accent if brand else DEFAULT_ACCENT,
        "languages": [
            {"code": code, "name": name, "is_current": get_language() == code} for code, name in Tenant.Locale.choices
        ],
        "next": next_page(request, default=""),
    }


def next_page(request: BrandRequest, default: str | None = None) -> str:
    """Return the page to go to: `next` when it lies on this very host, otherwise the default."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    if default is not None:
        return default
    return str(settings.LOGIN_REDIRECT_URL) if request.tenant else reverse("admin:index")
