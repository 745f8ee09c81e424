"""All settings, read from the environment once; a wrong value stops the start with its name."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from config import installed
from config.fixed import *  # noqa: F403 - settings that no environment changes

env = Env()

ROOT = Path(__file__).resolve().parents[2]
DATA_DIR: Path = env.path("BALAI_DATA_DIR", ROOT / ".balai")

# --- Which kind of installation is this? ---------------------------------------------------
# embedded: started by ./balai up; test: the test suite; production: everything else.
MODE: str = env.str("BALAI_MODE", "production")
if MODE not in {"embedded", "test", "production"}:
    raise ImproperlyConfigured("BALAI_MODE must be embedded, test or production.")
EMBEDDED = MODE in {"embedded", "test"}

PUBLIC_URL: str = env.str("BALAI_PUBLIC_URL", "http://localhost:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
BASE_DOMAIN = (_public.hostname or "localhost").lower()

# Demo people sign in with one click, so demo mode needs three things at once: an embedded or
# test installation, an address that only this machine can reach, and the explicit switch.
DEMO: bool = env.bool("BALAI_DEMO", False)
if DEMO and not (EMBEDDED and (BASE_DOMAIN == "localhost" or BASE_DOMAIN.endswith(".localhost"))):
    raise ImproperlyConfigured(
        "BALAI_DEMO is only possible in an embedded installation whose address ends in localhost."
    )

DEBUG = False
_NO_SECRET = "no-secret-only-for-tests-" * 3
SECRET_KEY: str = env.str("BALAI_SECRET_KEY", _NO_SECRET if MODE == "test" else "")
# Wraps each city's data key (32 random bytes, base64url); see tenants.registry.keys.
MASTER_KEY: str = env.str("BALAI_MASTER_KEY", "A" * 43 + "=" if MODE == "test" else "")
if not SECRET_KEY or not MASTER_KEY:
    raise ImproperlyConfigured("Set BALAI_SECRET_KEY and BALAI_MASTER_KEY (./balai up makes them).")
OLD_MASTER_KEYS: list[str] = env.list("BALAI_OLD_MASTER_KEYS", [])  # see docs/operations.md
# Seal the second steps' secrets (accounts.sealing), the newest first; without any, the master key.
_more_keys: list[str] = env.list("BALAI_SECOND_STEP_KEYS", [])
_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
for _name, _given in {"SECOND_STEP": _more_keys, "OLD_MASTER": OLD_MASTER_KEYS}.items():
    if not all(_KEY.fullmatch(key) for key in _given):
        raise ImproperlyConfigured(f"BALAI_{_name}_KEYS must be keys like BALAI_MASTER_KEY.")
SECOND_STEP_KEYS: list[str] = [*_more_keys, MASTER_KEY, *OLD_MASTER_KEYS]

ALLOWED_HOSTS = ["*"]  # the city middleware answers unknown hosts itself, before anything else

# --- Applications ---------------------------------------------------------------------------
SHARED_APPS, TENANT_APPS = [*installed.SHARED], installed.TENANT
if EMBEDDED:  # mailbox and demonstration of the one-command start; no part of the product
    SHARED_APPS.append("deploy.local")
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS), "config"]
TENANT_MODEL = "registry.City"
TENANT_DOMAIN_MODEL = "registry.Domain"
PUBLIC_SCHEMA_NAME = "public"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "ui.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ui.middleware.CompressMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ui.middleware.RequestLimitMiddleware",
    "tenants.registry.middleware.CityMiddleware",
    "offline.middleware.BackgroundMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ui.middleware.PrivatePagesMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "services.web.kiosk.KioskMiddleware",
    "services.web.middleware.LanguageMiddleware",
    "ui.middleware.RuleBrokenMiddleware",
    "accounts.sessions.SessionLimitMiddleware",
    "tenants.support.middleware.SupportMiddleware",
    "axes.middleware.AxesMiddleware",
    "offline.middleware.OnceMiddleware",
]
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
ROOT_URLCONF = "config.urls_city"
WSGI_APPLICATION = "config.wsgi.application"

# --- Database, broker, cache ------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.dj_db_url("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/balai"),
        "ENGINE": "tenants.backend",
        "CONN_MAX_AGE": env.int("BALAI_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        # Behind a transaction pooler a cursor would be declared on one server connection and
        # read on another.
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("BALAI_POOLED", False),
    }
}
# A server connection is closed after this many different cities: each one seen leaves about
# half a MiB in the server process's relation cache (docs/tenancy.md).
CITIES_PER_CONNECTION: int = env.int("BALAI_CITIES_PER_CONNECTION", 60)
# Empty city schemas kept ready for the next signups (about 5 MiB each).
SPARE_SCHEMAS: int = env.int("BALAI_SPARE_SCHEMAS", 2)
# Citus with schema-based sharding: provisioning then sends one command per message.
CITUS: bool = env.bool("BALAI_CITUS", False)
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
BROKER_URL: str = env.str("BROKER_URL", "redis://127.0.0.1:6379/0")
CACHE_URL: str = env.str("CACHE_URL", "redis://127.0.0.1:6379/1")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {
            "serializer": "config.cache.JSONSerializer",
            "socket_timeout": 3,
            "socket_connect_timeout": 3,
        },
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "django_tenants.cache.reverse_key",
    }
}

# --- Sign-in ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.LoginBackend",
    "services.residents.backends.NikBackend",
    "tenants.support.backend.SupportBackend",
]
PASSWORD_HASHERS = ["accounts.hashers.BoundedArgon2"]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "accounts.validators.NotOneself",
        # It compares letters, not their order: at its own 0.7 one sentence in twenty would be
        # "too similar" to somebody's name.
        "OPTIONS": {"user_attributes": ("login", "email", "name"), "max_similarity": 0.9},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

HTTPS = _public.scheme == "https"
# Host-only: no cookie ever reaches another city, and with the prefix no city can set one for
# another (browsers refuse a __Host- cookie that names a domain).
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Signed out after so many minutes without a page, and after so many hours in any case.
IDLE_MINUTES: int = env.int("BALAI_IDLE_MINUTES", 60)
SESSION_HOURS: int = env.int("BALAI_SESSION_HOURS", 10)
SESSION_COOKIE_AGE = 60 * 60 * SESSION_HOURS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "ui.views.csrf_failed"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Security headers -----------------------------------------------------------------------------
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
# How many proxies of ours stand in front: limits per address would else count everybody as one.
PROXIES: int = env.int("BALAI_PROXIES", 1 if HTTPS else 0)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "frame-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Web Push -------------------------------------------------------------------------------------
# 32 random bytes, base64url: signs what is sent to browsers (VAPID, RFC 8292). Empty: no push.
PUSH_KEY: str = env.str("BALAI_PUSH_KEY", "")
if PUSH_KEY and not _KEY.fullmatch(PUSH_KEY):
    raise ImproperlyConfigured("BALAI_PUSH_KEY must be a key like BALAI_MASTER_KEY.")
# The push services of the browsers' makers: a browser names one of them, and nothing else is asked.
PUSH_HOSTS: list[str] = env.list(
    "BALAI_PUSH_HOSTS",
    ["fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com"],
)

# --- Maps ---------------------------------------------------------------------------------------
# Where pictures of a map come from: an address with {z}, {x} and {y}. Empty: no map, only the
# address in words, the coordinates and the phone's own location.
MAP_TILES: str = env.str("BALAI_MAP_TILES", "")
MAP_ATTRIBUTION: str = env.str("BALAI_MAP_ATTRIBUTION", "")  # whom the map's licence names
if MAP_TILES:
    _tiles = urlsplit(MAP_TILES)
    if (
        _tiles.scheme not in {"http", "https"}
        or not _tiles.netloc
        or not _tiles.netloc.isascii()
        or set(_tiles.netloc) & set("{};, '*")
        or not all(part in MAP_TILES for part in ("{z}", "{x}", "{y}"))
    ):
        raise ImproperlyConfigured(
            "BALAI_MAP_TILES must be an address of one host with {z}, {x} and {y} in its path."
        )
    if not MAP_ATTRIBUTION:
        raise ImproperlyConfigured("BALAI_MAP_ATTRIBUTION must name whom the map is from.")

# --- Pages, language, time ----------------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                ("django.template.loaders.cached.Loader", ["ui.components.Loader"]),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ui.context.page",
                "services.web.context.page",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "ui.templatetags.ui",
                "ui.templatetags.components",
                "django.templatetags.i18n",
            ],
        },
    }
]
# A component sees what it is given and what every page has, never a name of the page around it.
COTTON_ISOLATE_BY_DEFAULT = True
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
LANGUAGE_CODE = "id"
# Pages for residents and visitors can also be read in English (ui.language).
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
USE_I18N = True
TIME_ZONE = "Asia/Jakarta"  # each city activates its own zone
USE_TZ = True
# Row ids and years are printed as they are; amounts for people go through |grouped or |rupiah.
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = env.path("BALAI_STATIC_ROOT", DATA_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "tenants.registry.storage.WholeFileStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = MODE == "test"
# Residents' files: never below a web root; every read goes through an authorised view.
MEDIA_ROOT = env.path("BALAI_FILES_DIR", DATA_DIR / "files")
# The whole of a request: the largest file we take (12 MB) and room for a photo that is refused
# in words. The same number stands in deploy/nginx.
MAX_BODY = 16 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- Mail -------------------------------------------------------------------------------------
EMAIL_BACKEND: str = env.str(
    "EMAIL_BACKEND",
    "deploy.local.mailbox.MailboxBackend"
    if EMBEDDED
    else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_HOST: str = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT: int = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER: str = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD: str = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS: bool = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", f"Balai <balai@{BASE_DOMAIN}>")

# --- Stripe -----------------------------------------------------------------------------------
# Used in billing alone. Without a key nothing is charged, and everything else works.
STRIPE_API_KEY: str = env.str("STRIPE_API_KEY", "")
# What Stripe signs its webhooks with (whsec_…); empty: every webhook is refused.
STRIPE_WEBHOOK_SECRET: str = env.str("STRIPE_WEBHOOK_SECRET", "")
# Another server instead of Stripe's own: deploy/stripe_standin, on this machine alone.
STRIPE_API_BASE: str = env.str("STRIPE_API_BASE", "").rstrip("/") if EMBEDDED else ""
# Where Stripe shows payment pages, which forms may lead to; a domain of one's own at Stripe too.
STRIPE_PAGES: list[str] = env.list(
    "STRIPE_PAGES", ["https://checkout.stripe.com", "https://billing.stripe.com"]
)
# Who sells Balai here: what receipts, quotations and contracts name. What is empty stays a dotted
# line to be filled by hand.
SELLER: dict[str, str] = {
    "name": env.str("BALAI_SELLER_NAME", "") or "Pengelola Balai",
    "address": env.str("BALAI_SELLER_ADDRESS", ""),
    "contact": env.str("BALAI_SELLER_CONTACT", ""),  # e-mail, telephone: on the public pages
    "npwp": env.str("BALAI_SELLER_NPWP", ""),
    "official": env.str("BALAI_SELLER_OFFICIAL", ""),
    "post": env.str("BALAI_SELLER_POST", ""),
    "bank": env.str("BALAI_SELLER_BANK", ""),  # "Bank X 123-456 a.n. PT Y"
    "city": env.str("BALAI_SELLER_CITY", ""),  # where papers are signed
}
STRIPE_STANDIN: bool = STRIPE_API_KEY.startswith("sk_test_standin")
if STRIPE_STANDIN and not EMBEDDED:
    raise ImproperlyConfigured("STRIPE_API_KEY is the stand-in's, which only ./balai up offers.")
if MODE == "test" and not STRIPE_STANDIN:
    STRIPE_API_KEY = ""  # a developer's real key must never meet the tests

# --- Payments of fees ---------------------------------------------------------------------------
# Other servers instead of the providers' own ("midtrans=http://…,xendit=http://…"):
# deploy/payments_standin, on this machine alone.
PAYMENT_URLS: dict[str, str] = env.dict("BALAI_PAYMENT_URLS", {}) if EMBEDDED else {}

# --- Electronic signatures -----------------------------------------------------------------------
# Networks inside which a city's signing gateway may be, besides the public internet: CIDR, with
# commas between. Nothing else inside the platform's own network is called for a city.
SIGNING_NETWORKS: list[str] = env.list(
    "BALAI_SIGNING_NETWORKS", ["127.0.0.0/8", "::1/128"] if EMBEDDED else []
)
# A PEM file with the root certificates of BSrE, and those between them and officials. Empty: a
# certificate is known by its fingerprint alone, and the page of each letter says so.
SIGNING_ROOTS: str = env.str("BALAI_SIGNING_ROOTS", "")

# --- Backups --------------------------------------------------------------------------------------
# How long the operator's backups are kept, in days: what a certificate of deletion promises.
BACKUP_DAYS: int = env.int("BALAI_BACKUP_DAYS", 35)
# Where each city is written once a day, and how many of its files are kept; empty: nowhere.
BACKUP_DIR: str = env.str("BALAI_BACKUP_DIR", "")
BACKUP_KEEP: int = env.int("BALAI_BACKUP_KEEP", 7)
if BACKUP_DIR and not Path(BACKUP_DIR).is_absolute():
    raise ImproperlyConfigured("BALAI_BACKUP_DIR must be a whole path, like /srv/balai/backups.")
if not 1 <= BACKUP_KEEP <= BACKUP_DAYS:
    raise ImproperlyConfigured("BALAI_BACKUP_KEEP must lie between 1 and BALAI_BACKUP_DAYS.")

# --- Celery -------------------------------------------------------------------------------------
CELERY_BROKER_URL = BROKER_URL

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"discreet": {"()": "kernel.logs.Discreet"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["discreet"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("BALAI_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "axes": {"level": "WARNING"},
    },
}
