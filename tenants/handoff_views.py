"""The brand switcher's two steps: the code is asked for at one brand (JSON) and used at the other (a form's POST)."""

import json
from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from tenants.account_views import next_page, render_sign_in, tell_to_wait
from tenants.addresses import address_at, primary_host
from tenants.attempts import TOKEN, address_of_request, note_failure
from tenants.handoff import HandoffRefused, redeem_handoff, start_handoff
from tenants.hosts import UnknownHost, find_tenant
from tenants.requests import BrandRequest
from tenants.sessions import ENTER, sign_in


@require_POST
@csrf_protect
@never_cache
def start_page(request: BrandRequest) -> HttpResponse:
    if not request.user.is_authenticated or not request.user.has_perm(ENTER):
        return _problem(401, "unauthenticated", gettext("Sign in first."))
    try:
        tenant, code = start_handoff(request.user, _slug(request))
    except HandoffRefused:
        return _problem(404, "not_found", gettext("There is no such brand."))
    return JsonResponse({"url": address_at(request, primary_host(tenant), reverse("handoff")), "code": code})


# No CSRF token: the browser comes from another brand's host, where it could not have one of this host. The code is the
# proof, and the Origin must be ours, so that no foreign page signs a visitor in as somebody of its choice.
@csrf_exempt
@require_POST
@never_cache
def redeem_page(request: BrandRequest) -> HttpResponse:
    try:
        if not _comes_from_us(request) or request.tenant is None:
            raise HandoffRefused
        user = redeem_handoff(request.POST.get("code", ""), request.tenant)
    except HandoffRefused:
        wait = note_failure(TOKEN, address_of_request(request)) if request.POST.get("code") else 0
        message = gettext("Switching the brand took too long or did not work. Please sign in.")
        answer = render_sign_in(request, error=message, is_expired=True, status=429 if wait else 403)
        return tell_to_wait(answer, wait) if wait else answer
    sign_in(request, user)
    return HttpResponseRedirect(next_page(request))


def _slug(request: BrandRequest) -> str:
    try:
        data = json.loads(request.body)
    except (ValueError, RecursionError):
        return ""
    slug = data.get("slug") if isinstance(data, dict) else None
    return slug if isinstance(slug, str) and slug.isascii() and "\x00" not in slug else ""


def _comes_from_us(request: BrandRequest) -> bool:
    try:
        parts = urlsplit(request.headers.get("Origin", ""))
        find_tenant(parts.netloc)
    except (UnknownHost, ValueError):
        return False
    return parts.scheme in ("http", "https")


def _problem(status: int, code: str, title: str) -> JsonResponse:
    content = {"type": "about:blank", "title": title, "status": status, "detail": title, "code": code}
    return JsonResponse(content, status=status, content_type="application/problem+json")
