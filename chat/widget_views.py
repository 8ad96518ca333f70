"""Pages around the widget: the loader that customers' sites include, the panel inside the frame, and the demo shop."""

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from chat.access import get_widget
from chat.errors import NotFound
from chat.models import Widget
from chat.origins import frame_ancestors
from chat.protocol import LIMITS
from chat.rest.visitor_views import widget_view
from tenants.accents import accent_style
from tenants.context import current_tenant

LOADER = "kefu/loader.js"
# Short: a customer's page keeps no version in its tag, so a new loader must come soon.
LOADER_SECONDS = 300


@require_safe
@cache_control(public=True, max_age=LOADER_SECONDS)
def serve_loader(request: HttpRequest) -> HttpResponse:
    """GET /kefu.js: the loader with the brand's colour put in."""
    body = _loader_for(current_tenant().accent, *_loader_source())
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    whole = HttpResponse(body, content_type="text/javascript; charset=utf-8", headers={"ETag": etag})
    response = get_conditional_response(request, etag=etag, response=whole) or whole
    # Any site may include it, also pages that isolate themselves (COEP) or ask with `crossorigin`.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@xframe_options_exempt
def show_panel(request: HttpRequest) -> HttpResponse:
    """GET /widget/panel?key=…: the chat itself, in a frame of our origin on the sites that the widget allows."""
    try:
        widget = get_widget(request.GET.get("key", "").replace("\x00", ""))
    except NotFound:
        raise Http404("There is no widget with this key.") from None
    tenant = current_tenant()
    boot = {
        "key": widget.public_key,
        "widget": widget_view(widget, tenant.locale),
        "brand": {"name": tenant.name, "accent": tenant.accent, "slug": tenant.slug},
        "epoch": str(tenant.epoch),
        "limits": LIMITS,
    }
    page = {"brand": tenant, "boot": boot, "accent_style": accent_style(tenant.accent), "script": _script_for(request)}
    response = render(request, "widget/panel.html", page)
    patch_vary_headers(response, ["Accept-Language"])
    response["Content-Security-Policy"] = _panel_policy(widget, request.get_host())
    response["Cache-Control"] = "no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
def show_demo(request: HttpRequest) -> HttpResponse:
    """GET /demo/: a shop page with the brand's first widget, embedded as a customer's site would."""
    widget = Widget.objects.order_by("created_at", "pk").first()
    if widget is None:
        raise Http404("This brand has no widget.")
    return render(request, "demo/shop.html", {"widget": widget, "brand": current_tenant()})


def _script_for(request: HttpRequest) -> str:
    """The bundle in the language that the page wants, or the browser: each visitor loads one."""
    wanted = request.GET.get("locale") or request.headers.get("Accept-Language", "")
    language = "zh-Hans" if re.match(r"zh\b", wanted, re.IGNORECASE) else "en"
    return f"kefu/widget.{language}.js"


def _panel_policy(widget: Widget, host: str) -> str:
    """Scripts only from our own files; sockets named as well, since not every browser's 'self' covers them."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' blob: data:",
            "font-src 'self'",
            "media-src 'self' blob: data:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {frame_ancestors(widget)}",
        ]
    )


def _loader_source() -> tuple[str, int]:
    """Path of the built loader and when it was changed, which is what its text is remembered by."""
    found = finders.find(LOADER)
    path = Path(found if isinstance(found, str) else staticfiles_storage.path(LOADER))
    try:
        return str(path), path.stat().st_mtime_ns
    except OSError:
        raise Http404("The loader has not been built.") from None


@lru_cache(maxsize=256)
def _loader_for(accent: str, path: str, changed: int) -> bytes:
    """The loader inside a function whose argument is the name that it looks for: no global is left on the page."""
    facts = json.dumps({"accent": accent})
    return f"(function(__KEFU_BRAND__){{{Path(path).read_text(encoding='utf-8')}\n}})({facts});\n".encode()
