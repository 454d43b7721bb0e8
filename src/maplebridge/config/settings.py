"""Settings of an installation. Everything an operator may change comes from the environment (docs/operations.md)."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

PACKAGE_DIR = Path(__file__).resolve().parents[1]
BASE_DIR = PACKAGE_DIR.parents[1]
VAR_DIR = Path(os.environ.get("MAPLEBRIDGE_VAR", BASE_DIR / "var"))


def _kept_secret(name: str) -> str:
    """Return a secret of this installation: from the environment, or made once and kept under `var/`."""
    if value := os.environ.get(f"MAPLEBRIDGE_{name.upper()}"):
        return value
    path = VAR_DIR / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


def _audit_key_settings() -> str:
    """Return the audit key as the two padded keys of HMAC-SHA-256, for the database's digest function."""
    key = hashlib.sha256(AUDIT_KEY.encode()).digest().ljust(64, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in key).hex() for pad in (0x36, 0x5C))
    return f"-c maplebridge.audit_inner={inner} -c maplebridge.audit_outer={outer}"


def _database() -> dict[str, Any]:
    # As many as there are threads that may ask at once; a request holds a connection only while it runs.
    pool = {"min_size": 1, "max_size": 20, "timeout": 10}
    options: dict[str, Any] = {"pool": pool, "options": _audit_key_settings()}
    url = os.environ.get("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "maplebridge.config.embedded",
            "NAME": os.environ.get("MAPLEBRIDGE_DATABASE", "maplebridge"),
            "DATA_DIR": VAR_DIR / "postgres",
            "OPTIONS": options,
        }
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": options | query,
    }


SECRET_KEY = _kept_secret("secret_key")
PERSONAL_DATA_KEY = _kept_secret("personal_data_key")
AUDIT_KEY = _kept_secret("audit_key")

DEMO = os.environ.get("MAPLEBRIDGE_DEMO") == "1"
DEBUG = os.environ.get("MAPLEBRIDGE_DEBUG") == "1"
HTTPS = os.environ.get("MAPLEBRIDGE_HTTPS") == "1"
ALLOWED_HOSTS = os.environ.get("MAPLEBRIDGE_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
# Where residents reach it: for links in messages that go out by themselves.
ADDRESS = os.environ.get("MAPLEBRIDGE_ADDRESS") or f"http{'s' if HTTPS else ''}://{ALLOWED_HOSTS[0]}"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []
TOWN_NAME = os.environ.get("MAPLEBRIDGE_TOWN", "")
TILE_URL = os.environ.get("MAPLEBRIDGE_TILE_URL", "")  # such as Tianditu's; empty: no server is asked

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "pgtrigger",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "maplebridge.platform",
    "maplebridge.places",
    "maplebridge.people",
    "maplebridge.conversations",
    "maplebridge.rosters",
    "maplebridge.matters",
    "maplebridge.mediation",
    "maplebridge.advisories",
    "maplebridge.grading",
    "maplebridge.web",
    "maplebridge.demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "maplebridge.platform.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "maplebridge.platform.idle.IdleMiddleware",
    "maplebridge.platform.acting.ActingMiddleware",
    "maplebridge.platform.idempotency.IdempotencyMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "maplebridge.config.demo_urls" if DEMO else "maplebridge.config.urls"
ASGI_APPLICATION = "maplebridge.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "maplebridge.web.context.everywhere",
            ],
        },
    }
]
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Account"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
TIME_ZONE = os.environ.get("MAPLEBRIDGE_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or os.environ.get("MAPLEBRIDGE_PLAIN_STATIC") == "1"
        else "maplebridge.platform.static_files.HashedFiles"
    },
}
WHITENOISE_MAX_AGE = 31_536_000

DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

# Sign-in: staff by password and TOTP, residents by phone and a one-time code (people/README.md).
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [  # OWASP ASVS 5.0 V6.2: length and a list of common ones, no composition rules
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # so that the time a page says is true
AXES_LOCKOUT_CALLABLE = "maplebridge.people.views.staff.locked_out"
AXES_VERBOSE = False
MFA_ADAPTER = "maplebridge.people.actions.second_factor.SealedSecrets"
# One-time codes in an hour for one network address. A phone network may put many homes behind one.
CODES_PER_ADDRESS = max(1, int(os.environ.get("MAPLEBRIDGE_CODES_PER_ADDRESS", "30")))
STAFF_IDLE_HOURS = float(os.environ.get("MAPLEBRIDGE_STAFF_IDLE_HOURS", "12"))
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_tiles = [f"{urlsplit(TILE_URL).scheme}://{urlsplit(TILE_URL).netloc}"] if TILE_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *_tiles],
        "connect-src": [SELF, *_tiles],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# What the outside world is reached through. Only settings name an adapter.
TEXT_GATEWAY = os.environ.get("MAPLEBRIDGE_TEXT_GATEWAY", "maplebridge.adapters.console.ConsoleTexts")
CODE_GATEWAY = os.environ.get("MAPLEBRIDGE_CODE_GATEWAY", "maplebridge.adapters.console.ConsoleCodes")
HOTLINE = os.environ.get("MAPLEBRIDGE_HOTLINE", "maplebridge.adapters.hotline12345.Hotline12345")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("MAPLEBRIDGE_LOG", "WARNING")},
}
