"""Settings: everything an installation may change is a `KF_…` variable (docs/running.md)."""

import sys
import warnings
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from kefu_project.admin_settings import UNFOLD_BRAND, UNFOLD_INSTALLATION  # noqa: F401  (settings of the admin sites)
from kefu_project.empty_variables import forget_empty_variables

BASE_DIR = Path(__file__).resolve().parent.parent


class _Variables(environ.fileaware_mapping.FileAwareMapping):  # type: ignore[misc]  # it has no types
    """KF_X_FILE, where it is set, names a file with the value: secrets can be mounted. Its line's end is none of it."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).strip()


forget_empty_variables()
env = environ.Env()
env.ENVIRON = _Variables()

DATA_DIR = Path(env.str("KF_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DEBUG = env.bool("KF_DEBUG", default=False)
SECRET_KEY = env.str("KF_SECRET_KEY", default="")
DATABASE_URL = env.str("KF_DATABASE_URL", default="")
REDIS_URL = env.str("KF_REDIS_URL", default="")

if not SECRET_KEY or not DATABASE_URL or not REDIS_URL:
    # Outside containers the values come from the running `kefu up` of this data folder.
    from kefu_project.embedded.runtime import read_runtime

    runtime = read_runtime(DATA_DIR)
    SECRET_KEY = SECRET_KEY or runtime.secret_key
    DATABASE_URL = DATABASE_URL or runtime.database_url
    REDIS_URL = REDIS_URL or runtime.redis_url

# Hosts of the installation itself. Brand hosts are Domain rows; BrandMiddleware answers 404 to every other name.
INSTALLATION_HOSTS = env.list("KF_INSTALLATION_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ALLOWED_HOSTS = ["*"]
# HTTPS is announced by the proxy only where the installation says that there is one.
if env.bool("KF_BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

SHARED_APPS = [
    "django_tenants",
    "tenants",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
]
# Every app here runs its migrations in every brand: keep the list short.
# The admin is in both lists, so that a brand's admin history stays in the brand's schema.
TENANT_APPS = ["django.contrib.admin", "chat", "agents", "history"]
INSTALLED_APPS = ["kefu_project", *SHARED_APPS, "chat", "agents", "history"]
if "runserver" in sys.argv:  # only there: it brings Twisted along, which costs every process 0.3 s and 20 MB
    INSTALLED_APPS.insert(0, "daphne")

TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_LIMIT_SET_CALLS = True
# What a new brand starts with: functions (tenant, now), run inside it by tenants/provisioning.py.
BRAND_FIRST_ADMIN = "agents.accounts.create_first_admin"
BRAND_STEPS = ["chat.widgets.furnish_brand", "agents.queues.furnish_brand"]
# The endpoints that the OpenAPI document describes (chat/rest/schema.py).
DOCUMENTED_URLS = [
    "chat.rest.urls.integrator_urls",
    "agents.rest.urls.desk_urls",
    "chat.rest.urls.visitor_urls",
]
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
AUTH_USER_MODEL = "tenants.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "tenants.middleware.BrandMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tenants.middleware.SessionBrandMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "tenants.middleware.OneThreadMiddleware",
]

ROOT_URLCONF = "kefu_project.urls"
PUBLIC_SCHEMA_URLCONF = "kefu_project.urls_public"
ASGI_APPLICATION = "kefu_project.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": {
        **environ.Env.db_url_config(DATABASE_URL),
        "ENGINE": "django_tenants.postgresql_backend",
        # Under ASGI each request has its own thread: only a pool keeps the number of connections bounded.
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "pool": {
                "min_size": 2,
                "max_size": env.int("KF_DATABASE_POOL", default=24),
                # Shorter than a client waits for its handshake: an answer, even "try later", says that the way is good.
                "timeout": 5,
            },
        },
    }
}

# Our own layer; `channels_redis.pubsub.RedisPubSubChannelLayer` can stand in its place (docs/realtime.md).
REDIS_TOPIC_URLS = env.list("KF_REDIS_TOPIC_URLS", default=[REDIS_URL])
if env.str("KF_CHANNEL_LAYER", default="kefu").lower() == "kefu":
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "chat.layer.KefuChannelLayer", "CONFIG": {"urls": REDIS_TOPIC_URLS}},
    }
else:
    # socket_timeout: redis-py's default of 5 s would kill subscribers that wait; max_connections: its default is 100.
    layer_hosts = [{"address": url, "socket_timeout": None, "max_connections": 1000} for url in REDIS_TOPIC_URLS]
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": layer_hosts, "prefix": "kf"},
        }
    }
CACHES = {
    "default": {
        "BACKEND": "kefu_project.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "django_tenants.cache.reverse_key",
    }
}

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "tenants.auth.StaffBackend",
    "agents.permissions.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = reverse_lazy("sign-in")
LOGIN_REDIRECT_URL = "/console/"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
# Under which name the address is in the credentials. Left out, axes looks for `email`, finds none and locks nobody.
AXES_USERNAME_FORM_FIELD = "username"
AXES_CLIENT_IP_CALLABLE = "tenants.requests.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_LOCKOUT_CALLABLE = "tenants.account_views.show_lockout"

SESSION_COOKIE_NAME = "kefu_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "kefu_csrf"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "kefu_locale"
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("KF_STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
# Files are served straight from the apps' folders unless an image was built with collectstatic.
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()
warnings.filterwarnings("ignore", message="No directory at")  # WhiteNoise warns of the folder that need not be
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = Path(env.str("KF_MEDIA_ROOT", default=str(DATA_DIR / "files")))
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "chat.rest.problems.problem_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kefu API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Such as smtp+tls://user:password@mail.example.com:587. Without it, answers to left messages wait in the widget.
MAIL_URL = env.str("KF_MAIL_URL", default="")
MAIL_FROM = env.str("KF_MAIL_FROM", default="")
if MAIL_URL:
    vars().update(environ.Env.email_url_config(MAIL_URL))
    if not MAIL_FROM:
        raise ImproperlyConfigured("KF_MAIL_URL is set without KF_MAIL_FROM, the address that mail comes from.")
EMAIL_TIMEOUT = 10

DB_THREADS = env.int("KF_DB_THREADS", default=8)
if not 1 <= DB_THREADS <= 64:
    raise ImproperlyConfigured("KF_DB_THREADS must be between 1 and 64.")

# Bounds of one web process. A company's visitors may share an address; the machine's own is not counted.
MAX_CONNECTIONS_PER_ADDRESS = env.int("KF_MAX_CONNECTIONS_PER_ADDRESS", default=500)
FAILED_ATTEMPTS_PER_ADDRESS = env.int("KF_FAILED_ATTEMPTS_PER_ADDRESS", default=50)
MAX_CONNECTIONS_PER_BRAND = env.int("KF_MAX_CONNECTIONS_PER_BRAND", default=20_000)

# What a double click runs, mostly on Windows, where names decide; much what mail services refuse. Everything is served
# as a download, so this guards the readers' machines and not our origin: HTML and SVG are none of its business.
REFUSED_FILE_ENDINGS = frozenset(
    ending.strip().lower().lstrip(".")
    for ending in env.str(
        "KF_REFUSED_FILE_ENDINGS",
        default="apk,app,appx,appxbundle,bat,cab,chm,cmd,com,cpl,diagcab,dll,dmg,exe,gadget,hta,img,inf,iso,jar,jnlp,js,"
        "jse,lnk,msc,msi,msix,msp,mst,pif,ps1,psm1,reg,scr,sct,settingcontent-ms,sys,url,vb,vbe,vbs,vhd,vhdx,wsc,wsf,"
        "wsh,xll",
    ).split(",")
)

# /metrics is open to this machine; others need this token as a bearer.
METRICS_TOKEN = env.str("KF_METRICS_TOKEN", default="")

LOGGING_CONFIG = "kefu_project.logs.configure"
LOGGING = {"level": env.str("KF_LOG_LEVEL", default="INFO").upper(), "json": env.bool("KF_LOG_JSON", default=False)}
