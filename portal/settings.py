"""
Every setting of the portal, read from the environment; `docs/deployment.md` lists the variables.

With DEBUG off a missing secret or an unsafe value stops the start (see `environment.py`).
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.contrib.messages import constants as message_levels
from kombu import Queue

from portal import environment, logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# ---- where we are -------------------------------------------------------------------------------------------------
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).absolute()
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)  # shows the demo logins and marks every page as a demonstration
SECRET_KEY = environment.secret_key(env.str("SECRET_KEY", ""), VAR_DIR / "secret_key", debug=DEBUG)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
_public = environment.public_base_url(PUBLIC_BASE_URL, debug=DEBUG)
ALLOWED_HOSTS = environment.allowed_hosts(env.list("ALLOWED_HOSTS", default=[]), _public, debug=DEBUG)
HTTPS = _public.scheme == "https"
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 1 if HTTPS else 0)  # reverse proxies in front of gunicorn

# ---- applications -------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal",
    "applications",
    "django.contrib.admin.apps.SimpleAdminConfig",  # the console is our own AdminSite; nothing is discovered
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "portal.middleware.request_log",
    "portal.middleware.refuse_large_bodies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.security_headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.end_idle_sessions",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "portal.middleware.no_null_characters",
    "portal.middleware.busy_database",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
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
                "portal.context.desks",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no second cookie to protect
MESSAGE_TAGS = {message_levels.ERROR: "danger", message_levels.DEBUG: "secondary"}

# ---- language and time --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# ---- database -----------------------------------------------------------------------------------------------------
DATABASES = {"default": environment.database(env.db("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- broker, background work, cache -------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", f"redis+socket://{VAR_DIR / 'valkey.sock'}")

CELERY_BROKER_URL = env.str("BROKER_URL", REDIS_URL)
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True
# Two queues, taken from in turn: behind many letters the sweep, and with it every mail, would wait until it expires.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("sweep")]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # the worker logs the same JSON lines as the web
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_TIME_LIMIT = 300
# A web request that finds the broker dead gives up at once: the row it has just written is swept later.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker as long as it takes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,  # longer than any task may run; seconds
    "socket_connect_timeout": 0.5,
    "socket_timeout": env.float("BROKER_TIMEOUT", 5.0),  # a worker waits one second for a message, so more than that
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "applications.tasks.sweep", "schedule": 20.0, "options": {"expires": 20, "queue": "sweep"}},
    "nightly": {"task": "applications.tasks.nightly", "schedule": crontab(minute="5"), "options": {"expires": 3000}},
}

CACHES = {
    "default": {
        "BACKEND": "portal.cache.ForgivingRedisCache",
        "LOCATION": env.str("CACHE_URL", environment.cache_location(REDIS_URL)),
        "KEY_PREFIX": "portal",
        "TIMEOUT": 300,
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.5},
    }
}

# ---- files and uploads --------------------------------------------------------------------------------------------
_files = environment.storage(env.str("STORAGE_URL", f"file://{VAR_DIR / 'files'}"))
STORAGES = {
    "default": _files,
    "private": _files,  # evidence and letters; the name that models use
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", 20 * 1024 * 1024)  # one file
REQUEST_MAX_BYTES = env.int("REQUEST_MAX_BYTES", 64 * 1024 * 1024)  # one request, refused before it is read
CLAMD_SOCKET = env.str("CLAMD_SOCKET", "")  # an antivirus daemon; when named, a file it cannot look at is refused
DATA_UPLOAD_MAX_NUMBER_FILES = 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_PERMISSIONS = 0o600

# ---- seals of letters -----------------------------------------------------------------------------------------------
SEALER = env.str("SEALER", "applications.sealing.pkcs12.Pkcs12Sealer")  # the class that seals; see applications/sealing
# automatic: a letter is sealed as it is made; officer: an officer of 审批 seals it
SEALING = environment.choice("SEALING", env.str("SEALING", "automatic"), frozenset({"automatic", "officer"}))
SEALING_TIMESTAMP_URL = env.str("SEALING_TIMESTAMP_URL", "")  # RFC 3161; without one a signature is PAdES B-B
SEALS = environment.seals(os.environ, VAR_DIR / "seals", demo=DEMO)

# ---- static files -------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portal.assets.NpmFinder",
]
NPM_ROOT = BASE_DIR / "node_modules"
NPM_FILES = {  # address below static/ -> file below node_modules; the rest of a package is never collected
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# ---- mail ---------------------------------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", f"filemail:///{VAR_DIR / 'mail'}")  # one slash of the path belongs to the address
globals().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"算力奖补平台 <no-reply@{_public.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_IS_REAL = urlsplit(EMAIL_URL).scheme.startswith("smtp")

# ---- accounts -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "applications.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_policies = frozenset({"asvs", "mlps3"})
PASSWORD_POLICY = environment.choice("PASSWORD_POLICY", env.str("PASSWORD_POLICY", "asvs"), _policies)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "portal.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if PASSWORD_POLICY == "mlps3":  # noqa: S105 - the name of a policy. 等保三级 asks for composition rules; ASVS forbids them, hence the switch
    AUTH_PASSWORD_VALIDATORS.append({"NAME": "portal.passwords.CompositionValidator"})

ACCOUNT_ADAPTER = "portal.accounts.Doors"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*" if MAIL_IS_REAL else "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = env.str("ACCOUNT_EMAIL_VERIFICATION", "mandatory" if MAIL_IS_REAL else "none")
ACCOUNT_EMAIL_SUBJECT_PREFIX = "【算力奖补平台】"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_USERNAME_BLACKLIST = ["admin", "root", "system", "administrator"]
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # axes counts failed log-ins, in the database and for all processes
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "算力奖补平台"
ACCOUNT_FORMS = {
    "login": "portal.forms.accounts.LoginForm",
    "signup": "portal.forms.accounts.SignupForm",
    "add_email": "portal.forms.accounts.AddEmailForm",
    "change_password": "portal.forms.accounts.ChangePasswordForm",
    "set_password": "portal.forms.accounts.SetPasswordForm",
    "reset_password": "portal.forms.accounts.ResetPasswordForm",
    "reset_password_from_key": "portal.forms.accounts.ResetPasswordKeyForm",
    "reauthenticate": "portal.forms.accounts.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "portal.forms.accounts.AuthenticateForm",
    "reauthenticate": "portal.forms.accounts.CodeReauthenticateForm",
    "activate_totp": "portal.forms.accounts.ActivateTOTPForm",
}

AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_CLIENT_IP_CALLABLE = "portal.middleware.client_ip"
AXES_USERNAME_CALLABLE = "portal.guessing.counted_name"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# ---- sessions and cookies -----------------------------------------------------------------------------------------
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", 30 * 60)
SESSION_COOKIE_AGE = env.int("SESSION_MAX_SECONDS", 12 * 60 * 60)
_cookie_prefix = "__Host-" if HTTPS else ""  # browsers accept the prefix over https only
SESSION_COOKIE_NAME = f"{_cookie_prefix}session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_cookie_prefix}csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL] if HTTPS else []

# ---- what browsers are told ---------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by load balancers from inside, without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
# W021 wants HSTS preload: that is a promise of the owner of the whole domain, not of one portal below it.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# ---- logging ------------------------------------------------------------------------------------------------------
LOGGING = logs.config(env.str("LOG_LEVEL", "INFO"))
