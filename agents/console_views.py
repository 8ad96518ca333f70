"""The page of the console: an empty document and its script. What it shows comes from agents/rest (docs/console.md)."""

from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from agents.brands import brands_of
from tenants.models import User

# Everything is ours and from here. Pictures: previews of uploads are blob: addresses.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' blob: data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


@require_safe
@never_cache
@login_required
@ensure_csrf_cookie
def show_console(request: HttpRequest, conversation: str = "") -> HttpResponse:
    """GET /console/, /console/c/<id>, /console/board, /console/reports: the same page; its script reads the address."""
    response = render(request, "console/console.html")
    # Not `same-origin`, the default: with it the form that switches the brand says "Origin: null" and is refused.
    response["Referrer-Policy"] = "strict-origin"
    response["Content-Security-Policy"] = f"{POLICY}; form-action {_form_targets(request)}"
    return response


def _form_targets(request: HttpRequest) -> str:
    """Switching the brand posts a form to the other brand's host."""
    assert isinstance(request.user, User)  # login_required saw to it
    brands = brands_of(request.user, scheme=request.scheme or "http", host=request.get_host())
    parts = [urlsplit(brand["url"]) for brand in brands]
    return " ".join(["'self'", *sorted({f"{part.scheme}://{part.netloc}" for part in parts})])
