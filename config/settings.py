"""Django settings. Every value of the environment is named in docs/configuration.md; unknown words stop the start."""

import shlex
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO = env.boolean("DEMO")
DEBUG = False
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var")
KEYS_DIR = DATA_DIR.with_name(
    DATA_DIR.name + "-keys"
)  # beside the data, never inside: a copied data folder opens nothing
SECRET_KEY = env.secret_key(DEMO, KEYS_DIR)
PLATFORM_KEY_FILE = Path(env.text("PLATFORM_KEY_FILE") or KEYS_DIR / "platform.key")
PLATFORM_ESCROW_FILE = Path(env.text("PLATFORM_ESCROW_FILE")) if env.text("PLATFORM_ESCROW_FILE") else None
SIGNING_KEY_FILE = Path(env.text("SIGNING_KEY_FILE") or KEYS_DIR / "signing.key")
STORE_KEY_FILE = Path(env.text("STORE_KEY_FILE") or KEYS_DIR / "store.key")
TIMESTAMP_URL = env.http_address("TIMESTAMP_URL")  # an RFC 3161 authority that stamps checkpoints; "" asks nobody
TIMESTAMP_ROOTS_FILE = env.existing_file("TIMESTAMP_ROOTS_FILE")
TIMESTAMP_MINUTES = env.integer("TIMESTAMP_MINUTES", 60, 10, 1440)
SEALED_DIR, OPENED_DIR, MAIL_DIR, REPORTS_DIR = (DATA_DIR / name for name in ("sealed", "opened", "mail", "reports"))

SITE_NAME = env.text("SITE_NAME", "Zuschlag")
PORT = env.integer("PORT", 8000, 1, 65535)
BASE_URL = env.text("BASE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
OPERATOR = {  # who runs this installation; stands in imprint, privacy, help and the accessibility statement
    "name": env.text("OPERATOR_NAME", "E-Government-Service-Center Musterland (invented)" if DEMO else ""),
    "address": env.text("OPERATOR_ADDRESS", "Rathausplatz 1, 00000 Musterstadt" if DEMO else ""),
    "email": env.text("OPERATOR_EMAIL", "help@service-center.example" if DEMO else ""),
    "phone": env.text("OPERATOR_PHONE", "+49 30 000 115" if DEMO else ""),
    "hours": env.text("OPERATOR_HOURS", "8–17" if DEMO else ""),
    "privacy_officer": env.text("OPERATOR_PRIVACY_EMAIL", "privacy@service-center.example" if DEMO else ""),
    "represented_by": env.text("OPERATOR_REPRESENTED_BY", "The head of the centre (invented)" if DEMO else ""),
    "vat_number": env.text("OPERATOR_VAT_NUMBER"),
    "privacy_authority": env.text("PRIVACY_AUTHORITY"),
}
ACCESSIBILITY: dict[str, Any] = {  # what the statement says; docs/configuration.md
    "status": env.choice("ACCESSIBILITY_STATUS", "partial", ("full", "partial", "none")),
    "checked_on": env.day("ACCESSIBILITY_DATE"),
    "gaps": env.lines("ACCESSIBILITY_GAPS"),
    "email": env.text("ACCESSIBILITY_EMAIL"),
    "enforcement_body": env.text("ENFORCEMENT_BODY"),
    "enforcement_bodies": env.table("ENFORCEMENT_BODIES"),  # one per Land, by its short name
}
SIGN_LANGUAGE_VIDEO = env.text("SIGN_LANGUAGE_VIDEO")  # address of a video of the operator
OCDS_PREFIX = env.text("OCDS_PREFIX", "ocds-demo00")
ALLOWED_HOSTS = [host for host in env.text("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",") if host]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
OPENING_GUARD_SECONDS = env.integer("OPENING_GUARD", 0 if DEMO else 30, 0, 3600)
ASSISTED_OPENING = DEMO  # whether a pass sentence may go to the server; elsewhere each buyer decides for itself
OPENER_KEY_WORK_FACTOR = 10 if DEMO else 18  # age scrypt 2^n; the pass sentences of the demo are printed anyway
BID_FILE_LIMIT = env.integer("BID_FILE_LIMIT_MB", 100, 1, 2000) * 1_000_000
BID_FILE_COUNT_LIMIT = 20
SHEET_FILE_LIMIT = 5_000_000
SCAN_COMMAND = shlex.split(env.text("SCAN_COMMAND"))  # reads a file from standard input, ends with 0 or 1
DOCUMENT_FILE_LIMIT = 20_000_000  # one procurement document

MEASURE_AVAILABILITY = True
MEASUREMENTS_KEPT_DAYS = 400
AVAILABILITY: dict[str, Any] = {  # which minute is too bad; docs/reliability.md
    "error_percent": 10,  # share of answers 5xx in a minute, and how many at least
    "least_errors": 3,
    "slow_percent": 20,  # share of answers over three seconds in a minute, and how many at least
    "least_slow": 5,
    "window": timedelta(hours=env.integer("OUTAGE_WINDOW_HOURS", 24, 1, 240)),  # before a deadline
    "minutes": env.integer("OUTAGE_MINUTES", 10, 1, 600),  # bad minutes in it from which on a later one is proposed
}

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "reports.apps.ReportsConfig",
    "pilots.apps.PilotsConfig",
    "evaluation.apps.EvaluationConfig",
    "bids.apps.BidsConfig",
    "tendering.apps.TenderingConfig",
    "accounts.apps.AccountsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "django_tasks",
    "django_tasks_db",
]
if find_spec("django_linear_migrations"):  # a tool of the developers' set-up; use does without it
    INSTALLED_APPS.append("django_linear_migrations")
MIDDLEWARE = [
    "accounts.middleware.MeasuringMiddleware",
    "accounts.middleware.RequestIdMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "accounts.middleware.PlainBodiesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.NoNullMiddleware",
    "config.practice.middleware.PracticeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.PrivatePagesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "config.kern.KernRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.context.shell",
            ],
            "builtins": [
                "config.templatetags.zuschlag",
                "accounts.templatetags.theming",
                "accounts.templatetags.scanning",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
        },
    }
]

_database = environ.Env().db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'zuschlag.sqlite3'}")
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; "
        "PRAGMA foreign_keys=ON",
        "timeout": 20,
    }
elif _database["ENGINE"] == "django.db.backends.postgresql":
    _pool = {"min_size": 1, "max_size": env.integer("DATABASE_POOL", 10, 1, 100), "timeout": 5, "reconnect_timeout": 2}
    _database["ENGINE"] = "config.postgresql"
    _database["OPTIONS"] = {"pool": _pool, "connect_timeout": 5}
    _database["CONN_HEALTH_CHECKS"] = True  # a connection that died with the server is replaced, not handed out
else:
    env.fail("DATABASE_URL", "must name SQLite or PostgreSQL")
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "UserAttributeSimilarityValidator")
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm", "signup": "accounts.forms.CompanySignupForm"}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = False  # the session ends with the browser; nobody is asked
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_VERIFICATION = "none" if DEMO else "mandatory"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_RATE_LIMITS = {"login_failed": "300/m/ip,30/5m/key"} if DEMO else {}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SECURE_HSTS_SECONDS = 31_536_000 if BASE_URL.startswith("https://") else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SECURE_SSL_REDIRECT = BASE_URL.startswith("https://")
BEHIND_PROXY = env.boolean("BEHIND_PROXY")  # one proxy of ours in front: only then may its headers be believed
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # sub-domains belong to the town, not to this application
    "security.W021",  # likewise the preload list
]
if not BASE_URL.startswith("https://"):  # the loopback demo has no certificate; production addresses are https
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}


def static_headers(headers: Any, path: str, url: str) -> None:
    """The pages' policy on every static file."""
    rules = CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
    headers["Content-Security-Policy"] = "; ".join(f"{name} {' '.join(values)}" for name, values in rules)


# A bid never touches a disk in clear: no handler that spools to a temporary file exists in this project.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = SHEET_FILE_LIMIT
DATA_UPLOAD_MAX_MEMORY_SIZE = 6_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # a form of prices has a field for each position
DATA_UPLOAD_MAX_NUMBER_FILES = 20

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
LANGUAGE_COOKIE_AGE = 31_536_000
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_BUILD_DIR = env.folder("STATIC_BUILD_DIR", BASE_DIR / "var" / "static-build")
STATICFILES_DIRS = [BASE_DIR / "config" / "static", STATIC_BUILD_DIR]
STATIC_ROOT = env.folder("STATIC_ROOT", DATA_DIR / "static")
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ADD_HEADERS_FUNCTION = static_headers  # a worker obeys the policy of its own file, not its page's

EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "noreply@zuschlag.example")
if env.text("EMAIL_URL"):
    vars().update(environ.Env().email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "accounts.mail.FileBackend"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],  # each query starts with visible_to
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.api.problems.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "NUM_PROXIES": int(BEHIND_PROXY),
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Zuschlag API",
    "DESCRIPTION": "Everything the pages can do. Money is a decimal string with a currency; times carry an offset.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "TenderStatusEnum": "tendering.lifecycle.Status",
        "CriterionKindEnum": "tendering.models.CriterionKind",
        "LotOutcomeKindEnum": ["awarded", "cancelled", "unsuccessful", "contract"],
        "ClarificationOutcomeEnum": "evaluation.lifecycle.PriceOutcome",
        "TemplateKindEnum": ["tender", "pilot"],
        "GroundKindEnum": ["mandatory", "optional"],
        "CostPartKindEnum": ["use", "maintenance", "end_of_life", "residual"],
        "CancellationGroundEnum": "tendering.models.CancellationGround",
        "ChangeGroundEnum": "evaluation.models.ChangeGround",
        "ContractOptionKindEnum": ["renewal", "option"],
        "VoteOutcomeEnum": ["accepted", "rejected", "returned", "postponed"],
    },
}

LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "accounts.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
