"""Settings, read from the environment; every name is listed with its meaning in ``.env.example``."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from environs import Env

from talentmatch.secret_key import own_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

DEBUG = env.bool("DEBUG", False)
USE_HTTPS = env.bool("USE_HTTPS", not DEBUG)
SECRET_KEY = env.str("SECRET_KEY", "") or own_secret_key(VAR_DIR)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
# Where links in messages lead; a request's Host header is never trusted for that.
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "partnerships",
    "evidence",
    "partnerships.admin_app.EvidenceAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "partnerships.middleware.PrivatePagesMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "talentmatch.urls"
WSGI_APPLICATION = "talentmatch.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "talentmatch.jinja2.environment",
            "context_processors": ["talentmatch.jinja2.request_globals"],
        },
    },
    {
        # The admin and packages: their templates are written for Django's own engine.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "django"],
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
    "default": env.dj_db_url(
        "DATABASE_URL",
        f"sqlite:///{VAR_DIR / 'evidence.sqlite3'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Write transactions queue instead of failing: readers don't block the writer (WAL), and a
    # transaction takes its write lock at its start, where it can still wait for it (IMMEDIATE).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;",
    }
# Shared by all processes, or each would count by itself how often somebody asks.
CACHES = {"default": env.dj_cache_url("CACHE_URL", "db://shared_cache")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "partnerships.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "evidence:home"
LOGOUT_REDIRECT_URL = "evidence:home"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24 * 3

# A person who guesses is slowed down at the address they guess from; the owner, elsewhere, is not locked out.
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURE_LIMIT", 8)
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"  # as Django's sign-in form calls the address
AXES_LOCKOUT_CALLABLE = "partnerships.views.accounts.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "partnerships.views.accounts.client_address"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"]

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Attached files: in a folder that nothing but the product serves, or in an S3-compatible bucket.
ATTACHMENTS_BUCKET = env.str("ATTACHMENTS_BUCKET", "")
ATTACHMENT_STORAGE: dict[str, Any]
if ATTACHMENTS_BUCKET:
    ATTACHMENT_STORAGE = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": ATTACHMENTS_BUCKET,
            "endpoint_url": env.str("ATTACHMENTS_ENDPOINT", "") or None,
            "default_acl": "private",
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }
else:
    ATTACHMENT_STORAGE = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.str("ATTACHMENTS_FOLDER", "") or str(VAR_DIR / "attachments"),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
# What one file, and all files of one thing, may take.
ATTACHMENT_MEGABYTES = env.int("ATTACHMENT_MEGABYTES", 20)
RECORDING_MEGABYTES = env.int("RECORDING_MEGABYTES", 100)
ATTACHMENTS_OF_ONE = env.int("ATTACHMENTS_OF_ONE", 30)
ATTACHMENTS_MEGABYTES_OF_ONE = env.int("ATTACHMENTS_MEGABYTES_OF_ONE", 500)
FILE_UPLOAD_HANDLERS = [
    "partnerships.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
LARGEST_UPLOAD = max(ATTACHMENT_MEGABYTES, RECORDING_MEGABYTES) * 1_000_000
LARGEST_REQUEST = 3 * LARGEST_UPLOAD

STORAGES = {
    "attachments": ATTACHMENT_STORAGE,
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

EMAIL = env.dj_email_url("EMAIL_URL", "console://")
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL["EMAIL_HOST"]
EMAIL_PORT = EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL = EMAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Partnership evidence <evidence@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = USE_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if USE_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if USE_HTTPS else "csrf"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", 12) * 60 * 60
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = USE_HTTPS
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if USE_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = USE_HTTPS
SECURE_HSTS_PRELOAD = USE_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
PROXY_COUNT = env.int("PROXY_COUNT", 0)
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["partnerships.api.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "partnerships.api.Pagination",
    "DEFAULT_FILTER_BACKENDS": ["partnerships.api.VisibleFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "partnerships.api.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Partnership evidence",
    "DESCRIPTION": "Evidence about partnership working: the framework of the 2014 review, and the findings "
    "that speak for, refine and speak against it. An answer holds what the caller may see, and nothing else.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ItemKind": "evidence.models.FrameworkItem.Kind",
        "ItemStatus": "evidence.queries.standing.Status",
        "Direction": "evidence.models.Coding.Direction",
        "CitationState": "evidence.models.Citation.State",
        "Origin": "evidence.models.Finding.Origin",
        "FindingStatus": "evidence.models.Finding.Status",
        "Visibility": "evidence.models.Finding.Visibility",
        "SourceKind": "evidence.models.Source.Kind",
        "ReplyAnswer": "evidence.models.ReplyRequest.Answer",
        "RoundStatus": "evidence.models.Round.Status",
        "FunderReads": "evidence.models.Round.FunderReads",
        "SelfReportStatus": "evidence.models.SelfReport.Status",
        "QuestionKind": "evidence.models.Question.Kind",
        "ReferenceType": "evidence.models.Reference.Type",
        "AnonymisationPoint": "evidence.actions.finding_rules.AnonymisationPoint",
        "QualityStep": "evidence.models.Step",
        "FileKind": "evidence.models.Attachment.Kind",
        "AreaKind": "partnerships.models.Area.Kind",
        "OrganisationKind": "partnerships.models.Organisation.Kind",
        "OrganisationSize": "partnerships.models.Organisation.Size",
        "PartnershipForm": "partnerships.models.Partnership.Form",
        "MembershipRole": "partnerships.models.Membership.Role",
        "MembershipRelation": "partnerships.models.Membership.Relation",
        "KindOfFact": "partnerships.models.FactSource.Fact",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without_links": {"()": "talentmatch.logs.WithoutPersonalLinks"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_links"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# How long a partnership has to reply to a finding, unless a lead gives it another date.
REPLY_DAYS = env.int("REPLY_DAYS", 14)

# How many days after a round's last day a personal link to rate still works.
RATING_GRACE_DAYS = env.int("RATING_GRACE_DAYS", 14)
# How many days after a round is closed the addresses of those who were asked to rate are erased.
RATER_ADDRESS_DAYS = env.int("RATER_ADDRESS_DAYS", 90)
# What fewer people have said is never shown by itself; three is the least that can be set.
FEWEST_RESPONDENTS = max(3, env.int("FEWEST_RESPONDENTS", 5))

# The demonstration accounts' password; they exist only where `manage.py demo` ran.
DEMO_PASSWORD = env.str("DEMO_PASSWORD", "talent-match-demo")
